from __future__ import annotations

import pytest
from addsup.train.out_of_core import cleaned
from addsup.train.out_of_core.cleaned import Reading, chosen
from addsup.train.out_of_core.parts import Part, place

from tests.train.out_of_core.conftest import NORMALISER, Row


def test_texts_come_normalised_with_their_labels_and_places(
    reading: Reading, parts: list[Part], rows: list[Row]
) -> None:
    found = [each for part in parts for each in reading.read(part)]

    assert [text for each in found for text in each.texts] == [
        NORMALISER.normalise(text) for text, _ in rows
    ]
    assert [label for each in found for label in each.labels] == [label for _, label in rows]
    assert [at for each in found for at in each.places] == [place(text) for text, _ in rows]


def test_no_more_are_in_memory_than_enough(
    reading: Reading, parts: list[Part], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cleaned, "ENOUGH", 1)

    sizes = [len(each.texts) for each in reading.read(parts[0])]

    assert sum(sizes) == 150
    assert sizes[-1] == 0


def test_rows_are_chosen_by_their_place(reading: Reading, parts: list[Part]) -> None:
    (found,) = reading.read(parts[0])

    below, rest = found.within(0.0, 0.1), found.within(0.1)

    assert len(below) + len(rest) == len(found.texts)
    assert all(found.places[row] < 0.1 for row in below)
    assert chosen(found.texts, below) == [found.texts[row] for row in below]
