"""Calibration: log-odds that mean what they say.

Naive Bayes counts words that go together as if each were news, so the surer it is the more it
exaggerates. For two labels the log-odds f become slope * f + intercept, as in Platt scaling (Platt,
1999); for more it is temperature scaling (Guo et al., ICML 2017): scores times the slope. Both keep
log-odds sums over terms.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import optimize, special
from sklearn.base import BaseEstimator, ClassifierMixin, clone

Array = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

#: Natural logarithms of the least and greatest slope that are tried.
SLOPE_BOUNDS: Final = (-25.0, 10.0)
INTERCEPT_BOUNDS: Final = (-20.0, 20.0)
#: Rounded to so many digits, another processor comes to the same numbers.
DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Calibration:
    """How scores become calibrated log-odds.

    Attributes:
        slope: greater than 0; below 1 where the classifier is too sure.
        intercept: added to the log-odds of two labels; 0 for more.
    """

    slope: float = 1.0
    intercept: float = 0.0

    def log_odds(self, scores: Array) -> Array:
        """Scores of K labels, [n, K] -> calibrated log-odds against the first, [n, K - 1]."""
        straight: Array = self.slope * (scores[:, 1:] - scores[:, :1]) + self.intercept
        return straight

    def probabilities(self, scores: Array) -> Array:
        """Scores of K labels, [n, K] -> their calibrated probabilities, [n, K]."""
        probabilities: Array = special.softmax(with_first(self.log_odds(scores)), axis=1)
        return probabilities


def with_first(log_odds: Array) -> Array:
    """Log-odds against the first label, [n, K - 1], with its own 0 in front: [n, K]."""
    return np.pad(log_odds, ((0, 0), (1, 0)))


def calibrate(scores: Array, truth: Numbers) -> Calibration:
    """Choose the calibration of least log loss.

    Args:
        scores: [n, K], of texts that the classifier was not fitted on.
        truth: [n] numbers of their labels.

    Returns:
        Its numbers, rounded to four digits.
    """
    if scores.shape[1] > 2:
        return Calibration(_rounded(np.exp(_temperature(scores, truth))))
    log_slope, intercept = _line(scores[:, 1] - scores[:, 0], truth)
    return Calibration(_rounded(np.exp(log_slope)), _rounded(intercept))


def _rounded(number: float) -> float:
    return float(f"{number:.{DIGITS - 1}e}")


def _temperature(scores: Array, truth: Numbers) -> float:
    """Logarithm of the slope, for the true labels as targets.

    One text's share of them is spread evenly, so that perfect scores do not make it certain.
    """
    rows, spread = np.arange(len(truth)), 1 / (len(truth) + 1)

    def loss(log_slope: float) -> float:
        logarithms = special.log_softmax(np.exp(log_slope) * scores, axis=1)
        of_truth = logarithms[rows, truth].mean()
        return -float((1 - spread) * of_truth + spread * logarithms.mean())

    return float(optimize.minimize_scalar(loss, bounds=SLOPE_BOUNDS).x)


def _line(log_odds: Array, truth: Numbers) -> tuple[float, float]:
    """Logarithm of the slope, and the intercept, for Platt's targets.

    These are a little less than 1 and more than 0, so that perfect scores do not make it certain.
    """
    counts = np.bincount(truth, minlength=2)
    target = np.array([1, counts[1] + 1])[truth] / (counts[truth] + 2)

    def loss(numbers: Array) -> tuple[float, Array]:
        scaled = np.exp(numbers[0]) * log_odds
        f = scaled + numbers[1]
        error = special.expit(f) - target
        gradient = np.array([(error * scaled).mean(), error.mean()])
        return float((np.logaddexp(0, f) - target * f).mean()), gradient

    bounds = [SLOPE_BOUNDS, INTERCEPT_BOUNDS]
    start = np.clip(
        [-np.log(max(float(np.abs(log_odds).mean()), 1e-9)), 0.0], *np.transpose(bounds)
    )
    found = optimize.minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return float(found.x[0]), float(found.x[1])


class Calibrated(ClassifierMixin, BaseEstimator):
    """A classifier whose probabilities go through a `Calibration` found beforehand.

    Args:
        classifier: one of `train.classifiers`, not fitted.
        slope: of the calibration.
        intercept: of the calibration.
    """

    def __init__(self, classifier: Any = None, slope: float = 1.0, intercept: float = 0.0) -> None:
        self.classifier = classifier
        self.slope = slope
        self.intercept = intercept

    @classmethod
    def around(cls, fitted: Any, calibration: Calibration) -> Calibrated:
        """A classifier that is fitted already, with its calibration."""
        made = cls(clone(fitted), **asdict(calibration))
        made.classifier_, made.classes_ = fitted, fitted.classes_
        return made

    def fit(self, X: Any, y: npt.ArrayLike) -> Calibrated:
        """Fit the classifier on n texts: tf-idf [n, V] and n labels."""
        self.classifier_ = clone(self.classifier).fit(X, y)
        self.classes_ = self.classifier_.classes_
        return self

    @property
    def calibration(self) -> Calibration:
        """What is done to the scores."""
        return Calibration(self.slope, self.intercept)

    def scores(self, X: Any) -> Array:
        """The classifier's own log scores of the K labels, [n, K]."""
        return log_scores(self.classifier_, X)

    def log_odds(self, X: Any) -> Array:
        """Calibrated log-odds of labels[1:] against labels[0], [n, K - 1]."""
        return self.calibration.log_odds(self.scores(X))

    def predict_proba(self, X: Any) -> Array:
        """Calibrated probabilities, [n, K]."""
        return self.calibration.probabilities(self.scores(X))

    def predict(self, X: Any) -> npt.NDArray[np.str_]:
        """The likeliest labels, [n]."""
        best = with_first(self.log_odds(X)).argmax(axis=1)
        labels: npt.NDArray[np.str_] = self.classes_[best]
        return labels


def log_scores(classifier: Any, X: Any) -> Array:
    """What a fitted scikit-learn *classifier* compares labels by, [n, K], on a log scale."""
    if hasattr(classifier, "predict_joint_log_proba"):
        joint: Array = classifier.predict_joint_log_proba(X)
        return joint
    margins: Array = classifier.decision_function(X)
    return with_first(margins[:, np.newaxis]) if margins.ndim == 1 else margins
