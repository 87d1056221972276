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
from scipy import sparse

from addsup.export.pipeline.classifiers import against_first, label_scores
from addsup.export.pipeline.description import AdditiveForm, Array, Description, Ensemble
from addsup.inference.blocks import GraphInput
from addsup.inference.errors import AddsupError
from addsup.inference.model import TOLERANCE, Model
from addsup.train.artifact import TrainedModel
from addsup.train.calibration import Calibrated, log_scores

LOG_ODDS_TOLERANCE = 1e-9
# Log-odds are differences of scores that may be large and nearly equal. A sum of m numbers, in any
# order, is off by at most m * u times the sum of their sizes, to first order (Higham, Accuracy and
# Stability of Numerical Algorithms, 2002, section 4.2); here m is the number of tokens, and some
# operations more for each weight. Two scores are summed here and by scikit-learn.
UNIT_ROUNDOFF = np.finfo(np.float64).eps / 2
SUMS, OPERATIONS_A_WEIGHT = 4, 64
# A probability below this is 0 for all that scikit-learn's own rounding leaves of it.
LEAST = 1e-300
TIED = 1e-12
GENERATED = 500
LONG_TEXTS = 4
LONG_TEXT_WORDS = 1000
TEXTS_A_STEP = 64
SHOWN = 200

#: Texts in scripts, forms and states that a data set seldom has.
ODD_TEXTS = (
    "",
    " ",
    "...",
    "\x00",
    "\u212aind \u0130rony",
    "caf\u00e9 na\u00efve",
    "\U0001f600",
    "\ud800 \u0130 \u03a3\u03a3 e\u0301 \u0928\u094d \u4e2d\u6587",
)

#: Gives what it is given, one after the other; a progress bar, for example.
Watch = Callable[[Sequence[int]], Iterable[int]]


class ProofFailed(AddsupError):
    """The graph does not answer as scikit-learn does."""


@dataclass(frozen=True, slots=True)
class Proof:
    """How far the graph was from scikit-learn at worst.

    Attributes:
        texts: how many were compared.
        probability: largest difference of a probability.
        log_odds: largest difference between contributions plus constant and the log-odds, relative
            to the log-odds.
    """

    texts: int
    probability: float
    log_odds: float


@dataclass(frozen=True, slots=True)
class Answers:
    """What one side says to n texts.

    Attributes:
        label: [n].
        probabilities: [n, K].
        log_odds: [n, K - 1], of labels[1:] against labels[0].
    """

    label: npt.NDArray[np.str_]
    probabilities: Array
    log_odds: Array


def prove(
    trained: TrainedModel, description: Description, model: Model, watch: Watch = iter
) -> Proof:
    """Compare *model* with the pipeline of *trained* that it was made from.

    Compared are every text of the data set, the empty text, texts of 1,000 words and generated
    ones: known and unknown words, in forms that have to be lemmatised, in any case and script.

    Args:
        trained: what became the model.
        description: its pipeline.
        model: the file, opened.
        watch: sees each step.

    Raises:
        ProofFailed: a label differs, a probability by more than 1e-6, or contributions plus
            constant from the log-odds by more than a relative 1e-9. Names the text.
    """
    texts = [*trained.texts, *edge_cases(model)]
    worst = np.max(
        [
            _compare(trained, description, model, texts[start : start + TEXTS_A_STEP])
            for start in watch(range(0, len(texts), TEXTS_A_STEP))
        ],
        axis=0,
    )
    model.try_out()
    return Proof(len(texts), *worst.tolist())


def _compare(
    trained: TrainedModel, description: Description, model: Model, texts: Sequence[str]
) -> tuple[float, float]:
    """Largest difference of a probability, and largest relative one of the log-odds."""
    read = [model.reader.read(text)[0] for text in texts]
    expected, sizes = ask_pipeline(description, trained.pipeline_texts(texts))
    noise = rounding(model, read) * sizes
    actual = ask_graph(model, read)
    probability = np.abs(actual.probabilities - expected.probabilities).max(axis=1)
    log_odds = relative_difference(actual.log_odds, expected.log_odds, noise)
    by_word = relative_difference(*_explained(model, texts, expected.log_odds), noise)
    for wrong, what in (
        (_another_label(actual, expected), "another label"),
        (~(probability <= TOLERANCE), f"probabilities off by more than {TOLERANCE}"),
        (
            ~(log_odds <= LOG_ODDS_TOLERANCE),
            f"contributions that miss the log-odds by more than a relative {LOG_ODDS_TOLERANCE}",
        ),
        (~(by_word <= LOG_ODDS_TOLERANCE), "contributions of words that miss the log-odds"),
    ):
        if wrong.any():
            first = texts[int(np.argmax(wrong))]
            shown = first if len(first) <= SHOWN else first[:SHOWN] + "..."
            raise ProofFailed(
                f"For {wrong.sum()} of {len(texts)} texts the graph gives {what} than "
                f"scikit-learn; the first is {shown!r}. Nothing was written."
            )
    return float(probability.max()), float(np.maximum(log_odds, by_word).max())


