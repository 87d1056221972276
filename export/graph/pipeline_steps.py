"""Steps of a fitted pipeline: from scikit-learn's objects to what the graph computes with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from addsup.export.errors import NotConvertible
from addsup.export.graph.additive_form import Terms
from addsup.export.graph.ensembles import Ensemble, Form, form
from addsup.export.graph.weighting import Weighting, analyzer_of, separator, step, weighting
from addsup.inference.analyzer_settings import Analyzer
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted


@dataclass(frozen=True, slots=True)
class FittedText:
    """A fitted pipeline, as the graph needs it.

    Attributes:
        weighting: how counts of V terms become what the classifier sees.
        form: how the classifier comes to its probabilities, over all V terms.
        labels: K, in the order of the probabilities.
        analyzer: how text is read.
    """

    weighting: Weighting
    form: Form
    labels: tuple[str, ...]
    analyzer: Analyzer


def read_pipeline(pipeline: Any, analyzer: Analyzer | None = None) -> FittedText:
    """Read a fitted *pipeline* of a vectoriser, what chooses or scales columns, and a classifier.

    Args:
        pipeline: scikit-learn's.
        analyzer: how text is read before the vectoriser sees it; None if the vectoriser reads it.

    Raises:
        NotConvertible: a step or a setting has no converter here, or is not fitted.
    """
    vectoriser, *between, classifier = steps(pipeline)
    weighed = weighting(vectoriser)
    for each in between:
        weighed = step(each, weighed)
    if not len(weighed.columns):
        raise NotConvertible("No term is left for the classifier")
    if analyzer is None:
        analyzer = analyzer_of(vectoriser)
    if analyzer.kind != "letters":
        fewest_and_most = tuple(vectoriser.ngram_range)
        analyzer = msgspec.structs.replace(
            analyzer, ngram_range=fewest_and_most, separator=separator(weighed.terms)
        )
    return FittedText(weighed, _spread(weighed, form(classifier)), labels(classifier), analyzer)


def labels(classifier: Any) -> tuple[str, ...]:
    """The K labels of a fitted *classifier* as text, in the order of its probabilities."""
    return tuple(str(label) for label in classifier.classes_.tolist())


def features(before: Sequence[Any], texts: Sequence[str]) -> Any:
    """What the classifier sees of n *texts* after the steps *before* it, [n, C]."""
    found: Any = texts
    for each in before:
        found = each.transform(found)
    return found


def steps(pipeline: Any) -> list[Any]:
    """The fitted steps of *pipeline*, those of pipelines inside it too.

    Raises:
        NotConvertible: it is no pipeline, is not fitted, or has less than two steps.
    """
    if not hasattr(pipeline, "steps"):
        raise NotConvertible(
            f"This is {type(pipeline).__name__}, not a scikit-learn Pipeline; make one of the "
            "vectoriser and the classifier with make_pipeline(vectoriser, classifier)"
        )
    found = list(_flat(pipeline))
    if len(found) < 2:
        raise NotConvertible("The pipeline needs a vectoriser and a classifier")
    for each in (found[0], found[-1]):
        try:
            check_is_fitted(each)
        except (NotFittedError, TypeError):
            raise NotConvertible(
                f"{type(each).__name__} is not fitted; call pipeline.fit(texts, labels) first"
            ) from None
    if not hasattr(found[-1], "classes_"):
        raise NotConvertible(f"The last step is {type(found[-1]).__name__}, which has no classes")
    return found


def _flat(pipeline: Pipeline) -> Iterator[Any]:
    for _, each in pipeline.steps:
        each = getattr(each, "best_estimator_", each)  # of a search for settings
        if hasattr(each, "steps"):
            yield from _flat(each)
        elif each is not None and each != "passthrough":
            yield each


def _spread(weighed: Weighting, found: Form) -> Form:
    """*found* over all terms, whatever the classifier sees of them."""
    if isinstance(found, Terms):
        return weighed.spread(found)
    members = tuple(
        replace(member, scores=weighed.spread(member.scores)) for member in found.members
    )
    return Ensemble(members, found.normalise_each)
