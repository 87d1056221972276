"""Model file: the bytes of one, graph and manifest. The same model gives the same bytes."""

from __future__ import annotations

from importlib import metadata

import numpy as np
import onnx
from onnx import helper
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import StringTensorType

from addsup.export.graph.converters import TextClassifier, register
from addsup.export.graph.input_text import input_text
from addsup.export.graph.lemma_table import compile_lemmas
from addsup.export.pipeline.description import Description, TextBlock
from addsup.inference.manifest import FORMAT, Block, Golden, Manifest
from addsup.train.artifact import TrainedModel

# Pinned, so that a newer skl2onnx or onnx does not change the file. The tokenizer is onnxruntime's.
OPSETS = {"": 20, "ai.onnx.ml": 2, "com.microsoft": 1}
IR_VERSION = 10

GOLDEN_TEXTS = 8
DESCRIBED_PACKAGES = ("nltk", "numpy", "onnx", "onnxruntime", "scikit-learn", "skl2onnx")


def build(trained: TrainedModel, description: Description) -> bytes:
    """The model file of *trained*, whose pipeline is described by *description*."""
    model, manifest = build_graph(description), build_manifest(trained, description)
    model.doc_string = model.graph.input[0].doc_string = input_text(manifest)
    helper.set_model_props(model, manifest.to_metadata())
    return bytes(model.SerializeToString(deterministic=True))


def build_graph(description: Description) -> onnx.ModelProto:
    """The graph of a pipeline.

    Returns:
        A graph with the input `text`, string[N] or for B > 1 blocks string[N, B], texts as
        `inference.blocks` reads them, and the outputs `label` string[N], `probabilities`
        float64[N, K], `ids` int64[N, T], the column of the term of each token, V for none, and
        `shares` float64[N, T, K - 1]: what each token adds to the log-odds of labels[1:] against
        labels[0].
    """
    register()
    blocks = len(description.blocks)
    model: onnx.ModelProto = convert_sklearn(
        TextClassifier(description),
        name="review_classifier",  # else a random one
        initial_types=[("text", StringTensorType([None, blocks] if blocks > 1 else [None]))],
        target_opset=OPSETS,
    )
    model.ir_version = IR_VERSION
    # convert_sklearn writes them in the order of a set, which changes with PYTHONHASHSEED.
    del model.opset_import[:]
    model.opset_import.extend(helper.make_opsetid(*opset) for opset in sorted(OPSETS.items()))
    return model


def build_manifest(trained: TrainedModel, description: Description) -> Manifest:
    """All that the file says of itself."""
    return Manifest(
        format=FORMAT,
        labels=description.labels,
        intercept=tuple(description.empty_log_odds.tolist()),
        blocks=tuple(_block(trained, each) for each in description.blocks),
        golden=_golden(trained, description),
        data=trained.data,
        figures=trained.figures,
        parameters=trained.parameters,
        versions={package: metadata.version(package) for package in DESCRIBED_PACKAGES},
    )


def _block(trained: TrainedModel, block: TextBlock) -> Block:
    stop_words, lemmas = block.stop_words, dict[str, str]()
    if trained.analyzer:  # the vectoriser was given what the normaliser made
        stop_words, lemmas = trained.normaliser.stop_words, _lemmas(trained, block)
    return Block(block.weighting.terms, tuple(sorted(stop_words)), lemmas, block.analyzer)


def _lemmas(trained: TrainedModel, block: TextBlock) -> dict[str, str]:
    """The table of lemmas; empty where words are looked up as they are."""
    vocabulary = block.weighting.terms
    if block.lemmas is not None:
        return block.lemmas
    if trained.stems:
        return trained.stems.table(vocabulary)
    return compile_lemmas(vocabulary, trained.irregular, trained.normaliser.lemma)


def _golden(trained: TrainedModel, description: Description) -> tuple[Golden, ...]:
    """Texts of the data set from the surest of one label to the surest of another."""
    features = description.features(trained.pipeline_texts(trained.texts))
    probabilities = description.classifier.predict_proba(features)
    by_rank = np.argsort(probabilities[:, 0], kind="stable")
    count = min(GOLDEN_TEXTS, len(by_rank))
    chosen = by_rank[np.linspace(0, len(by_rank) - 1, count).round().astype(int)]
    return tuple(Golden(trained.texts[i], tuple(probabilities[i].tolist())) for i in chosen)
