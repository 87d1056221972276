"""One loaded model file: checked, replayed, and asked."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from server.errors import ModelFileError
from server.inference import manifest
from server.inference.analyzer import Normaliser, table_lookup
from server.inference.consistency import check_graph, check_manifest
from server.inference.explain import Explainer
from server.inference.predictions import Explanation, Prediction
from server.inference.session import open_session
from server.inference.signature import check_signature

#: How far a replayed golden probability may be from scikit-learn's.
TOLERANCE = 1e-6

# A run holds a count for each text and term, one number for each text, term and label where it is
# to be explained, and a handful for each token, of which each text has as many as the longest:
# 4 MB, 8 MB and 8 MB at the most, whatever the model and the texts.
NUMBERS_A_RUN = 2**20
TOKENS_A_RUN = 2**17
REVIEWS_A_RUN = 256

NOTHING_KNOWN = "The model knows none of these words, so it has nothing to go on."


class Model:
    """A model file in memory, ready to classify. Safe to share between threads."""

    def __init__(self, content: bytes) -> None:
        """Open the bytes of a model file.

        Raises:
            ModelFileError: they are no ONNX graph, or not one of ours, or contradict themselves.
        """
        self.sha256 = hashlib.sha256(content).hexdigest()
        self.version = self.sha256[:12]
        self.session = open_session(content)
        self.by_token = "shares" in {each.name for each in self.session.get_outputs()}
        self.manifest = manifest.from_metadata(self.session.get_modelmeta().custom_metadata_map)
        check_manifest(self.manifest)
        self.labels = self.manifest.labels
        terms = self.manifest.vocabulary
        self.known = frozenset(word for term in terms for word in term.split())
        self.reviews_a_run = min(REVIEWS_A_RUN, 1 + NUMBERS_A_RUN // len(terms))
        self.explained_a_run = min(
            REVIEWS_A_RUN, 1 + NUMBERS_A_RUN // len(terms) // (len(self.labels) - 1)
        )
        self.tokens_a_run = TOKENS_A_RUN // (len(self.labels) - 1)
        self.normaliser = Normaliser(
            frozenset(self.manifest.stop_words), table_lookup(self.manifest.lemmas)
        )
        self.explainer = Explainer(self.labels, self.manifest.constant, terms, self.normaliser)

    @classmethod
    def load(cls, path: Path, public_key: Path | None = None) -> Self:
        """Read *path*, check it against `path.sha256`, open it and replay its golden reviews.

        Args:
            path: the model file.
            public_key: whose owner must have signed it, if given; checked before it is opened.

        Raises:
            ModelFileError: it is missing, damaged, foreign, not signed, or answers other than when
                exported.
        """
        return cls.open(path, read_trusted(path, public_key))

    @classmethod
    def open(cls, path: Path, content: bytes) -> Self:
        """Open what `read_trusted` read from *path*, and replay its golden reviews.

        Raises:
            ModelFileError: it is foreign, or answers other than when exported.
        """
        try:
            model = cls(content)
            model.try_out()
        except ModelFileError as refusal:
            raise ModelFileError(f"Cannot serve {path}: {refusal}.") from None
        return model

    def predict(self, reviews: Sequence[str]) -> list[Prediction]:
        """Classify *reviews*, in order.

        Args:
            reviews: n raw reviews as typed.

        Returns:
            n predictions.
        """
        lemmas = [self.normaliser.lemmas(review) for review in reviews]
        rows = self.probabilities([" ".join(words) for words in lemmas])
        return [self._prediction(words, row) for words, row in zip(lemmas, rows, strict=True)]

    def explain(self, reviews: Sequence[str]) -> list[tuple[Prediction, Explanation | None]]:
        """Classify *reviews* and say why; no explanation where nothing is known."""
        lemmas = [self.normaliser.lemmas(review) for review in reviews]
        texts = [" ".join(words) for words in lemmas]
        explained: dict[int, tuple[Prediction, Explanation | None]] = {}
        for run in self._runs(texts, self.explained_a_run):
            rows, evidence = self.run([texts[i] for i in run], "probabilities", "evidence")
            for i, row, parts in zip(run, rows.tolist(), evidence, strict=True):
                prediction = self._prediction(lemmas[i], row)
                known = prediction.label is not None
                why = self.explainer.explain(reviews[i], row, parts) if known else None
                explained[i] = prediction, why
        return [explained[i] for i in range(len(reviews))]

    def probabilities(self, texts: Sequence[str]) -> list[list[float]]:
        """Run the graph on n normalised *texts*: n rows of K probabilities."""
        if len(texts) == 1:
            found: list[list[float]] = self.run(texts, "probabilities")[0].tolist()
            return found
        rows: dict[int, list[float]] = {}
        for run in self._runs(texts, self.reviews_a_run):
            (found_here,) = self.run([texts[i] for i in run], "probabilities")
            rows.update(zip(run, found_here.tolist(), strict=True))
        return [rows[i] for i in range(len(texts))]

    def _runs(self, texts: Sequence[str], most: int) -> Iterator[list[int]]:
        """Which of *texts* to run together, *most* at a time: those of like length.

        All texts of a run are padded to the longest.
        """
        run: list[int] = []
        longest = 0
        for i in sorted(range(len(texts)), key=lambda i: len(texts[i])):
            tokens = texts[i].count(" ") + 1
            longest = max(longest, tokens)
            if run and (len(run) == most or (len(run) + 1) * longest > self.tokens_a_run):
                yield run
                run, longest = [], tokens
            run.append(i)
        if run:
            yield run

    def run(self, texts: Sequence[str], *outputs: str) -> list[Any]:
        """Run the graph on n normalised *texts*, few enough for one run.

        Args:
            texts: normalised.
            outputs: of the graph; `evidence` [n, K - 1, V] is what each term adds to the log-odds
                of labels[1:] against labels[0], which older files give as it is.
        """
        tensor = {"text": np.array(texts, dtype=object)}
        if "evidence" not in outputs or not self.by_token:
            return list(self.session.run(outputs, tensor))
        plain = [each for each in outputs if each != "evidence"]
        *found, ids, shares = self.session.run([*plain, "ids", "shares"], tensor)
        found.insert(outputs.index("evidence"), self._spread(ids, shares))
        return found

    def _spread(
        self, ids: npt.NDArray[np.int64], shares: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.float64]:
        """Shares of tokens [n, T, K - 1] in the columns of their terms: [n, K - 1, V]."""
        size = len(self.manifest.vocabulary)
        evidence = np.zeros((len(ids), size + 1, shares.shape[2]))
        np.add.at(evidence, (np.arange(len(ids))[:, np.newaxis], ids), shares)
        return evidence[:, :size].transpose(0, 2, 1)

    def try_out(self) -> None:
        """Hold the graph against the manifest, and ask the golden reviews again.

        Raises:
            ModelFileError: the graph gives other shapes than the manifest says, has a weight that
                is not a number, or gives a golden review a probability that differs from
                scikit-learn's by more than `TOLERANCE`.
        """
        golden = self.manifest.golden
        texts = [self.normaliser.normalise(each.review) for each in golden]
        check_graph(self.manifest, texts[: self.explained_a_run], self.run, by_token=self.by_token)
        for number, (expected, row) in enumerate(
            zip(golden, self.probabilities(texts), strict=True), start=1
        ):
            if not np.allclose(row, expected.probabilities, rtol=0, atol=TOLERANCE):
                raise ModelFileError(
                    f"golden review {number} of {len(golden)} gives the probabilities {row} here, "
                    f"but {list(expected.probabilities)} when the file was exported"
                )

    def _prediction(self, lemmas: list[str], row: list[float]) -> Prediction:
        known = sum(map(self.known.__contains__, lemmas))
        if not known:
            return Prediction(None, None, None, len(lemmas), 0, NOTHING_KNOWN)
        probability = max(row)
        label = self.labels[row.index(probability)]
        by_label = dict(zip(self.labels, row, strict=True))
        return Prediction(label, probability, by_label, len(lemmas), known)


def read_trusted(path: Path, public_key: Path | None = None) -> bytes:
    """The bytes of the model file *path*, whole and, if a key is given, signed by its owner.

    Raises:
        ModelFileError: it cannot be read, is damaged, or is not signed.
    """
    try:
        content = read_checked(path)
        if public_key:
            check_signature(path, content, public_key)
    except ModelFileError as refusal:
        raise ModelFileError(f"Cannot serve {path}: {refusal}.") from None
    return content


def read_checked(path: Path) -> bytes:
    """The bytes of *path*, if their sha256 is the one in `path.sha256` (sha256sum's format).

    Raises:
        ModelFileError: either file cannot be read, or the digests differ.
    """
    checksum_path = checksum_file(path)
    try:
        if stat.S_ISFIFO(path.stat().st_mode):  # reading it would wait for who writes to it
            raise ModelFileError("it is a pipe; set MODEL_PATH to a file that export wrote")
        content = path.read_bytes()
    except OSError as error:
        raise ModelFileError(
            f"the file cannot be read ({error.strerror}); set MODEL_PATH to a file that "
            "`python -m export` wrote"
        ) from None
    try:
        expected = checksum_path.read_text("ascii").split()[0]
    except (OSError, ValueError, IndexError):
        raise ModelFileError(
            f"its checksum {checksum_path.name} is missing or empty; export writes both files, "
            "so copy both"
        ) from None
    actual = hashlib.sha256(content).hexdigest()
    if actual != expected:
        raise ModelFileError(
            f"its sha256 is {actual}, but {checksum_path.name} says {expected}; the file is "
            "damaged or was replaced without its checksum"
        )
    return content


def checksum_file(path: Path) -> Path:
    """Where the checksum of the model file *path* is kept: beside it."""
    return path.with_name(path.name + ".sha256")
