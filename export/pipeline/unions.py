"""Unions: several vectorisers side by side, each a block of terms of its own.

Source of behaviour: `sklearn.pipeline.FeatureUnion`, which puts the columns of one transformer
behind those of the one before it, multiplied by its weight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
from sklearn.feature_selection import SelectorMixin
from sklearn.pipeline import FeatureUnion
from sklearn.preprocessing import MaxAbsScaler

from addsup.export.pipeline.description import (
    AdditiveForm,
    Array,
    NotConvertible,
    TextBlock,
    Weighting,
)
from addsup.export.pipeline.vectoriser import analyzer_of, chosen, read_step, read_vectoriser
from addsup.inference.analyzer_settings import Analyzer


def read_blocks(vectoriser: Any, analyzer: Analyzer | None) -> list[TextBlock]:
    """The blocks of a fitted *vectoriser*, of a pipeline that begins with one, or of a union.

    Args:
        vectoriser: scikit-learn's.
        analyzer: how text is read before it; None if it reads the text itself.

    Raises:
        NotConvertible: one of them, or a setting, has no converter here.
    """
    if isinstance(vectoriser, FeatureUnion):
        return [block for each in _members(vectoriser, analyzer) for block in each]
    if not hasattr(vectoriser, "steps"):
        return [_read_block(vectoriser, analyzer)]
    (_, first), *rest = vectoriser.steps
    blocks = read_blocks(first, analyzer)
    for _, each in rest:
        if each is not None and each != "passthrough":
            blocks = read_between(each, blocks)
    return blocks


def _members(union: FeatureUnion, analyzer: Analyzer | None) -> list[list[TextBlock]]:
    """The blocks of each member of a fitted *union*."""
    weights = union.transformer_weights or {}
    found = []
    for name, member in union.transformer_list:
        if member == "drop":
            continue
        if member == "passthrough":
            raise NotConvertible(f'The member "{name}" of FeatureUnion passes texts through')
        blocks = read_blocks(member, analyzer)
        scales = [each.weighting.scale * weights.get(name, 1.0) for each in blocks]
        found.append(list(map(_rescaled, blocks, scales)))
    return found


def _read_block(vectoriser: Any, analyzer: Analyzer | None) -> TextBlock:
    weighting = read_vectoriser(vectoriser)
    found = _within(analyzer, vectoriser) if analyzer else analyzer_of(vectoriser)
    if found.kind != "letters":
        found = msgspec.structs.replace(found, ngram_range=tuple(vectoriser.ngram_range))
    stop_words = (vectoriser.get_stop_words() or ()) if found.kind == "word" else ()
    return TextBlock(weighting, found, frozenset(stop_words))


def _within(analyzer: Analyzer, vectoriser: Any) -> Analyzer:
    """How text is read, if *vectoriser* is given the words that *analyzer* finds."""
    if vectoriser.analyzer == "word":
        return analyzer
    within = "letters" if analyzer.kind == "letters" else "word"
    return msgspec.structs.replace(analyzer, kind=vectoriser.analyzer, within=within)


def read_between(fitted: Any, blocks: Sequence[TextBlock]) -> list[TextBlock]:
    """What a fitted step between the vectorisers and the classifier makes of the *blocks*.

    Raises:
        NotConvertible: it does something to their columns that has no converter here.
    """
    if len(blocks) == 1:
        made = [replace(blocks[0], weighting=read_step(fitted, blocks[0].weighting))]
    elif isinstance(fitted, SelectorMixin):
        supports = _parts(fitted.get_support(), blocks)
        made = [
            replace(block, weighting=chosen(block.weighting, support))
            for block, support in zip(blocks, supports, strict=True)
        ]
    elif isinstance(fitted, MaxAbsScaler):
        scales = _parts(1 / fitted.scale_, blocks)
        made = [
            _rescaled(block, block.weighting.scale * scale)
            for block, scale in zip(blocks, scales, strict=True)
        ]
    else:
        raise NotConvertible(
            f"The step {type(fitted).__name__} after a FeatureUnion has no converter here: put it "
            "into each member of the union (a norm or tf-idf is of one vectoriser's terms), or "
            "leave it out; selectors and MaxAbsScaler may stand there"
        )
    return [each for each in made if len(each.weighting.columns)]


def _parts(values: Any, blocks: Sequence[TextBlock]) -> list[Any]:
    """*values* of all columns, cut into those of each of the *blocks*."""
    return np.split(values, np.cumsum([len(each.weighting.columns) for each in blocks])[:-1])


def _rescaled(block: TextBlock, scale: Array) -> TextBlock:
    return replace(block, weighting=replace(block.weighting, scale=scale))


def spread(weightings: Sequence[Weighting], form: AdditiveForm) -> AdditiveForm:
    """*form*, which is over the C columns, over the V terms of all blocks, without the scale."""
    sizes = [len(each.terms) for each in weightings]
    starts = np.cumsum([0, *sizes[:-1]])
    columns = np.concatenate(
        [start + each.columns for start, each in zip(starts, weightings, strict=True)]
    )
    scale = np.concatenate([each.scale for each in weightings])
    size = sum(sizes)
    if np.array_equal(columns, np.arange(size)) and (scale == 1).all():
        return form

    def over_terms(values: Array) -> Array:
        spread = np.zeros((len(values), size))
        spread[:, columns] = values
        return spread

    quadratic = None if form.quadratic is None else over_terms(form.quadratic * scale**2)
    linear = over_terms(form.linear * (1.0 if form.presence else scale))
    return replace(form, linear=linear, quadratic=quadratic)
