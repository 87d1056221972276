"""A small trained model that needs no data set: made in a second, exported like any other."""

from __future__ import annotations

from functools import cache

from addsup.export.graph.model_file import build
from addsup.inference.analyzer import Normaliser
from addsup.inference.manifest import DataSet, Figures, HeldOut
from addsup.inference.model import Model
from addsup.train.artifact import TrainedModel
from addsup.train.calibration import Calibration
from addsup.train.hyperparameters import NgramRange, Setting

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
    classifier: str = "gaussian", ngram_range: NgramRange = (1, 1), bend: float = 0.0
) -> TrainedModel:
    """A model of eight sentences."""
    normaliser = Normaliser(frozenset({"a", "the"}), lemma)
    setting = Setting(classifier, 0.5, ngram_range=ngram_range)
    pipeline = setting.pipeline(Calibration(0.7, bend))
    pipeline.fit([normaliser.normalise(text) for text in TEXTS], list(LABELS))
    return TrainedModel(
        pipeline=pipeline,
        normaliser=normaliser,
        irregular=frozenset(),
        texts=TEXTS,
        data=DataSet("eight sentences", "0" * 64, 24, {"down": 12, "up": 12}, "none"),
        figures=Figures(protocol="None.", held_out=HeldOut(2, 0.5, ((1, 0), (1, 0)))),
        parameters=setting.parameters(Calibration(0.7, bend)),
        command="make train",
    )


@cache
def small_model() -> Model:
    """The same, exported and opened."""
    return Model(build(small()))
