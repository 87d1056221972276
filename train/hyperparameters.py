"""What training can vary, and one choice of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from itertools import product
from typing import Any

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import Pipeline

from train.calibration import Calibrated, Calibration
from train.classifiers import KINDS

#: What counts as a token of normalised text: two characters, or one of a script without spaces. On
#: letters from a to z it is the article's "[a-z][a-z]+".
NORMALISED_TOKEN = r"\S\S+|[^\s\x00-\x7f]"

MAX_FEATURES = 2000  # the article's

#: Stop words that turn a sentence round; "don" and "didn" are what cleaning leaves of "don't".
NEGATIONS = frozenset(
    "no nor not ain aren couldn didn doesn don hadn hasn haven isn mightn mustn needn shan shouldn "
    "wasn weren won wouldn".split()
)


@dataclass(frozen=True, slots=True)
class Setting:
    """One way to clean, weigh and classify. The defaults are the article's.

    Attributes:
        classifier: a key of `KINDS`.
        strength: value of the number that the kind tunes; None for its default.
        keep_negations: whether words such as "not" are no stop words.
        sublinear_tf: whether the n-th occurrence of a term counts less than the first.
        max_features: how many of the commonest terms are counted; None for all.
        words_a_term: terms of up to so many words.
    """

    classifier: str = "gaussian"
    strength: float | None = None
    keep_negations: bool = False
    sublinear_tf: bool = False
    max_features: int | None = MAX_FEATURES
    words_a_term: int = 1

    @property
    def value(self) -> float:
        """The number that the kind tunes."""
        return KINDS[self.classifier].default if self.strength is None else self.strength

    def vectoriser(self) -> TfidfVectorizer:
        """Tf-idf over normalised text, not fitted.

        Normalised text is lower case already and stop words are gone, so the vectoriser does
        neither: what it would do becomes a locale-dependent node in the ONNX graph.
        """
        return TfidfVectorizer(
            max_features=self.max_features,
            ngram_range=(1, self.words_a_term),
            sublinear_tf=self.sublinear_tf,
            lowercase=False,
            token_pattern=NORMALISED_TOKEN,
        )

    def pipeline(self, calibration: Calibration | None = None) -> Pipeline:
        """Tf-idf and classifier over normalised text, not fitted; calibrated if asked."""
        classifier = KINDS[self.classifier].make(self.value)
        if calibration:
            classifier = Calibrated(classifier, calibration.slope, calibration.bend)
        return Pipeline([("tfidf", self.vectoriser()), ("classifier", classifier)])

    def parameters(self, calibration: Calibration) -> dict[str, Any]:
        """What the model file says of it; JSON values."""
        chosen = asdict(self)
        del chosen["strength"]
        return chosen | {
            KINDS[self.classifier].parameter: self.value,
            "calibration_slope": calibration.slope,
            "calibration_bend": calibration.bend,
        }


def from_parameters(parameters: Mapping[str, Any]) -> tuple[Setting, Calibration]:
    """Read back what `Setting.parameters` gave."""
    rest = dict(parameters)
    calibration = Calibration(rest.pop("calibration_slope"), rest.pop("calibration_bend"))
    strength = rest.pop(KINDS[rest["classifier"]].parameter)
    return Setting(strength=strength, **rest), calibration


def vectorisers(classifier: str) -> tuple[Setting, ...]:
    """Every way to clean and weigh that tuning tries, the strength left open."""
    plain = Setting(classifier)
    return tuple(
        replace(
            plain,
            keep_negations=keep_negations,
            sublinear_tf=sublinear_tf,
            max_features=max_features,
            words_a_term=words_a_term,
        )
        for keep_negations, sublinear_tf, max_features, words_a_term in product(
            (False, True), (False, True), (MAX_FEATURES, None), (1, 2)
        )
    )
