"""A folder of labelled texts, and how they are read."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from addsup.inference.analyzer import Normaliser
from addsup.tables.readers import Selection
from addsup.train.out_of_core.cleaned import Reading
from addsup.train.out_of_core.parts import Part, batches, parts_of, position_of

Row = tuple[str, str]

SELECTION = Selection(None, ("label",))
NORMALISER = Normaliser(frozenset({"the"}), str)
SHARE = 0.1
ROWS_OF = partial(batches, selection=SELECTION)


def made_up(count: int, seed: int = 0) -> list[Row]:
    """Texts of three labels, of which the first words say which; some terms are equally common."""
    chance = random.Random(seed)
    words = [f"{a}{b}{c}" for a in "bdfgk" for b in "aeiou" for c in "lmnr"]
    rows = []
    for number in range(count):
        label = ("bad", "good", "so-so")[number % 3]
        own = words[number % 3 * 5 :][:20]
        text = [*chance.choices(own, k=chance.randint(1, 4)), *chance.choices(words, k=12), "the"]
        rows.append((" ".join(chance.sample(text, len(text))), label))
    return rows


def write(path: Path, rows: Sequence[Row]) -> None:
    """Write *rows* as CSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "label"), *rows])


def write_folder(folder: Path, rows: Sequence[Row], files: int = 4) -> Path:
    """Write *rows* into so many files."""
    size = -(-len(rows) // files)
    for number in range(files):
        write(folder / f"{number}.csv", rows[number * size : (number + 1) * size])
    return folder


@pytest.fixture(scope="session")
def rows() -> list[Row]:
    return made_up(600)


@pytest.fixture(scope="session")
def parts(rows: list[Row], tmp_path_factory: pytest.TempPathFactory) -> list[Part]:
    return parts_of(str(write_folder(tmp_path_factory.mktemp("rows") / "in", rows)))


@pytest.fixture
def reading() -> Reading:
    return Reading(ROWS_OF, SHARE, NORMALISER)


@pytest.fixture(scope="session")
def fitted(rows: list[Row]) -> list[Row]:
    """The rows that are fitted on, cleaned."""
    return [
        (NORMALISER.normalise(text), label)
        for text, label in rows
        if position_of(text) >= 2 * SHARE
    ]
