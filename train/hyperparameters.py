"""Hyperparameters: the settings that training searches, and the pipeline each stands for."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import product
from typing import Any, Final, Literal

import numpy as np
from sklearn.feature_extraction.text import TfidfTransformer, TfidfVectorizer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer

from addsup.train.calibration import Calibrated, Calibration
from addsup.train.classifiers import KINDS
from addsup.train.term_counts import NgramRange, StopWords, counting

MAX_FEATURES = 2000  # the article's

#: Stop words that turn a sentence round; "don" and "didn" are what cleaning leaves of "don't".
NEGATIONS = frozenset(
    "no nor not ain aren couldn didn doesn don hadn hasn haven isn mightn mustn needn shan shouldn "
    "wasn weren won wouldn".split()
)

#: What is done to tf-idf: nothing, 1 + ln(count) for the count, or the fourth root of the result.
Transform = Literal["none", "sublinear", "fourth root"]

STOP_WORDS: Final[tuple[StopWords, ...]] = ("all", "all but negations", "none")
NGRAM_RANGES: Final[tuple[NgramRange, ...]] = ((1, 1), (1, 2))
#: Characters in a row within a word, and the classifiers that have use for so many terms at once.
CHARACTERS: Final[NgramRange] = (3, 5)
WITH_CHARACTERS: Final = ("logistic", "svm")
TRANSFORMS: Final[tuple[Transform, ...]] = ("none", "sublinear", "fourth root")


@dataclass(frozen=True, slots=True)
class Setting:
    """One way to clean, weigh and classify. The defaults are the article's.

    Attributes:
        classifier: a key of `KINDS`.
        strength: value of the number that the kind tunes; None leaves it open.
        stop_words: which words of the language's list are dropped.
        transform: what is done to tf-idf. Its fourth root keeps a single word of a short text from
            weighing many times what the words of a long one do.
        max_features: how many of the commonest terms are counted; None for all.
        ngram_range: terms of as few and as many words.
        characters: beside them, terms of as few and as many characters within a word; or None.
    """

    classifier: str = "gaussian"
    strength: float | None = None
    stop_words: StopWords = "all"
    transform: Transform = "none"
    max_features: int | None = MAX_FEATURES
    ngram_range: NgramRange = (1, 1)
    characters: NgramRange | None = None

    @property
    def value(self) -> float:
        """The number that the kind tunes; its default where that is left open."""
        return KINDS[self.classifier].default if self.strength is None else self.strength

    @property
    def size(self) -> tuple[int, int]:
        """How many blocks of terms there are, and the most words of a term."""
        return 1 + (self.characters is not None), self.ngram_range[1]

    def with_strengths(self) -> list[Setting]:
        """Settings with each strength that tuning tries, or the one that is given."""
        values = KINDS[self.classifier].values if self.strength is None else (self.strength,)
        return [replace(self, strength=value) for value in values]

    def vectoriser(self) -> TfidfVectorizer | FeatureUnion:
        """Tf-idf over normalised text, not fitted.

        Normalised text is lower case already and stop words are gone, so the vectoriser does
        neither: what it would do becomes a locale-dependent node in the ONNX graph.
        """
        tfidf = partial(
            TfidfVectorizer,
            max_features=self.max_features,
            sublinear_tf=self.transform == "sublinear",
        )
        words = tfidf(**counting(self.ngram_range))
        if self.characters is None:
            return words
        characters = tfidf(**counting(self.characters, of_characters=True))
        return FeatureUnion([("words", words), ("characters", characters)])

    def weighting(self) -> Pipeline:
        """What `pipeline` does to the counts of terms, not fitted."""
        return Pipeline(
            [
                ("tfidf", TfidfTransformer(sublinear_tf=self.transform == "sublinear")),
                *self._roots(),
            ]
        )

    def pipeline(self, calibration: Calibration | None = None) -> Pipeline:
        """Tf-idf and classifier over normalised text, not fitted; calibrated if asked."""
        classifier = KINDS[self.classifier].make(self.value)
        if calibration:
            classifier = Calibrated(classifier, **asdict(calibration))
        return Pipeline([("tfidf", self.vectoriser()), *self._roots(), ("classifier", classifier)])

    def _roots(self) -> list[tuple[str, FunctionTransformer]]:
        names = ("square_root", "fourth_root") if self.transform == "fourth root" else ()
        return [
            (name, FunctionTransformer(np.sqrt, feature_names_out="one-to-one")) for name in names
        ]

    def parameters(self, calibration: Calibration) -> dict[str, Any]:
        """What the model file says of it; JSON values."""
        chosen = asdict(self)
        del chosen["strength"]
        return (
            chosen
            | {"ngram_range": list(self.ngram_range)}
            | {"characters": list(self.characters or ())}
            | {KINDS[self.classifier].parameter: self.value}
            | {f"calibration_{name}": value for name, value in asdict(calibration).items()}
        )


def untuned(classifier: str, stop_words: StopWords) -> Setting:
    """The article's setting of a *classifier*, with scikit-learn's default strength."""
    return Setting(classifier, KINDS[classifier].default, stop_words)


def vectorisers(classifier: str) -> tuple[Setting, ...]:
    """Every way to clean and weigh that tuning tries, the strength left open."""
    transforms = TRANSFORMS[:1] if KINDS[classifier].presence else TRANSFORMS
    return tuple(
        Setting(classifier, None, stop_words, transform, max_features, ngram_range)
        for stop_words, ngram_range, max_features, transform in product(
            STOP_WORDS, NGRAM_RANGES, (MAX_FEATURES, None), transforms
        )
    )


def promising(classifier: str) -> tuple[Setting, ...]:
    """Ways to clean and weigh that do best for a kind on most collections, the strength left open.

    Discriminative classifiers learn what stop words are worth; naive Bayes of weights cannot.
    """
    ways: dict[str, tuple[StopWords, Transform]] = {
        "gaussian": ("all but negations", "fourth root"),
        "multinomial": ("none", "none"),
        "complement": ("none", "none"),
        "bernoulli": ("none", "none"),
    }
    stop_words, transform = ways.get(classifier, ("none", "sublinear"))
    ways_of_words = tuple(
        Setting(classifier, None, stop_words, transform, None, ngram_range)
        for ngram_range in NGRAM_RANGES
    )
    if classifier not in WITH_CHARACTERS:
        return ways_of_words
    both = Setting(classifier, None, "as typed", "sublinear", None, NGRAM_RANGES[-1], CHARACTERS)
    return *ways_of_words, both
