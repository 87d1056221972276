"""Description of a fitted pipeline: all that its graph, its proof and its card need of it.

What a text adds to the scores of the labels is a sum over terms. With class-conditional normals,
ln N(x; theta, var) = -x**2 / (2 var) + x theta / var + const, so it is a sum of x * (a*x + b), x
being the term's tf-idf. For the other classifiers a is 0; Bernoulli naive Bayes looks only at
whether a term is there, so its x is 1 or 0.

Calibration multiplies everything by one slope, and for two labels adds to the intercept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from addsup.inference.analyzer_settings import Analyzer
from addsup.inference.errors import AddsupError

Array = npt.NDArray[np.float64]

Norm = Literal["l1", "l2"]


class NotConvertible(AddsupError):
    """The pipeline holds a step or a setting that has no converter here."""


@dataclass(frozen=True, slots=True)
class Weighting:
    """How the counts of V terms become what the classifier sees of its columns.

    Attributes:
        terms: V, in the order of the counts.
        columns: [C] which terms the classifier sees.
        scale: [C] what each is multiplied by after the norm.
        binary: whether a term counts once however often it is there.
        sublinear: whether the count c becomes 1 + ln(c).
        weights: [V], what counts are multiplied by; None for nothing.
        norm: what a text is divided by; None for nothing.
        weighted: whether a tf-idf step has been there.
        roots: how many times the square root is taken before the columns are scaled.
    """

    terms: tuple[str, ...]
    columns: npt.NDArray[np.int64]
    scale: Array
    binary: bool = False
    sublinear: bool = False
    weights: Array | None = None
    norm: Norm | None = None
    weighted: bool = False
    roots: int = 0


@dataclass(frozen=True, slots=True)
class TextBlock:
    """One of the vectorisers of a pipeline: how it reads a text, and what it counts there.

    Attributes:
        weighting: how counts of its terms become what the classifier sees.
        analyzer: how text is read.
        stop_words: what the vectoriser drops.
        lemmas: word -> term, if texts are cleaned before the pipeline; None if not.
    """

    weighting: Weighting
    analyzer: Analyzer
    stop_words: frozenset[str] = frozenset()
    lemmas: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class AdditiveForm:
    """Scores as sums of x * (a*x + b) over V terms, for R rows.

    A row is a label, or a label against the first (K - 1 of them: then these are log-odds).

    Attributes:
        quadratic: a, [R, V]; None where it would be 0.
        linear: b, [R, V].
        intercept: [R], the scores of a text in which no term is known.
        presence: whether x is 1 for a term that is there, instead of its tf-idf.
    """

    quadratic: Array | None
    linear: Array
    intercept: Array
    presence: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """One of the models whose probabilities are averaged.

    Attributes:
        scores: K rows, one a label; one alone where there are two labels.
        probabilities_first: whether the scores become probabilities before slope and shift.
        slope: [K] or [1] what the sigmoid's argument is, times the score.
        shift: [K] or [1] what is added to that.
    """

    scores: AdditiveForm
    probabilities_first: bool
    slope: Array
    shift: Array


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Probabilities that are the mean of E members' sigmoids, as calibrated models' are.

    They are no sums over terms, but each step on the way to them is a function of sums, and what a
    token adds can be carried through it exactly (`export.graph.changes`).

    Attributes:
        members: E of them.
        normalise_each: whether each member's probabilities are made to add up to 1 before the
            mean; if not, the mean's are.
    """

    members: tuple[Member, ...]
    normalise_each: bool = True


Form = AdditiveForm | Ensemble


@dataclass(frozen=True, slots=True)
class Description:
    """A fitted pipeline, as its graph, its proof and its card need it.

    Attributes:
        steps: scikit-learn's, fitted: vectoriser or union of them, what is between, classifier.
        blocks: the vectorisers; the V terms are theirs, one block behind the other.
        column_form: how the classifier comes to its probabilities, over its C columns.
        form: the same, over all V terms.
        labels: K, in the order of the probabilities.
    """

    steps: tuple[Any, ...]
    blocks: tuple[TextBlock, ...]
    column_form: Form
    form: Form
    labels: tuple[str, ...]

    @property
    def terms(self) -> int:
        """V, the number of terms."""
        return sum(len(each.weighting.terms) for each in self.blocks)

    @property
    def starts(self) -> tuple[int, ...]:
        """The number of the first term of each block."""
        sizes = (len(each.weighting.terms) for each in self.blocks[:-1])
        return tuple(accumulate(sizes, initial=0))

    @property
    def classifier(self) -> Any:
        """The last step."""
        return self.steps[-1]

    @property
    def empty_log_odds(self) -> Array:
        """[K - 1]: the log-odds of a text in which no term is known."""
        if isinstance(self.form, AdditiveForm):
            return self.form.intercept
        (probabilities,) = self.classifier.predict_proba(self.features([""]))
        odds: Array = np.log(probabilities[1:]) - np.log(probabilities[0])
        return odds

    def features(self, texts: Sequence[str]) -> Any:
        """What the classifier sees of n *texts* as the pipeline takes them, [n, C]."""
        found: Any = texts
        for each in self.steps[:-1]:
            found = each.transform(found)
        return found
