"""Model file: what it says of itself, held against its graph."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from addsup.inference.errors import ModelFileError
from addsup.inference.manifest import from_metadata
from addsup.inference.model import Model
from tests.places import ROOT

MANIFEST = Model.load(ROOT / "models" / "sentiment.onnx").manifest


def test_a_manifest_survives_being_written_and_read() -> None:
    assert from_metadata(MANIFEST.to_metadata()) == MANIFEST


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"format": None}, "not one that `addsup export` wrote"),
        ({"labels": None}, "have no 'labels'"),
        ({"labels": "7"}, "cannot be read"),
        ({"labels": "{"}, "cannot be read"),
        ({"format": "9"}, "of format 9, not 1"),
    ],
)
def test_other_metadata_are_refused_with_a_sentence(
    changes: dict[str, str | None], sentence: str
) -> None:
    metadata = MANIFEST.to_metadata() | changes
    kept = {key: value for key, value in metadata.items() if value is not None}

    with pytest.raises(ModelFileError, match=sentence):
        from_metadata(kept)


SHIPPED = ROOT / "models" / "sentiment.onnx"


def opened(change: Callable[[dict[str, Any]], None]) -> None:
    """Open the shipped model with other metadata."""
    model = onnx.load(SHIPPED)
    fields = {entry.key: json.loads(entry.value) for entry in model.metadata_props}
    change(fields)
    for entry in model.metadata_props:
        entry.value = json.dumps(fields[entry.key])
    Model.open(SHIPPED, model.SerializeToString())


def test_the_shipped_model_is_consistent() -> None:
    opened(lambda _fields: None)


def terms(fields: dict[str, Any]) -> Any:
    """The vocabulary among the *fields* of the metadata."""
    return fields["blocks"][0]["vocabulary"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda f: f["labels"].append("third"), "its intercept has to be 2 finite numbers"),
        (lambda f: f["labels"].pop(), "two are the fewest"),
        (lambda f: f.update(labels=["good", "good"]), "are not distinct"),
        (lambda f: f.update(labels=["", "good"]), '"" cannot be the name of a label'),
        (lambda f: f.update(labels=["(none)", "good"]), r'"\(none\)" cannot be the name'),
        (lambda f: f["blocks"][0].update(vocabulary=[]), "its vocabulary is empty"),
        (lambda f: terms(f).pop(), "knows other terms than the 2721 of its vocabulary"),
        (lambda f: terms(f).append("zxqv"), "knows other terms than the 2723"),
        (lambda f: terms(f).append(terms(f)[0]), "a term twice"),
        (lambda f: f.update(intercept=[]), "its intercept has to be 1 finite numbers"),
        (lambda f: f.update(intercept=[3.0]), "its contributions do not add up"),
        (lambda f: f.update(golden=[]), "no golden texts"),
        (lambda f: f["golden"][0]["probabilities"].pop(), "golden text 1 has 1 probabilities"),
        (lambda f: f["figures"]["confusion"].pop(), "that is not 2 by 2"),
        (lambda f: f["figures"]["held_out"]["confusion"][1].pop(), r"\(held_out\) that is not"),
        (lambda f: f["figures"]["f1"].popitem(), "f1 for other labels"),
        (lambda f: f["figures"]["reliability"][0].update(observed=7), "reliability outside"),
    ],
)  # fmt: skip
def test_metadata_that_do_not_fit_are_refused(
    change: Callable[[dict[str, Any]], None], sentence: str
) -> None:
    with pytest.raises(ModelFileError, match=sentence):
        opened(change)


@pytest.mark.parametrize("weight", [np.nan, np.inf])
def test_a_weight_that_is_no_number_is_found_whichever_word_it_is_of(weight: float) -> None:
    model = onnx.load(SHIPPED)
    size = len(Model.load(SHIPPED).manifest.vocabulary)
    weights = next(
        tensor
        for tensor in model.graph.initializer
        if tensor.data_type == onnx.TensorProto.DOUBLE and int(np.prod(tensor.dims)) >= size
    )
    values = numpy_helper.to_array(weights).copy()
    values.reshape(-1)[-1] = weight
    weights.CopyFrom(numpy_helper.from_array(values, weights.name))

    with pytest.raises(ModelFileError, match=r"a weight in it is wrong|golden|add up"):
        Model.open(SHIPPED, model.SerializeToString())
