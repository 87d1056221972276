"""Model: one loaded model file, checked, replayed, and predicting."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from addsup.inference import manifest
from addsup.inference.blocks import GraphInput, open_blocks
from addsup.inference.consistency import check_graph, check_manifest
from addsup.inference.errors import ModelFileError
from addsup.inference.explain import Explainer, with_effects
from addsup.inference.predictions import Columns, Explanation, Prediction
from addsup.inference.session import open_session, run_options
from addsup.inference.signature import check_signature

#: How far a replayed golden probability may be from scikit-learn's.
TOLERANCE = 1e-6

# A run holds a count for each text and term, and a handful of numbers for each token and label;
# each text has as many tokens as the longest. That is 1 MB of counts, which stays in the caches,
# and some times 8 MB, unless a text is more.
NUMBERS_A_RUN = 300_000
TOKENS_A_RUN = 2**17
TEXTS_A_RUN = 256

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
        self.session, self.options = open_session(content), run_options()
        self.manifest = manifest.from_metadata(self.session.get_modelmeta().custom_metadata_map)
        check_manifest(self.manifest)
        self.labels = self.manifest.labels
        self.terms = len(self.manifest.vocabulary)
        self.texts_a_run = min(TEXTS_A_RUN, 1 + NUMBERS_A_RUN // self.terms)
        self.tokens_a_run = TOKENS_A_RUN // (len(self.labels) - 1)
        self.reader = open_blocks(self.manifest.blocks)
        self.tokenizer = self.reader.tokenizer
        self.explainer = Explainer(self.labels, self.manifest.intercept, self.terms, self.reader)

    @classmethod
    def load(cls, path: str | Path, public_key: str | Path | None = None) -> Self:
        """Read *path*, check it against `path.sha256`, open it and replay its golden texts.

        Args:
            path: the model file.
            public_key: whose owner must have signed it, if given; checked before it is opened.

        Raises:
            ModelFileError: it is missing, damaged, foreign, not signed, or answers other than when
                exported.
        """
        path = Path(path)
        return cls.open(path, read_trusted(path, Path(public_key) if public_key else None))

    @classmethod
    def open(cls, path: Path, content: bytes) -> Self:
        """Open what `read_trusted` read from *path*, and replay its golden texts.

        Raises:
            ModelFileError: it is foreign, or answers other than when exported.
        """
        try:
            model = cls(content)
            model.try_out()
        except ModelFileError as refusal:
            raise ModelFileError(f"Cannot serve {path}: {refusal}.") from None
        return model

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Classify *texts*, in order.

        Args:
            texts: n raw texts as typed.

        Returns:
            n predictions.
        """
        if len(texts) == 1:  # a tenth of the time is saved
            graph_input, there, of_these = self.reader.read(texts[0])
            (row,) = self.run([graph_input], "probabilities")[0].tolist()
            return [self._prediction(texts[0], there, of_these, row)]
        inputs, words, known = self._read(texts)
        found: dict[int, Prediction] = {}
        for run in self.runs(inputs):
            (rows,) = self.run([inputs[i] for i in run], "probabilities")
            for i, row in zip(run, rows.tolist(), strict=True):
                found[i] = self._prediction(texts[i], words[i], known[i], row)
        return [found[i] for i in range(len(texts))]

    def columns(self, texts: Sequence[str]) -> Columns:
        """As `predict`, by column."""
        inputs, words, known = self._read(texts)
        unread = list(map(self._unread_letters, texts))
        return Columns(self.probabilities(inputs), np.array(words), np.array(known), unread)

    def explain(
        self, texts: Sequence[str], leave_out: bool = False
    ) -> list[tuple[Prediction, Explanation | None]]:
        """Classify *texts* and say why; no explanation where nothing is known.

        With *leave_out*, each word also has its effect: what the verdict would be without it. That
        takes a prediction a word.
        """
        inputs, words, known = self._read(texts)
        explained: dict[int, tuple[Prediction, Explanation | None]] = {}
        for run in self.runs(inputs):
            rows, *evidence = self.run([inputs[i] for i in run], "probabilities", "ids", "shares")
            for i, row, ids, shares in zip(run, rows.tolist(), *evidence, strict=True):
                prediction = self._prediction(texts[i], words[i], known[i], row)
                is_known = prediction.label is not None
                why = self.explainer.explain(texts[i], row, ids, shares) if is_known else None
                if why and leave_out:
                    why = with_effects(texts[i], why, self.labels, self._rows)
                explained[i] = prediction, why
        return [explained[i] for i in range(len(texts))]

    def _read(self, texts: Sequence[str]) -> tuple[list[GraphInput], list[int], list[int]]:
        """What the graph takes of each of *texts*, its number of words, and of known ones."""
        found = list(map(self.reader.read, texts))
        return [each[0] for each in found], [each[1] for each in found], [each[2] for each in found]

    def _rows(self, texts: Sequence[str]) -> list[list[float]]:
        """n rows of K probabilities of *texts* as typed, known words or not."""
        rows: list[list[float]] = self.probabilities(self._read(texts)[0]).tolist()
        return rows

    def probabilities(self, texts: Sequence[GraphInput]) -> npt.NDArray[np.float64]:
        """Run the graph on n normalised *texts*: probabilities [n, K]."""
        found = np.empty((len(texts), len(self.labels)))
        for run in self.runs(texts):
            (found[run],) = self.run([texts[i] for i in run], "probabilities")
        return found

    def runs(self, texts: Sequence[GraphInput]) -> Iterator[list[int]]:
        """Which of *texts* to run together: those of like length, as many as memory allows.

        All texts of a run are padded to the longest.
        """
        tokens = list(map(self.reader.tokens, texts))
        order, start = sorted(range(len(texts)), key=tokens.__getitem__), 0
        while start < len(order):
            end = min(start + self.texts_a_run, len(order))
            while end - start > 1 and (end - start) * tokens[order[end - 1]] > self.tokens_a_run:
                end -= (end - start) // 2
            yield order[start:end]
            start = end

    def run(self, texts: Sequence[GraphInput], *outputs: str) -> list[Any]:
        """Run the graph on n normalised *texts*, few enough for one run.

        Args:
            texts: normalised.
            outputs: of the graph: `label` [n], `probabilities` [n, K], `ids` [n, T], the number of
                each token's term (V for none), and `shares` [n, T, K - 1], what it adds to the
                log-odds of labels[1:] against labels[0].
        """
        tensor = {"text": np.array(texts, dtype=object)}
        found: list[Any] = self.session.run(outputs, tensor, self.options)
        return found

    def try_out(self) -> None:
        """Hold the graph against the manifest, and ask the golden texts again.

        Raises:
            ModelFileError: the graph gives other shapes than the manifest says, has a weight that
                is not a number, or gives a golden text a probability that differs from
                scikit-learn's by more than `TOLERANCE`.
        """
        golden = self.manifest.golden
        texts = [self.reader.read(each.text)[0] for each in golden]
        check_graph(self.manifest, self.reader, texts[: self.texts_a_run], self.run)
        for number, (expected, row) in enumerate(
            zip(golden, self.probabilities(texts).tolist(), strict=True), start=1
        ):
            if not np.allclose(row, expected.probabilities, rtol=0, atol=TOLERANCE):
                raise ModelFileError(
                    f"golden text {number} of {len(golden)} gives the probabilities {row} here, "
                    f"but {list(expected.probabilities)} when the file was exported"
                )

    def _prediction(self, text: str, words: int, known: int, row: list[float]) -> Prediction:
        unread = self._unread_letters(text)
        if not known:
            return Prediction(None, None, None, words, 0, NOTHING_KNOWN, unread)
        probability = max(row)
        label = self.labels[row.index(probability)]
        by_label = dict(zip(self.labels, row))  # noqa: B905 - check_graph has seen that they fit
        return Prediction(label, probability, by_label, words, known, None, unread)

    def _unread_letters(self, text: str) -> int:
        return 0 if text.isascii() else self.tokenizer.unread_letters(text)


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
            "`addsup export` wrote"
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
