from __future__ import annotations

from functools import reduce

import pytest
from addsup.train.out_of_core import survey as module
from addsup.train.out_of_core.parts import Part, place
from addsup.train.out_of_core.survey import Survey, survey

from tests.train.out_of_core.conftest import SELECTION, Row


def surveyed(parts: list[Part]) -> Survey:
    return reduce(Survey.merged, (survey(SELECTION, part) for part in parts))


def test_labels_are_counted_over_all_parts(parts: list[Part]) -> None:
    found = surveyed(parts)

    assert found.labels == {"bad": 200, "good": 200, "so-so": 200}
    assert found.rows == 600
    assert found.classes == ("bad", "good", "so-so")


def test_sample_is_what_falls_on_the_greatest_places(
    parts: list[Part], rows: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SAMPLE", 50)

    found = surveyed(parts)

    greatest = sorted(rows, key=lambda row: place(row[0]), reverse=True)[:50]
    assert [(row.text, row.label) for row in found.sample] == greatest


def test_digest_is_of_the_rows_in_their_order(parts: list[Part]) -> None:
    assert surveyed(parts).sha256 == surveyed(parts).sha256
    assert surveyed(parts).sha256 != surveyed(parts[::-1]).sha256


def test_a_tenth_is_tested_with_but_no_more_than_enough(
    parts: list[Part], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = surveyed(parts)
    assert found.share == 0.1

    monkeypatch.setattr(module, "ENOUGH", 6)
    assert found.share == 0.01
