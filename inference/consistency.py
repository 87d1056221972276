"""Consistency of a model file: what it says of itself holds against its graph and against itself.

A file can be whole, signed and readable and still fail at each request: a label too few, a weight
that is not a number. Such a file must not replace one that works.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from addsup.inference.errors import ModelFileError, first_line
from addsup.inference.manifest import Block, Manifest
from addsup.inference.predictions import NO_LABEL

if TYPE_CHECKING:
    from addsup.inference.blocks import GraphInput, Reading

#: Terms that are tried in one text: one bad weight among them spoils the sum.
TERMS_A_TEXT: Final = 256

#: How far probabilities may be from adding up to 1, and an explanation from the log-odds.
TOLERANCE: Final = 1e-6

#: Runs the graph: n normalised texts, names of outputs -> these outputs.
Run = Callable[..., Sequence[Any]]


def check_manifest(manifest: Manifest) -> None:
    """Hold the fields of *manifest* against one another.

    Raises:
        ModelFileError: they contradict one another; the message names the field.
    """
    labels = manifest.labels
    count = len(labels)
    _require(count >= 2, f"its labels are {list(labels)}, and two are the fewest")
    _require(len(set(labels)) == count, f"its labels {list(labels)} are not distinct")
    for label in labels:
        _require(label.strip() not in ("", NO_LABEL), f'"{label}" cannot be the name of a label')
    _require(bool(manifest.blocks), "it has no block of terms")
    for block in manifest.blocks:
        _check_block(block)
    _require(
        len(manifest.intercept) == count - 1 and all(map(isfinite, manifest.intercept)),
        f"its intercept has to be {count - 1} finite numbers, one for each label but the first",
    )
    _require(bool(manifest.golden), "it holds no golden texts to check it by")
    for number, golden in enumerate(manifest.golden, start=1):
        _require(
            len(golden.probabilities) == count,
            f"golden text {number} has {len(golden.probabilities)} probabilities for "
            f"{count} labels",
        )
    _check_figures(manifest)


def _check_block(block: Block) -> None:
    settings, terms = block.analyzer, block.vocabulary
    _require(bool(terms), "its vocabulary is empty")
    fewest, most = settings.ngram_range
    _require(1 <= fewest <= most, f"its terms are of {fewest} to {most} words, which cannot be")
    try:
        groups = re.compile(settings.token_pattern).groups
    except re.error as error:
        raise ModelFileError(f"its token pattern is not one of Python's re: {error}") from None
    _require(groups <= 1, "its token pattern has more than one group")
    if settings.kind != "letters":
        inside = any(settings.separator in term for term in terms)
        _require(bool(settings.separator) and not inside, "its separator is in a term")
    _require(len(set(terms)) == len(terms), "its vocabulary has a term twice")
    _require(all(terms), "its vocabulary has an empty term")


def _check_figures(manifest: Manifest) -> None:
    figures, count = manifest.figures, len(manifest.labels)
    held_out = figures.held_out.confusion if figures.held_out else ()
    for name, matrix in (("held_out", held_out), ("", figures.confusion)):
        _require(
            not matrix or [len(row) for row in matrix] == [count] * count,
            f"its figures have a confusion matrix {name and f'({name}) '}that is not {count} by "
            f"{count}",
        )
    _require(
        figures.f1 is None or set(figures.f1) == set(manifest.labels),
        "its figures have f1 for other labels than its own",
    )
    for each in figures.reliability or ():
        _require(
            0 <= each.predicted <= 1 and 0 <= each.observed <= 1 and each.count >= 0,
            "its figures have a reliability outside 0 to 1",
        )


def check_graph(manifest: Manifest, reader: Reading, texts: Sequence[GraphInput], run: Run) -> None:
    """Hold the graph against *manifest*: shapes, finite weights, contributions that add up.

    Args:
        manifest: of the same file, and consistent.
        reader: of its blocks.
        texts: normalised texts to try it with, at least one.
        run: runs the graph.

    Raises:
        ModelFileError: the graph does not give what the manifest says.
    """
    count = len(manifest.labels)
    try:
        weights = _try_every_term(manifest, reader, run)
        probabilities, ids, shares = run(texts, "probabilities", "ids", "shares")
    except ModelFileError:
        raise
    except Exception as error:  # onnxruntime raises a class of its own for every status code
        raise ModelFileError(f"its graph cannot be run: {first_line(error)}") from None
    shapes = (probabilities.shape, shares.shape)
    asked = ((len(texts), count), (*ids.shape, count - 1))
    _require(
        shapes == asked,
        f"its graph gives probabilities and shares of the shapes {shapes}, but its labels and "
        f"vocabulary ask for {asked}",
    )
    for rows in (probabilities, *weights):
        _require(
            bool(np.isfinite(rows).all() and np.allclose(rows.sum(axis=1), 1, atol=TOLERANCE)),
            "its graph gives probabilities that are not numbers or do not add up to 1, so a "
            "weight in it is wrong",
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = np.log(probabilities[:, 1:]) - np.log(probabilities[:, :1])
    summed = shares.sum(axis=1) + np.array(manifest.intercept)
    tried = np.isfinite(odds)
    _require(
        bool(np.allclose(summed[tried], odds[tried], rtol=TOLERANCE, atol=TOLERANCE)),
        "its contributions do not add up to its probabilities",
    )


def _try_every_term(manifest: Manifest, reader: Reading, run: Run) -> list[npt.NDArray[np.float64]]:
    """Probabilities of texts that hold all terms; the graph has to number them as they stand."""
    weights: list[npt.NDArray[np.float64]] = []
    numbers: set[int] = set()
    for number, block in enumerate(manifest.blocks):
        for start in range(0, len(block.vocabulary), TERMS_A_TEXT):
            text = reader.join(block.vocabulary[start : start + TERMS_A_TEXT], number)
            # The text without words has V in their place.
            rows, ids = run([text, reader.join((), number)], "probabilities", "ids")
            weights.append(rows)
            numbers.update(ids.ravel().tolist())
    terms = len(manifest.vocabulary)
    _require(
        numbers == set(range(terms + 1)),
        f"its graph knows other terms than the {terms} of its vocabulary",
    )
    return weights


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ModelFileError(otherwise)
