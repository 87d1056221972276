"""What is timed in this process."""

from __future__ import annotations

import pytest

from bench.in_process.comparison import InProcess, compare


def test_ratios_are_of_rates() -> None:
    found = InProcess(1, scikit_learn=400, server=20, anchors={"fasttext": 10})

    assert found.times == 20
    assert found.of("fasttext") == 0.5
    assert found.of("hashing") is None


def test_all_are_timed_on_the_same_texts() -> None:
    seen: dict[str, list[str]] = {}
    peers = {
        name: lambda texts, name=name: seen.__setitem__(name, list(texts))
        for name in ("scikit_learn", "server", "scan")
    }

    found = compare(peers, ["good"])

    assert seen == {name: ["good"] for name in peers}
    assert found.bytes == 4
    assert sorted(found.anchors) == ["scan"]
    assert found.server == pytest.approx(0, abs=1e3)
