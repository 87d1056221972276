"""Summary: what a person looks at beside the figures."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
from addsup.export.report.summary import as_json, draw, examine
from addsup.train.artifact import UnseenPredictions

from tests.export.small import TEXTS, small_model

UNSEEN = UnseenPredictions(np.array([0, 1] * 5), np.array([[0.8, 0.2], [0.3, 0.7]] * 5))


def test_without_cross_validation_there_are_no_curves() -> None:
    report = examine(small_model(), TEXTS, None)

    assert (report.curves, report.learning) == ((), ())
    assert report.behaviour
    assert report.words["up"]


def test_the_summary_is_json_for_programs() -> None:
    model = small_model()
    report = examine(model, TEXTS, UNSEEN)

    document = json.loads(as_json(model, "small.onnx", report))

    assert (document["model"], document["sha256"]) == ("small.onnx", model.sha256)
    assert document["curves"][0]["roc_auc"] == 1.0
    assert document["figures"]["protocol"] == "None."


def test_a_model_that_adds_in_another_order_is_described_alike() -> None:
    model = small_model()
    report = examine(model, TEXTS, None)
    last_bit = replace(
        report,
        behaviour=tuple(replace(each, moved=each.moved + 1e-17) for each in report.behaviour),
        words={
            label: [(term, strength * (1 + 1e-15)) for term, strength in terms]
            for label, terms in report.words.items()
        },
    )
    assert last_bit.words != report.words

    assert as_json(model, "small.onnx", last_bit) == as_json(model, "small.onnx", report)


def test_there_is_a_plot_for_each_thing_that_there_is_to_draw() -> None:
    model = small_model()

    plain = {name for name, _, _ in draw(model, examine(model, TEXTS, None))}
    whole = {name for name, _, _ in draw(model, examine(model, TEXTS, UNSEEN))}

    assert plain == {"confusion", "words"}
    assert whole == {"confusion", "roc", "words"}
