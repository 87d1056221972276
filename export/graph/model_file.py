"""TrainedModel -> the bytes of its model file."""

from __future__ import annotations

from importlib import metadata

import numpy as np
import numpy.typing as npt

from export.graph.additive_form import terms
from export.graph.graph_builder import build_graph, serialise
from export.graph.lemma_table import compile_lemmas
from server.inference.manifest import FORMAT, Golden, Manifest
from train.artifact import TrainedModel

GOLDEN_REVIEWS = 8
DESCRIBED_PACKAGES = ("nltk", "numpy", "onnx", "onnxruntime", "scikit-learn", "skl2onnx")


def build(trained: TrainedModel) -> bytes:
    """The model file of *trained*: graph and manifest. The same trained, the same bytes.

    Raises:
        NotConvertible: a step or a setting of the pipeline has no converter here.
    """
    return serialise(build_graph(trained.pipeline), describe(trained))


def describe(trained: TrainedModel) -> Manifest:
    """All that the file says of itself."""
    normaliser = trained.normaliser
    return Manifest(
        format=FORMAT,
        labels=trained.labels,
        constant=tuple(terms(trained.pipeline.steps[-1][1]).bent_constant.tolist()),
        vocabulary=trained.vocabulary,
        stop_words=tuple(sorted(normaliser.stop_words)),
        lemmas=compile_lemmas(trained.vocabulary, trained.irregular, normaliser.lemma),
        golden=golden_reviews(trained),
        data=trained.data,
        figures=trained.figures,
        parameters=trained.parameters,
        versions={package: metadata.version(package) for package in DESCRIBED_PACKAGES},
    )


def golden_reviews(trained: TrainedModel) -> tuple[Golden, ...]:
    """Reviews of the data set from the surest of one label to the surest of another."""
    texts = [trained.normaliser.normalise(review) for review in trained.texts]
    probabilities: npt.NDArray[np.float64] = trained.pipeline.predict_proba(texts)
    by_rank = np.argsort(probabilities[:, 0], kind="stable")
    count = min(GOLDEN_REVIEWS, len(texts))
    chosen = by_rank[np.linspace(0, len(texts) - 1, count).round().astype(int)]
    return tuple(Golden(trained.texts[i], tuple(probabilities[i].tolist())) for i in chosen)
