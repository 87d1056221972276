"""Model file: the bytes of one, from a TrainedModel."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata

import numpy as np
import numpy.typing as npt
from addsup.export.graph.changes import empty_log_odds
from addsup.export.graph.graph_builder import build_graph, serialise
from addsup.export.graph.lemma_table import compile_lemmas
from addsup.export.graph.pipeline_steps import FittedText, read_pipeline
from addsup.inference.analyzer_settings import ARTICLE
from addsup.inference.manifest import FORMAT, FORMAT_WITH_ANALYZER, Golden, Manifest
from addsup.train.artifact import TrainedModel

GOLDEN_REVIEWS = 8
DESCRIBED_PACKAGES = ("nltk", "numpy", "onnx", "onnxruntime", "scikit-learn", "skl2onnx")


def build(trained: TrainedModel) -> bytes:
    """The model file of *trained*: graph and manifest. The same trained, the same bytes.

    Raises:
        NotConvertible: a step or a setting of the pipeline has no converter here.
    """
    fitted = read_pipeline(trained.pipeline, trained.analyzer)
    return serialise(build_graph(fitted), describe(trained, fitted))


def describe(trained: TrainedModel, fitted: FittedText) -> Manifest:
    """All that the file says of itself."""
    normaliser = trained.normaliser
    return Manifest(
        format=FORMAT if fitted.analyzer == ARTICLE else FORMAT_WITH_ANALYZER,
        labels=fitted.labels,
        intercept=tuple(empty_log_odds(fitted.form).tolist()),
        vocabulary=fitted.weighting.terms,
        stop_words=tuple(sorted(normaliser.stop_words)),
        lemmas=lemmas(trained, fitted.weighting.terms),
        golden=golden_reviews(trained),
        data=trained.data,
        figures=trained.figures,
        parameters=trained.parameters,
        versions={package: metadata.version(package) for package in DESCRIBED_PACKAGES},
        analyzer=fitted.analyzer,
    )


def lemmas(trained: TrainedModel, vocabulary: Sequence[str]) -> dict[str, str]:
    """The table of lemmas; empty where words are looked up as they are."""
    if trained.stems:
        return trained.stems.table(vocabulary)
    return compile_lemmas(vocabulary, trained.irregular, trained.normaliser.lemma)


def golden_reviews(trained: TrainedModel) -> tuple[Golden, ...]:
    """Reviews of the data set from the surest of one label to the surest of another."""
    texts = trained.pipeline_texts(trained.texts)
    probabilities: npt.NDArray[np.float64] = trained.pipeline.predict_proba(texts)
    by_rank = np.argsort(probabilities[:, 0], kind="stable")
    count = min(GOLDEN_REVIEWS, len(texts))
    chosen = by_rank[np.linspace(0, len(texts) - 1, count).round().astype(int)]
    return tuple(Golden(trained.texts[i], tuple(probabilities[i].tolist())) for i in chosen)
