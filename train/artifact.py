"""Artifact: a trained model with all that export needs, in memory or in a file of skops.

Reading a kept file runs no code in it. The lemmatiser is not kept: WordNet in the data cache is,
and gives the same one.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt
from sklearn.pipeline import Pipeline

from addsup.inference.analyzer import Normaliser, tokenizer
from addsup.inference.analyzer_settings import ARTICLE, Analyzer
from addsup.inference.manifest import DataSet, Figures, Interval
from addsup.train.errors import KeptFileError
from addsup.train.files import write_atomically
from addsup.train.text.languages import LANGUAGES
from addsup.train.text.word_forms import Stems, snowball

#: Of the layout of kept files.
FORMAT: Final = 4

#: The types of ours that a kept pipeline may hold; skops itself vouches for scikit-learn's.
TRUSTED: Final = (
    "addsup.train.sparse_gaussian_nb.SparseGaussianNB",
    "addsup.train.calibration.Calibrated",
    "addsup.train.classifiers.NBSVM",
)


class LearningPoint(msgspec.Struct, frozen=True):
    """Point of a learning curve: accuracy after fitting on so many texts."""

    reviews: int
    accuracy: Interval


@dataclass(frozen=True, slots=True)
class UnseenPredictions:
    """What cross-validation found beyond the metrics in the manifest.

    Attributes:
        truth: [n] numbers of the true labels, 0 to K - 1; a text counts once a repeat.
        probabilities: [n, K], given by a pipeline that had not seen the text.
        learning_curve: by rising number of texts; may be empty.
    """

    truth: npt.NDArray[np.int64]
    probabilities: npt.NDArray[np.float64]
    learning_curve: tuple[LearningPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A fitted pipeline, with all that its model file and its card must say of it.

    Attributes:
        pipeline: fitted on normalised text, or on texts as typed if there is no `analyzer`.
        normaliser: what it was trained with, WordNet's lemmatiser included.
        irregular: the words whose lemma WordNet lists as an exception; empty without WordNet.
        texts: the n raw texts of the data set, for the proof of equality.
        data: where they come from.
        figures: how well it does.
        parameters: what it was fitted with, by name; JSON values.
        command: what a person types to train it again.
        unseen_predictions: None without cross-validation.
        analyzer: how the normaliser reads text; None if the pipeline's vectoriser does that.
        stems: the stems of words, which are the normaliser's lemmas then; None without.
    """

    pipeline: Pipeline
    normaliser: Normaliser
    irregular: frozenset[str]
    texts: Sequence[str]
    data: DataSet
    figures: Figures
    parameters: dict[str, Any]
    command: str
    unseen_predictions: UnseenPredictions | None = None
    analyzer: Analyzer | None = ARTICLE
    stems: Stems | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """The K labels, in the order of the probabilities."""
        return tuple(map(str, self.pipeline.classes_.tolist()))

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """The V terms, in the order of the vectoriser's columns."""
        return tuple(self.pipeline.steps[0][1].get_feature_names_out().tolist())

    def pipeline_texts(self, reviews: Sequence[str]) -> list[str]:
        """*reviews* as the pipeline takes them."""
        if self.analyzer is None:
            return list(reviews)
        return list(map(self.normaliser.normalise, reviews))


def keep(trained: TrainedModel, path: Path) -> None:
    """File of a trained model: writes it to *path*, atomically.

    Raises:
        CannotWriteError: what was at *path* is still there.
    """
    found = trained.unseen_predictions
    content: dict[str, Any] = {
        "format": FORMAT,
        "pipeline": trained.pipeline,
        "stop_words": sorted(trained.normaliser.stop_words),
        "irregular": sorted(trained.irregular),
        "texts": list(trained.texts),
        "data": msgspec.to_builtins(trained.data),
        "figures": msgspec.to_builtins(trained.figures),
        "parameters": trained.parameters,
        "command": trained.command,
        "truth": found and found.truth,
        "probabilities": found and found.probabilities,
        "analyzer": msgspec.to_builtins(trained.analyzer),
        "stemmer": trained.parameters.get("language", "") if trained.stems else "",
        "learning_curve": msgspec.to_builtins(found.learning_curve) if found else None,
    }
    import skops.io  # here, for export does without

    write_atomically(path, skops.io.dumps(content))


def read_kept(path: Path, lemma: Callable[[str], str]) -> TrainedModel:
    """Trained model, read back from the file that `keep` wrote.

    Args:
        path: the kept file.
        lemma: the lemmatiser the pipeline was trained with.

    Raises:
        KeptFileError: the file is missing, damaged, of an earlier version, or holds other types
            than scikit-learn's and ours; nothing of it was run.
    """
    try:
        return _trained_model(_checked_content(path), lemma)
    except OSError as error:
        raise KeptFileError(f"{path} cannot be read: {error.strerror}.") from None
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise KeptFileError(
            f"{path} is not a pipeline that `addsup train --keep` wrote: {error}."
        ) from None


def _checked_content(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    import skops.io

    untrusted = set(skops.io.get_untrusted_types(data=content)) - set(TRUSTED)
    if untrusted:
        raise KeptFileError(f"{path} holds types that are not trusted: {sorted(untrusted)}.")
    kept: dict[str, Any] = skops.io.loads(content, trusted=list(TRUSTED))
    if kept.get("format") != FORMAT:
        raise KeptFileError(
            f"{path} holds no pipeline of this version's format: train again with "
            "`addsup train --keep`."
        )
    return kept


def _trained_model(kept: dict[str, Any], lemma: Callable[[str], str]) -> TrainedModel:
    found = None
    if kept["truth"] is not None:
        curve = msgspec.convert(kept["learning_curve"], tuple[LearningPoint, ...])
        found = UnseenPredictions(kept["truth"], kept["probabilities"], curve)
    analyzer = msgspec.convert(kept["analyzer"], Analyzer)
    stems = None
    if code := kept.get("stemmer"):
        words = chain.from_iterable(map(tokenizer(analyzer).tokens, kept["texts"]))
        lemma = stems = Stems(words, snowball(LANGUAGES[code].name))
    elif not kept["irregular"]:
        lemma = str
    return TrainedModel(
        pipeline=kept["pipeline"],
        normaliser=Normaliser(frozenset(kept["stop_words"]), lemma, tokenizer(analyzer)),
        irregular=frozenset(kept["irregular"]),
        texts=kept["texts"],
        data=msgspec.convert(kept["data"], DataSet),
        figures=msgspec.convert(kept["figures"], Figures),
        parameters=kept["parameters"],
        command=kept["command"],
        unseen_predictions=found,
        analyzer=analyzer,
        stems=stems,
    )
