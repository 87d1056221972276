"""Steps of a fitted pipeline: from scikit-learn's objects to its description, read once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from addsup.export.pipeline.description import (
    AdditiveForm,
    Description,
    Form,
    NotConvertible,
    TextBlock,
    Weighting,
)
from addsup.export.pipeline.ensembles import read_classifier
from addsup.export.pipeline.unions import read_between, read_blocks, spread
from addsup.export.pipeline.vectoriser import separator
from addsup.inference.analyzer_settings import Analyzer


def read_pipeline(pipeline: Any, analyzer: Analyzer | None = None) -> Description:
    """Describe a fitted *pipeline* of a vectoriser, what chooses or scales columns, a classifier.

    Args:
        pipeline: scikit-learn's.
        analyzer: how text is read before the vectoriser sees it; None if the vectoriser reads it.

    Raises:
        NotConvertible: a step or a setting has no converter here, or is not fitted.
    """
    found = fitted_steps(pipeline)
    vectoriser, *between, classifier = found
    blocks = read_blocks(vectoriser, analyzer)
    for each in between:
        blocks = read_between(each, blocks)
    if not blocks:
        raise NotConvertible("No term is left for the classifier")
    form = read_classifier(classifier)
    return Description(
        steps=found,
        blocks=tuple(map(_with_separator, blocks)),
        column_form=form,
        form=_over_terms([each.weighting for each in blocks], form),
        labels=labels_of(classifier),
    )


def _with_separator(block: TextBlock) -> TextBlock:
    if block.analyzer.kind == "letters":
        return block
    found = separator(block.weighting.terms)
    return replace(block, analyzer=msgspec.structs.replace(block.analyzer, separator=found))


def labels_of(classifier: Any) -> tuple[str, ...]:
    """The K labels of a fitted *classifier* as text, in the order of its probabilities."""
    return tuple(str(label) for label in classifier.classes_.tolist())


def fitted_steps(pipeline: Any) -> tuple[Any, ...]:
    """The fitted steps of *pipeline*, those of pipelines inside it too.

    Raises:
        NotConvertible: it is no pipeline, is not fitted, or has less than two steps.
    """
    if not hasattr(pipeline, "steps"):
        raise NotConvertible(
            f"This is {type(pipeline).__name__}, not a scikit-learn Pipeline; make one of the "
            "vectoriser and the classifier with make_pipeline(vectoriser, classifier)"
        )
    found = tuple(_flat(pipeline))
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


def _over_terms(weightings: Sequence[Weighting], form: Form) -> Form:
    """*form* over all terms, whatever the classifier sees of them."""
    if isinstance(form, AdditiveForm):
        return spread(weightings, form)
    members = tuple(
        replace(member, scores=spread(weightings, member.scores)) for member in form.members
    )
    return replace(form, members=members)
