"""A small trained model that needs no data set: made in a second, exported like any other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import msgspec
import onnx
from onnx import numpy_helper

from addsup.export.graph.equivalence import Proof, prove
from addsup.export.graph.model_file import build
from addsup.export.own_pipeline import read_fitted
from addsup.export.pipeline.steps import read_pipeline
from addsup.inference.analyzer import Normaliser
from addsup.inference.manifest import DataSet, Figures, HeldOut
from addsup.inference.model import Model
from addsup.train.artifact import TrainedModel
from addsup.train.calibration import Calibration
from addsup.train.hyperparameters import Setting

TEXTS = (
    *("Good films!", "A fine film, good.", "Good story.", "Fine, fine stories."),
    *("Bad film.", "A dull film, bad.", "Bad story.", "Dull, dull stories."),
) * 3
LABELS = (("up",) * 4 + ("down",) * 4) * 3
LEMMAS = {"films": "film", "stories": "story"}


def lemma(word: str) -> str:
    return LEMMAS.get(word, word)


@cache
def small(
    setting: Setting = Setting("gaussian", 0.5),  # noqa: B008 (frozen)
    calibration: Calibration | None = None,
) -> TrainedModel:
    """A model of eight sentences."""
    calibration = calibration or Calibration(0.7)
    normaliser = Normaliser(frozenset({"a", "the"}), lemma)
    pipeline = setting.pipeline(calibration)
    pipeline.fit([normaliser.normalise(text) for text in TEXTS], list(LABELS))
    return TrainedModel(
        pipeline=pipeline,
        normaliser=normaliser,
        irregular=frozenset(),
        texts=TEXTS,
        data=DataSet("eight sentences", "0" * 64, 24, {"down": 12, "up": 12}, "none"),
        figures=Figures(protocol="None.", held_out=HeldOut(2, 0.5, ((1, 0), (1, 0)))),
        parameters=setting.parameters(calibration),
        command="make train",
    )


def exported(trained: TrainedModel) -> bytes:
    """The model file of *trained*, not proved."""
    return build(trained, read_pipeline(trained.pipeline, trained.analyzer))


def proved(trained: TrainedModel, content: bytes | None = None) -> Proof:
    """The proof of the model file of *trained*, or of *content* in its place."""
    found = read_pipeline(trained.pipeline, trained.analyzer)
    return prove(trained, found, Model(content or build(trained, found)))


def opened(
    pipeline: Any, sample: Sequence[str], labels: Sequence[Any] | None = None, **more: Any
) -> tuple[Model, Proof]:
    """A fitted pipeline of one's own as a model, and its proof; nothing is written."""
    trained, found = read_fitted(pipeline, sample, labels, **more)
    model = Model(build(trained, found))
    return model, prove(trained, found, model)


@cache
def small_model() -> Model:
    """The same, exported and opened."""
    return Model(exported(small()))


Change = Callable[[onnx.ModelProto], None]


def altered(content: bytes, change: Change) -> bytes:
    """The model file *content* after *change*."""
    model = onnx.load_from_string(content)
    change(model)
    return bytes(model.SerializeToString())


def scaled(name: str, factor: float) -> Change:
    """Multiplies an initializer."""

    def change(model: onnx.ModelProto) -> None:
        (tensor,) = (each for each in model.graph.initializer if each.name == name)
        tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor) * factor, name))

    return change


def entry(key: str, edit: Callable[[str], str]) -> Change:
    """Changes an entry of the metadata."""

    def change(model: onnx.ModelProto) -> None:
        (found,) = (each for each in model.metadata_props if each.key == key)
        found.value = edit(found.value)

    return change


def shifted(value: str) -> str:
    """A list of one number as JSON, which is a millionth more."""
    return msgspec.json.encode([msgspec.json.decode(value)[0] + 1e-6]).decode()


def without_lemmas(value: str) -> str:
    """Blocks as JSON, the first of which has no table of lemmas."""
    first, *others = msgspec.json.decode(value)
    return msgspec.json.encode([first | {"lemmas": {}}, *others]).decode()
