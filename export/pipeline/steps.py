"""Steps of a fitted pipeline: from scikit-learn's objects to its description, read once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from addsup.export.pipeline.description import (
    AdditiveForm,
    Description,
    Ensemble,
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
    _check_finite(classifier, form)
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
        NotConvertible: it is no pipeline, is not fitted, has less than two steps, or gives a text
            no label or several.
    """
    if not hasattr(pipeline, "steps"):
        raise NotConvertible(
            f"This is {type(pipeline).__name__}, not a scikit-learn Pipeline; make one of the "
            "vectoriser and the classifier with make_pipeline(vectoriser, classifier)"
        )
    found = tuple(_flat(pipeline))
    if len(found) < 2:
        raise NotConvertible("The pipeline needs a vectoriser and a classifier")
    first, *between, last = found
    _check_fitted(first, last)
    _check_labels(last)
    return (_exact(first), *between, last)


def _exact(step: Any) -> Any:
    """*step*, whose vectorisers count in float64: smaller numbers are exact in larger ones."""
    if isinstance(step, CountVectorizer) and np.dtype(step.dtype) not in (np.int64, np.float64):
        step = copy(step)
        step.dtype = np.float64
    for name in ("transformer_list", "steps"):  # of unions and of pipelines in them
        if hasattr(step, name):
            step = copy(step)
            setattr(step, name, [(key, _exact(each)) for key, each in getattr(step, name)])
    return step


def _flat(pipeline: Pipeline) -> Iterator[Any]:
    for _, each in pipeline.steps:
        each = getattr(each, "best_estimator_", each)  # of a search for settings
        if hasattr(each, "steps"):
            yield from _flat(each)
        elif each is not None and each != "passthrough" and not _only_when_fitting(each):
            yield each


def _only_when_fitting(step: Any) -> bool:
    """Whether *step* chooses the texts to fit on, as imbalanced-learn's samplers do."""
    return hasattr(step, "fit_resample") and not hasattr(step, "transform")


def _check_fitted(first: Any, last: Any) -> None:
    for each in (first, last):
        try:
            if isinstance(each, CountVectorizer):
                each.transform([""])  # takes a vocabulary that was given for a fitted one
            elif each is last:
                check_is_fitted(each)
        except NotFittedError:
            raise NotConvertible(
                f"{type(each).__name__} is not fitted; call pipeline.fit(texts, labels) first"
            ) from None
        except TypeError:  # it is no estimator of scikit-learn's; what is said of it comes later
            continue


def _check_labels(classifier: Any) -> None:
    classes = getattr(classifier, "classes_", None)
    if classes is None:
        raise NotConvertible(
            f"The last step is {type(classifier).__name__}, which has no classes; put a classifier "
            "last, such as LogisticRegression or MultinomialNB"
        )
    if getattr(classifier, "multilabel_", False) or np.ndim(classes[0]):
        raise NotConvertible(
            f"A text has one label here, and this {type(classifier).__name__} gives several; "
            "export a pipeline for each of them"
        )


def _check_finite(classifier: Any, form: Form) -> None:
    rows = [member.scores for member in form.members] if isinstance(form, Ensemble) else [form]
    for each in rows:
        if not (np.isfinite(each.linear).all() and np.isfinite(each.intercept).all()):
            raise NotConvertible(
                f"{type(classifier).__name__} has weights that are no finite numbers; fit it "
                "again with smoothing (alpha greater than 0)"
            )


def _over_terms(weightings: Sequence[Weighting], form: Form) -> Form:
    """*form* over all terms, whatever the classifier sees of them."""
    if isinstance(form, AdditiveForm):
        return spread(weightings, form)
    members = tuple(
        replace(member, scores=spread(weightings, member.scores)) for member in form.members
    )
    return replace(form, members=members)
