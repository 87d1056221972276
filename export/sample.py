"""Sample: the texts and labels that are given with a pipeline, checked."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from addsup.export.pipeline.steps import labels_of
from addsup.inference.errors import AddsupError

#: Texts from which on they are looked at for having been cleaned.
FEWEST: Final = 20
PUNCTUATION: Final = re.compile(r"[^\w\s]")


class BadSample(AddsupError):
    """The texts or labels that were given with a pipeline cannot be used."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Texts to compare on, and their labels if they are known.

    Attributes:
        texts: n, as typed.
        labels: n labels as text; None if unknown.
    """

    texts: tuple[str, ...]
    labels: tuple[str, ...] | None

    def numbers(self, classes: Sequence[str]) -> npt.NDArray[np.int64]:
        """The labels as numbers of *classes*, [n]."""
        number_of = {label: number for number, label in enumerate(classes)}
        return np.array([number_of[label] for label in self.labels or ()])


def names_of_labels(given: Any, classifier: Any) -> tuple[str, ...]:
    """The K labels of *classifier* by the names *given* for them, if any.

    Raises:
        BadSample: there are other names than labels, or two alike.
    """
    classes = labels_of(classifier)
    if given is None:
        return classes
    if hasattr(given, "inverse_transform"):
        try:
            given = given.inverse_transform(classifier.classes_)
        except ValueError:
            raise BadSample("label_names is fitted on other labels than the classifier") from None
    names = tuple(map(str, given))
    if len(names) != len(classes):
        raise BadSample(
            f"label_names has {len(names)} names, and the classifier knows {len(classes)} labels: "
            f"{', '.join(classes[:10])}"
        )
    if len(set(names)) != len(names):
        raise BadSample("label_names has a name twice")
    return names


def read_sample(
    texts: Iterable[str], labels: Sequence[Any] | None, names: Mapping[str, str]
) -> Sample:
    """The texts and labels given; *names* are those of the classifier's labels.

    Raises:
        BadSample: they are no texts, or not as many labels, or others than the classifier's.
    """
    if hasattr(texts, "columns"):
        raise BadSample('texts is a table; give the column that holds them, such as table["text"]')
    rows = list(texts) if isinstance(texts, Iterable) and not isinstance(texts, str) else []
    if not rows:
        raise BadSample("texts has to be a list of texts, a few hundred or more")
    for number, text in enumerate(rows):
        if not isinstance(text, str):
            raise BadSample(f"texts[{number}] is {type(text).__name__}, not str")
        if not text.isascii() and text != text.encode("utf-8", "replace").decode():
            raise BadSample(
                f"texts[{number}] holds half of a character (a lone surrogate); read the texts as "
                "UTF-8, or leave it out"
            )
    given = tuple(map(str, rows))  # NumPy's are no str to msgspec
    if labels is None:
        return Sample(given, None)
    if len(labels) != len(given):
        raise BadSample(f"There are {len(given):,} texts and {len(labels):,} labels")
    plain = getattr(labels, "tolist", lambda: labels)()  # NumPy's True is "True", too, its 1 is "1"
    named = tuple(names.get(str(label), str(label)) for label in plain)
    if strange := sorted(set(named) - set(names.values())):
        raise BadSample(
            f'labels has "{strange[0]}", which the pipeline does not know; its labels are '
            f"{', '.join([*names][:10])}"
        )
    return Sample(given, named)


def warn_of_cleaned(texts: Sequence[str]) -> None:
    """Warn of texts that look as if a function had cleaned them before the vectoriser sees them."""
    text = "\n".join(texts)
    if (
        len(texts) >= FEWEST
        and text == text.lower() != text.upper()
        and not PUNCTUATION.search(text)
    ):
        warnings.warn(
            "The texts have no capital letter and no punctuation. If a function cleaned them, "
            "the model file will be given texts without that: give the texts as typed, and the "
            "function as clean=",
            stacklevel=4,
        )
