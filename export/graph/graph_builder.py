"""Graph builder: pipeline -> bytes of one ONNX file, the same bytes every time."""

from __future__ import annotations

from typing import Any

import onnx
from addsup.export.graph.converters import TextClassifier, register
from addsup.export.graph.pipeline_steps import FittedText
from addsup.export.graph.reading import taken
from addsup.inference.manifest import Manifest
from onnx import helper
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import StringTensorType

# Pinned, so that a newer skl2onnx or onnx does not change the file. The tokenizer is onnxruntime's.
OPSETS = {"": 20, "ai.onnx.ml": 2, "com.microsoft": 1}
IR_VERSION = 10


def build_graph(fitted: FittedText) -> onnx.ModelProto:
    """Convert a fitted pipeline.

    Returns:
        A graph with the input `text` string[N], texts as `server.inference.terms` reads them, and
        the outputs `label` string[N], `probabilities` float64[N, K], `ids` int64[N, T], the column
        of the term of each token, V for none, and `shares` float64[N, T, K - 1]: each token's part
        in the log-odds of labels[1:] against labels[0].
    """
    register()
    model = convert_sklearn(
        TextClassifier(fitted),
        name="review_classifier",  # else a random one
        initial_types=[("text", StringTensorType([None]))],
        target_opset=OPSETS,
    )
    model.ir_version = IR_VERSION
    # convert_sklearn writes them in the order of a set, which changes with PYTHONHASHSEED.
    del model.opset_import[:]
    model.opset_import.extend(helper.make_opsetid(*opset) for opset in sorted(OPSETS.items()))
    return model


def serialise(model: onnx.ModelProto, manifest: Manifest) -> bytes:
    """The file: *model* with *manifest* as its metadata."""
    described: Any = onnx.ModelProto()
    described.CopyFrom(model)
    described.doc_string = taken(manifest)
    described.graph.input[0].doc_string = taken(manifest)
    helper.set_model_props(described, manifest.to_metadata())
    return bytes(described.SerializeToString(deterministic=True))
