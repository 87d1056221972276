"""Calibration: log-odds that mean what they say.

Naive Bayes counts words that go together as if each were news, so the surer it is the more it
exaggerates. For two labels the log-odds f become h = slope * f + intercept, as in Platt scaling
(Platt, 1999), and then ln(1 + bend * |h|) / bend with the sign of h, which is a straight line near
0 and a logarithm far out. For more labels it is temperature scaling (Guo et al., ICML 2017): scores
times the slope, which is that of the least Brier score, for a straight line cannot follow both
middle and tails, and the log loss minds the tails most.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import optimize, special
from sklearn.base import BaseEstimator, ClassifierMixin, clone

Array = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

# Natural logarithms of the least and greatest slope and bend that are tried.
SLOPE_BOUNDS = (-25.0, 10.0)
BEND_BOUNDS = (-5.0, 5.0)
INTERCEPT_BOUNDS = (-20.0, 20.0)
# How far from the slope of least log loss that of least Brier score is sought, as a logarithm.
NEAR = 1.5
# Rounded to so many digits, another processor comes to the same numbers.
DIGITS = 4


@dataclass(frozen=True, slots=True)
class Calibration:
    """How scores become calibrated log-odds.

    Attributes:
        slope: greater than 0; below 1 where the classifier is too sure.
        bend: greater than 0 for two labels; 0 (a straight line) for more.
        intercept: what is added for two labels before bending; it can change a verdict.
    """

    slope: float = 1.0
    bend: float = 0.0
    intercept: float = 0.0

    def log_odds(self, scores: Array) -> Array:
        """Scores of K labels, [n, K] -> calibrated log-odds against the first, [n, K - 1]."""
        straight = self.slope * (scores[:, 1:] - scores[:, :1]) + self.intercept
        return bent(straight, self.bend) if self.bend else straight

    def probabilities(self, scores: Array) -> Array:
        """Scores of K labels, [n, K] -> their calibrated probabilities, [n, K]."""
        probabilities: Array = special.softmax(with_first(self.log_odds(scores)), axis=1)
        return probabilities

    def losses(self, scores: Array, truth: Numbers) -> Array:
        """Negative logarithm of each true label's probability, [n], in nats."""
        logarithms = special.log_softmax(with_first(self.log_odds(scores)), axis=1)
        losses: Array = -logarithms[np.arange(len(truth)), truth]
        return losses


def bent(log_odds: Array, bend: float) -> Array:
    """ln(1 + bend * |f|) / bend with the sign of f, for each f of *log_odds*."""
    curve: Array = np.sign(log_odds) * np.log1p(bend * np.abs(log_odds)) / bend
    return curve


def with_first(log_odds: Array) -> Array:
    """Log-odds against the first label, [n, K - 1], with its own 0 in front: [n, K]."""
    return np.pad(log_odds, ((0, 0), (1, 0)))


def calibrate(scores: Array, truth: Numbers, with_intercept: bool = False) -> Calibration:
    """Choose the calibration of least log loss, for more than two labels of least Brier score.

    Args:
        scores: [n, K], of reviews that the classifier was not fitted on.
        truth: [n] numbers of their labels.
        with_intercept: whether two labels get one; more labels get none.

    Returns:
        Its numbers, rounded to four digits. The targets are Platt's, a little less than 1 and
        more than 0, so that perfect scores do not make it certain of everything.
    """
    targets = _targets(truth, scores.shape[1])
    if scores.shape[1] > 2:
        return Calibration(_rounded(np.exp(_straight(scores, targets))))
    spread = np.log(max(float(np.abs(scores - scores[:, :1]).mean()), 1e-9))
    log_odds = scores[:, 1] - scores[:, 0]
    log_slope, log_bend, intercept = _bent(log_odds, targets[:, 1], -spread, with_intercept)
    return Calibration(_rounded(np.exp(log_slope)), _rounded(np.exp(log_bend)), _rounded(intercept))


def _rounded(number: float) -> float:
    return float(f"{number:.{DIGITS - 1}e}")


def _targets(truth: Numbers, labels: int) -> Array:
    counts = np.bincount(truth, minlength=labels)
    targets = np.repeat(1 / (counts + labels)[:, np.newaxis], labels, axis=1)
    np.fill_diagonal(targets, (counts + 1) / (counts + labels))
    each: Array = targets[truth]
    return each


def _straight(scores: Array, targets: Array) -> float:
    """Logarithm of the slope."""

    def log_loss(log_slope: float) -> float:
        logarithms = special.log_softmax(np.exp(log_slope) * scores, axis=1)
        return -float((targets * logarithms).sum(axis=1).mean())

    def brier(log_slope: float) -> float:
        probabilities = special.softmax(np.exp(log_slope) * scores, axis=1)
        return float(((targets - probabilities) ** 2).sum(axis=1).mean())

    # The log loss has one minimum; far from it, the Brier score is flat.
    near = float(optimize.minimize_scalar(log_loss, bounds=SLOPE_BOUNDS).x)
    return float(optimize.minimize_scalar(brier, bounds=(near - NEAR, near + NEAR)).x)


def _bent(
    log_odds: Array, target: Array, start: float, with_intercept: bool
) -> tuple[float, float, float]:
    """Logarithms of slope and bend, and the intercept."""

    def loss(numbers: Array) -> tuple[float, Array]:
        slope, bend, intercept = np.exp(numbers[0]), np.exp(numbers[1]), numbers[2]
        h = slope * log_odds + intercept
        g = bent(h, bend)
        by_g = special.expit(g) - target
        by_h = by_g / (1 + bend * np.abs(h))
        gradient = [(by_h * slope * log_odds).mean(), (by_h * h - by_g * g).mean(), by_h.mean()]
        return float((np.logaddexp(0, g) - target * g).mean()), np.array(gradient)

    bounds = [SLOPE_BOUNDS, BEND_BOUNDS, INTERCEPT_BOUNDS if with_intercept else (0.0, 0.0)]
    start_at = np.clip([start, 0.0, 0.0], *np.transpose(bounds))
    found = optimize.minimize(loss, start_at, jac=True, method="L-BFGS-B", bounds=bounds)
    return float(found.x[0]), float(found.x[1]), float(found.x[2])


class Calibrated(ClassifierMixin, BaseEstimator):
    """A classifier whose probabilities go through a `Calibration` found beforehand.

    Args:
        classifier: one of `train.classifiers`, not fitted.
        slope: of the calibration.
        bend: of the calibration.
        intercept: of the calibration.
    """

    def __init__(
        self,
        classifier: Any = None,
        slope: float = 1.0,
        bend: float = 0.0,
        intercept: float = 0.0,
    ) -> None:
        self.classifier = classifier
        self.slope = slope
        self.bend = bend
        self.intercept = intercept

    @classmethod
    def around(cls, fitted: Any, calibration: Calibration) -> Calibrated:
        """A classifier that is fitted already, with its calibration."""
        made = cls(clone(fitted), **asdict(calibration))
        made.classifier_, made.classes_ = fitted, fitted.classes_
        return made

    def fit(self, X: Any, y: npt.ArrayLike) -> Calibrated:
        """Fit the classifier on n reviews: tf-idf [n, V] and n labels."""
        self.classifier_ = clone(self.classifier).fit(X, y)
        self.classes_ = self.classifier_.classes_
        return self

    @property
    def calibration(self) -> Calibration:
        """What is done to the scores."""
        return Calibration(self.slope, self.bend, self.intercept)

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
