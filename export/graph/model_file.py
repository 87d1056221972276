"""Candidate -> the bytes of its model file."""

from __future__ import annotations

from importlib import metadata

import numpy as np
import numpy.typing as npt

from export.candidate import Candidate
from export.graph.additive_form import terms
from export.graph.graph_builder import build_graph, serialise
from export.graph.lemma_table import compile_lemmas
from server.inference.manifest import FORMAT, Golden, Manifest

GOLDEN_REVIEWS = 8
DESCRIBED_PACKAGES = ("nltk", "numpy", "onnx", "onnxruntime", "scikit-learn", "skl2onnx")


def build(candidate: Candidate) -> bytes:
    """The model file of *candidate*: graph and manifest. The same candidate, the same bytes.

    Raises:
        NotConvertible: a step or a setting of the pipeline has no converter here.
    """
    return serialise(build_graph(candidate.pipeline), describe(candidate))


def describe(candidate: Candidate) -> Manifest:
    """All that the file says of itself."""
    normaliser = candidate.normaliser
    return Manifest(
        format=FORMAT,
        labels=candidate.labels,
        constant=tuple(terms(candidate.pipeline.steps[-1][1]).bent_constant.tolist()),
        vocabulary=candidate.vocabulary,
        stop_words=tuple(sorted(normaliser.stop_words)),
        lemmas=compile_lemmas(candidate.vocabulary, candidate.irregular, normaliser.lemma),
        golden=golden_reviews(candidate),
        data=candidate.data,
        figures=candidate.figures,
        parameters=candidate.parameters,
        versions={package: metadata.version(package) for package in DESCRIBED_PACKAGES},
    )


def golden_reviews(candidate: Candidate) -> tuple[Golden, ...]:
    """Reviews of the data set from the surest of one label to the surest of another."""
    texts = [candidate.normaliser.normalise(review) for review in candidate.reviews]
    probabilities: npt.NDArray[np.float64] = candidate.pipeline.predict_proba(texts)
    by_rank = np.argsort(probabilities[:, 0], kind="stable")
    count = min(GOLDEN_REVIEWS, len(texts))
    chosen = by_rank[np.linspace(0, len(texts) - 1, count).round().astype(int)]
    return tuple(Golden(candidate.reviews[i], tuple(probabilities[i].tolist())) for i in chosen)
