"""Vectoriser of a pipeline: what it counts, how it weighs that, and how it reads a text.

Between the vectoriser and the classifier may stand what chooses or scales columns; it is folded
into the weights before the norm, or into the classifier's coefficients after it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import singledispatch
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import (
    CountVectorizer,
    HashingVectorizer,
    TfidfTransformer,
    TfidfVectorizer,
)
from sklearn.feature_selection import SelectorMixin
from sklearn.preprocessing import FunctionTransformer, MaxAbsScaler, Normalizer, StandardScaler

from addsup.export.pipeline.description import Norm, NotConvertible, Weighting
from addsup.inference.analyzer_settings import Analyzer

#: What may stand between terms: the first that is in none of them.
SEPARATORS: Final = (*" \n\t\x1f\x1e\x1d\x1c", *map(chr, range(0xE000, 0xE100)))


@singledispatch
def read_vectoriser(vectoriser: Any) -> Weighting:
    """What a fitted *vectoriser* counts.

    Raises:
        NotConvertible: it is none of scikit-learn's that have a vocabulary.
    """
    raise NotConvertible(
        f"The first step is {type(vectoriser).__name__}; export takes a pipeline that begins with "
        "a CountVectorizer or TfidfVectorizer and is given the texts themselves"
    )


@read_vectoriser.register
def _(vectoriser: HashingVectorizer) -> Weighting:  # noqa: ARG001
    raise NotConvertible(
        "HashingVectorizer keeps no vocabulary, so nothing can be said of a word: use "
        "CountVectorizer or TfidfVectorizer (with max_features, if memory is short) instead"
    )


@read_vectoriser.register
def _(vectoriser: CountVectorizer) -> Weighting:
    terms = tuple(vectoriser.get_feature_names_out().tolist())
    return Weighting(terms, np.arange(len(terms)), np.ones(len(terms)), vectoriser.binary)


@read_vectoriser.register
def _(vectoriser: TfidfVectorizer) -> Weighting:
    return _tfidf(read_vectoriser.dispatch(CountVectorizer)(vectoriser), vectoriser)


@singledispatch
def read_step(fitted: Any, before: Weighting) -> Weighting:
    """What a fitted step between vectoriser and classifier makes of the weighting *before* it.

    Raises:
        NotConvertible: it does something to the columns that has no converter here.
    """
    if _changes_nothing(fitted, len(before.columns)):
        return before
    raise NotConvertible(
        f"The step {type(fitted).__name__} has no converter here; export knows TfidfTransformer, "
        "Normalizer, MaxAbsScaler, StandardScaler(with_mean=False), FunctionTransformer(np.sqrt), "
        "selectors such as SelectKBest and VarianceThreshold, and steps that only make the matrix "
        "dense"
    )


@read_step.register
def _(fitted: TfidfTransformer, before: Weighting) -> Weighting:
    plain = before.norm is None and not before.roots and (before.scale == 1).all()
    if before.weighted or not plain:
        raise NotConvertible(
            "TfidfTransformer has a converter only right after CountVectorizer or a selection of "
            "its terms"
        )
    return _tfidf(before, fitted)


@read_step.register
def _(fitted: FunctionTransformer, before: Weighting) -> Weighting:
    if fitted.func is np.sqrt and not fitted.kw_args:
        return replace(before, roots=before.roots + 1, scale=np.sqrt(before.scale))
    return read_step.dispatch(object)(fitted, before)


@read_step.register
def _(fitted: SelectorMixin, before: Weighting) -> Weighting:
    return chosen(before, fitted.get_support())


@read_step.register
def _(fitted: MaxAbsScaler, before: Weighting) -> Weighting:
    return replace(before, scale=before.scale / fitted.scale_)


@read_step.register
def _(fitted: StandardScaler, before: Weighting) -> Weighting:
    if fitted.with_mean:
        raise NotConvertible(
            "StandardScaler fills every column; use StandardScaler(with_mean=False)"
        )
    return before if fitted.scale_ is None else replace(before, scale=before.scale / fitted.scale_)


@read_step.register
def _(fitted: Normalizer, before: Weighting) -> Weighting:
    if fitted.norm not in ("l1", "l2"):
        raise NotConvertible(f"Normalizer(norm={fitted.norm!r}) has no converter; use l1 or l2")
    return _normalised(before, fitted.norm)


def _normalised(before: Weighting, norm: Norm) -> Weighting:
    """Divided by a norm, once; what scaled the columns before belongs to the weights."""
    if before.norm is not None or before.roots:
        raise NotConvertible(
            "A norm after square roots, or a second norm after the columns were chosen or "
            "scaled, has no converter here; leave one of the two out"
        )
    weights = before.weights
    if not (before.scale == 1).all():
        weights = before.scale * (1 if weights is None else weights)
    return replace(before, norm=norm, weights=weights, scale=np.ones(len(before.terms)))


def _tfidf(counts: Weighting, fitted: Any) -> Weighting:
    weighted = replace(
        counts,
        sublinear=fitted.sublinear_tf,
        weights=fitted.idf_ if fitted.use_idf else None,
        weighted=True,
    )
    return weighted if fitted.norm is None else _normalised(weighted, fitted.norm)


def _changes_nothing(fitted: Any, columns: int) -> bool:
    """Whether a step leaves its input as it is but for making it dense, as for GaussianNB."""
    probe = sparse.random_array((3, columns), density=0.5, format="csr", rng=0)
    try:
        made = fitted.transform(probe)
    except Exception:  # whatever a step of somebody else's may raise
        return False
    made = made.toarray() if sparse.issparse(made) else np.asarray(made)
    return bool(np.array_equal(made, probe.toarray()))


def chosen(before: Weighting, support: npt.NDArray[np.bool_]) -> Weighting:
    """*before*, of whose C columns those are left where *support* [C] is true."""
    columns, scale = before.columns[support], before.scale[support]
    if before.norm is not None:
        return replace(before, columns=columns, scale=scale)
    # Without a norm, nothing is left of the others.
    terms = tuple(before.terms[i] for i in columns)
    weights = None if before.weights is None else before.weights[columns]
    return replace(before, terms=terms, weights=weights, columns=np.arange(len(terms)), scale=scale)


def analyzer_of(vectoriser: Any) -> Analyzer:
    """How a fitted *vectoriser* reads a text; the separator is still to be chosen.

    Raises:
        NotConvertible: that is in a function, which a model file cannot hold.
    """
    for name in ("analyzer", "tokenizer", "preprocessor", "strip_accents"):
        if callable(value := getattr(vectoriser, name)):
            raise NotConvertible(
                f"{type(vectoriser).__name__}({name}={getattr(value, '__name__', value)}) is a "
                "function, and a model file holds no code: say the same with token_pattern, "
                "lowercase, strip_accents, stop_words and ngram_range, or change the texts before "
                "they are given to the pipeline, here and when it is served"
            )
    if vectoriser.input != "content":
        raise NotConvertible(
            f'{type(vectoriser).__name__}(input="{vectoriser.input}") reads files; use "content"'
        )
    pattern = vectoriser.token_pattern
    if vectoriser.analyzer == "word" and "" in re.findall(pattern, " "):
        raise NotConvertible(
            f'token_pattern="{pattern}" finds the empty string between words; use one that wants a '
            r'character, such as "(?u)\b\w+\b", and fit again'
        )
    fewest, most = vectoriser.ngram_range
    return Analyzer(
        kind=vectoriser.analyzer,
        lowercase=vectoriser.lowercase,
        strip_accents=vectoriser.strip_accents,
        token_pattern=pattern,
        ngram_range=(fewest, most),
    )


def separator(terms: Sequence[str]) -> str:
    """A character that is in none of the *terms*.

    Raises:
        NotConvertible: a term is empty, or cannot be written to a file.
    """
    if "" in terms:
        raise NotConvertible("The pipeline counts the empty string as a term; mend token_pattern")
    try:
        taken = set("".join(terms).encode().decode())
    except UnicodeEncodeError:
        raise NotConvertible("A term holds half of a character (a lone surrogate)") from None
    return next(each for each in SEPARATORS if each not in taken)