def _explained(model: Model, texts: Sequence[str], log_odds: Array) -> tuple[Array, Array]:
    """Log-odds of the likeliest label against the next as explained to users, and as expected.

    Both are [n, 1]; 0 for a text of which nothing is known. *log_odds* are [n, K - 1].
    """
    found = np.zeros((2, len(texts), 1))
    for row, (_, why) in enumerate(model.explain(texts)):
        if why:
            first, second = model.labels.index(why.label), model.labels.index(why.against)
            odds = np.append(0.0, log_odds[row])
            total = why.intercept + sum(word.contribution for word in why.words)
            found[:, row, 0] = total, odds[first] - odds[second]
    return found[0], found[1]


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
    rounding = (relative > LOG_ODDS_TOLERANCE) & (difference <= noise)
    return np.where(rounding, 0.0, relative).max(axis=1)


def ask_pipeline(description: Description, texts: Sequence[str]) -> tuple[Answers, Array]:
    """scikit-learn's answers to n *texts* as it takes them, and the sizes it sums [n, 1]."""
    classifier, X = description.classifier, description.features(texts)
    names = dict(zip(classifier.classes_.tolist(), description.labels, strict=True))
    label = np.array([names[each] for each in classifier.predict(X).tolist()])
    probabilities = classifier.predict_proba(X)
    if isinstance(form := description.column_form, Ensemble):
        some = np.maximum(probabilities, LEAST)
        odds = against_first(np.log(some).T).T
        # A probability that is 1 minus another has lost more, the less it is.
        sizes = 1 / some.min(axis=1, keepdims=True)
        for member in form.members:
            sizes = sizes + np.abs(member.slope).max() * _sizes(member.scores, X)
        return Answers(label, probabilities, odds), sizes
    if isinstance(classifier, Calibrated):
        odds, slope, inner = classifier.log_odds(X), classifier.slope, classifier.classifier_
    else:
        odds, slope, inner = against_first(log_scores(classifier, X).T).T, 1.0, classifier
    sizes = slope * _sizes(label_scores(inner), X)
    return Answers(label, probabilities, odds), sizes


def _sizes(form: AdditiveForm, X: Any) -> Array:
    """Sum of the sizes of all that is added and of the intercept, [n, 1]: they may cancel out."""
    X = sparse.csr_array(X)
    x = abs(X).sign() if form.presence else abs(X)
    sizes = x @ np.abs(form.linear).T + np.abs(form.intercept)
    if form.quadratic is not None:
        sizes = sizes + x.power(2) @ np.abs(form.quadratic).T
    greatest: Array = sizes.max(axis=1, keepdims=True)
    return greatest


def rounding(model: Model, read: Sequence[GraphInput]) -> Array:
    """What is lost of the sizes summed for n texts as the graph takes them, as a share [n, 1]."""
    tokens = np.array([[model.reader.tokens(text)] for text in read])
    return SUMS * (tokens + OPERATIONS_A_WEIGHT) * UNIT_ROUNDOFF


def ask_graph(model: Model, read: Sequence[GraphInput]) -> Answers:
    """The model file's answers to texts as its graph takes them."""
    label, probabilities, shares = model.run(read, "label", "probabilities", "shares")
    return Answers(label, probabilities, shares.sum(axis=1) + np.array(model.manifest.intercept))


def edge_cases(model: Model) -> Iterator[str]:
    """Texts that the data set does not hold. The same ones every time."""
    random = np.random.default_rng(0)
    words = np.array(
        [*model.manifest.vocabulary, *model.manifest.lemmas, *model.manifest.stop_words]
    )
    words = np.concatenate([words, ["unbekannt", "xyzzy", "a", "I"]])
    yield from ODD_TEXTS
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
