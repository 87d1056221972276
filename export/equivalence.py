"""Equivalence: proves a model file equal to the scikit-learn pipeline it was made from.

It asks the file exactly as the server does: the server's cleaning with the compiled lemma table,
the server's onnxruntime session. scikit-learn gets the text that training's cleaning gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from addsup.export.errors import ProofFailed
from addsup.export.graph.additive_form import against_first, terms
from addsup.export.graph.ensembles import Ensemble, Form
from addsup.export.graph.pipeline_steps import features, read_pipeline, steps
from addsup.inference.model import TOLERANCE, Model
from addsup.train.artifact import TrainedModel
from addsup.train.calibration import Calibrated, log_scores
from scipy import sparse

EVIDENCE_TOLERANCE = 1e-9
# Log-odds are differences of scores that may be large and nearly equal; what is lost in rounding
# those (a few units in the 16th digit of each of their terms) is scikit-learn's noise, not ours.
ROUNDING = 1e-14
# A probability below this is 0 for all that scikit-learn's own rounding leaves of it.
LEAST = 1e-300
TIED = 1e-12
GENERATED = 500
LONG_TEXTS = 8
LONG_TEXT_WORDS = 1000
REVIEWS_A_STEP = 64

Array = npt.NDArray[np.float64]
#: Gives what it is given, one after the other; a progress bar, for example.
Watch = Callable[[Sequence[int]], Iterable[int]]


@dataclass(frozen=True, slots=True)
class Proof:
    """How far the graph was from scikit-learn at worst.

    Attributes:
        reviews: how many were compared.
        probability: largest difference of a probability.
        evidence: largest difference between evidence plus constant and the log-odds, relative to
            the log-odds.
    """

    reviews: int
    probability: float
    evidence: float


@dataclass(frozen=True, slots=True)
class Answers:
    """What one side says to n reviews.

    Attributes:
        label: [n].
        probabilities: [n, K].
        log_odds: [n, K - 1], of labels[1:] against labels[0].
    """

    label: npt.NDArray[np.str_]
    probabilities: Array
    log_odds: Array


def prove(trained: TrainedModel, content: bytes, watch: Watch = iter) -> Proof:
    """Compare the model file *content* with the pipeline of *trained*; *watch* sees each step.

    Compared are every review of the data set, the empty text, texts of 1,000 words and generated
    ones: known and unknown words, in forms that have to be lemmatised, in any case and script.

    Raises:
        ProofFailed: a label differs, a probability by more than 1e-6, or evidence plus constant
            from the log-odds by more than a relative 1e-9. Names the review.
    """
    model, form = Model(content), read_pipeline(trained.pipeline, trained.analyzer).form
    reviews = [*trained.texts, *edge_cases(model)]
    starts = range(0, len(reviews), REVIEWS_A_STEP)
    worst = [
        _compare(model, trained, form, reviews[start : start + REVIEWS_A_STEP])
        for start in watch(starts)
    ]
    probability, evidence = (max(differences) for differences in zip(*worst, strict=True))
    model.try_out()
    return Proof(len(reviews), probability, evidence)


def _compare(
    model: Model, trained: TrainedModel, form: Form, reviews: Sequence[str]
) -> tuple[float, float]:
    """Largest difference of a probability, and largest relative one of the log-odds."""
    expected, noise = ask_pipeline(trained, form, reviews)
    actual = ask_graph(model, reviews)
    probability = np.abs(actual.probabilities - expected.probabilities).max(axis=1)
    evidence = relative_difference(actual.log_odds, expected.log_odds, noise)
    _refuse(reviews, _another_label(actual, expected), "another label")
    _refuse(reviews, ~(probability <= TOLERANCE), f"probabilities off by more than {TOLERANCE}")
    _refuse(
        reviews,
        ~(evidence <= EVIDENCE_TOLERANCE),
        f"evidence that misses the log-odds by more than a relative {EVIDENCE_TOLERANCE}",
    )
    return float(probability.max()), float(evidence.max())


def _another_label(actual: Answers, expected: Answers) -> npt.NDArray[np.bool_]:
    """Where the labels differ, but for those that are as likely as far as a double can tell."""
    best = np.sort(expected.probabilities, axis=1)[:, -2:]
    tied = best[:, 1] - best[:, 0] <= TIED
    different: npt.NDArray[np.bool_] = (actual.label != expected.label) & ~tied
    return different


def relative_difference(actual: Array, expected: Array, noise: Array) -> Array:
    """Largest difference in each row [n], relative to *expected* [n, m].

    A large one counts as 0 where it is no more than *noise* [n, 1] in absolute terms.
    """
    difference = np.abs(actual - expected)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.where(difference == 0, 0.0, difference / np.abs(expected))
    rounding = (relative > EVIDENCE_TOLERANCE) & (difference <= noise)
    return np.where(rounding, 0.0, relative).max(axis=1)


def ask_pipeline(
    trained: TrainedModel, form: Form, reviews: Sequence[str]
) -> tuple[Answers, Array]:
    """scikit-learn's answers to raw *reviews*, and the noise in its log-odds [n, 1]."""
    *before, classifier = steps(trained.pipeline)
    X = features(before, trained.pipeline_texts(reviews))  # once: counting is most of the time
    label = np.array([str(each) for each in classifier.predict(X).tolist()])
    probabilities = classifier.predict_proba(X)
    if isinstance(form, Ensemble):
        log_odds, noise = _from_probabilities(probabilities)
    else:
        log_odds, noise = _from_scores(classifier, X)
    return Answers(label, probabilities, log_odds), noise


