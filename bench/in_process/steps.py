"""Steps of one request, each timed by itself in this process."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
from addsup.inference.model import Model
from addsup.inference.predictions import Classification
from addsup.server.schemas.parsing import parse_json
from addsup.server.schemas.responses import ENCODER, predictions_document

from bench.in_process.timing import quartiles
from bench.workloads import SINGLE

ROUNDS, CALLS = 30, 50


@dataclass(frozen=True, slots=True)
class Step:
    """One step: microseconds, and its share of all of them."""

    name: str
    microseconds: float
    share: float


def measure(model: Model) -> list[Step]:
    """Decode, clean, make the tensor, run the graph, find the label, encode."""
    body = json.dumps({"review": SINGLE}).encode()
    lemmas = model.normaliser.lemmas(SINGLE)
    text = {"text": np.array([" ".join(lemmas)], dtype=object)}
    found = [Classification(SINGLE, model.predict([SINGLE])[0])]
    took = quartiles(
        {
            "decode": lambda: parse_json(body),
            "clean": lambda: model.normaliser.lemmas(SINGLE),
            "tensor": lambda: np.array([" ".join(lemmas)], dtype=object),
            "run": lambda: model.session.run(["probabilities"], text),
            "predict": lambda: model.predict([SINGLE]),
            "encode": lambda: ENCODER.encode(predictions_document(found, is_batch=False)),
        },
        ROUNDS,
        CALLS,
    )
    return steps(took)


def steps(took: dict[str, float]) -> list[Step]:
    """In order, from seconds; what `predict` takes beyond three of them is `label`."""
    label = took["predict"] - took["clean"] - took["tensor"] - took["run"]
    found = took | {"label": max(label, 0.0)}
    names = ["decode", "clean", "tensor", "run", "label", "encode"]
    whole = sum(found[name] for name in names)
    return [Step(name, 1e6 * found[name], found[name] / whole) for name in names]