def _from_scores(classifier: Any, X: Any) -> tuple[Array, Array]:
    """Log-odds [n, K - 1], and what is lost in the scores whose differences they are, [n, 1]."""
    if isinstance(classifier, Calibrated):
        log_odds, scores = classifier.log_odds(X), classifier.slope * classifier.scores(X)
    else:
        scores = log_scores(classifier, X)
        log_odds = against_first(scores.T).T
    scale = np.abs(scores).max(axis=1, keepdims=True) + magnitude(classifier, X)
    return log_odds, ROUNDING * scale


def _from_probabilities(probabilities: Array) -> tuple[Array, Array]:
    """Log-odds [n, K - 1]; one that is 1 minus another has lost more, the less it is."""
    some = np.maximum(probabilities, LEAST)
    return against_first(np.log(some).T).T, ROUNDING / some.min(axis=1, keepdims=True)


def magnitude(classifier: Any, X: Any) -> Array:
    """Sum of the sizes of all parts and of the intercept, [n, 1]: they may cancel out."""
    parts, X = terms(classifier), sparse.csr_array(X)
    x = abs(X).sign() if parts.presence else abs(X)
    sizes = x @ np.abs(parts.linear).T + np.abs(parts.intercept)
    if parts.bend:
        sizes = sizes + 1 / parts.bend  # ln(1 + bend * f) / bend rounds the 1, too
    if parts.quadratic is not None:
        sizes = sizes + x.power(2) @ np.abs(parts.quadratic).T
    greatest: Array = sizes.max(axis=1, keepdims=True)
    return greatest


def ask_graph(model: Model, reviews: Sequence[str]) -> Answers:
    """The model file's answers to raw *reviews*."""
    texts = [model.reader.read(review)[0] for review in reviews]
    label, probabilities, shares = model.run(texts, "label", "probabilities", "shares")
    return Answers(label, probabilities, shares.sum(axis=1) + np.array(model.manifest.intercept))


def _refuse(reviews: Sequence[str], wrong: npt.NDArray[np.bool_], what: str) -> None:
    if wrong.any():
        review = reviews[int(np.argmax(wrong))]
        shown = review if len(review) <= 200 else review[:200] + "..."
        raise ProofFailed(
            f"For {wrong.sum()} of {len(reviews)} reviews the graph gives {what} than "
            f"scikit-learn; the first is {shown!r}. Nothing was written."
        )


def edge_cases(model: Model) -> Iterator[str]:
    """Reviews that the data set does not hold. The same ones every time."""
    random = np.random.default_rng(0)
    words = np.array(
        [*model.manifest.vocabulary, *model.manifest.lemmas, *model.manifest.stop_words]
    )
    words = np.concatenate([words, ["unbekannt", "xyzzy", "a", "I"]])
    yield from (
        "",
        " ",
        "...",
        "\x00",
        "\u212aind \u0130rony",
        "caf\u00e9 na\u00efve",
        "\U0001f600",
        "\ud800 \u0130 \u03a3\u03a3 e\u0301 \u0928\u094d \u4e2d\u6587",
    )
    yield from (f"{word} " * LONG_TEXT_WORDS for word in random.choice(words, LONG_TEXTS))
    for _ in range(LONG_TEXTS):
        yield " ".join(random.choice(words, LONG_TEXT_WORDS))
    for _ in range(GENERATED):
        chosen = random.choice(words, random.integers(1, 40))
        cases = random.integers(3, size=len(chosen))
        yield " ".join(
            (str.lower, str.upper, str.title)[case](word)
            for word, case in zip(chosen.tolist(), cases, strict=True)
        )
