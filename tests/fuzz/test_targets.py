"""Fuzz targets, on the seeds and on whatever has once failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz import targets
from tests.fuzz.targets import TARGETS, fed

CORPUS = Path(__file__).with_name("corpus")
SEEDS = [(target, path.name) for target in TARGETS for path in sorted((CORPUS / target).iterdir())]


@pytest.mark.parametrize(("target", "seed"), SEEDS)
def test_the_seeds_keep_the_promises(target: str, seed: str) -> None:
    TARGETS[target]((CORPUS / target / seed).read_bytes())


def test_a_target_fails_when_a_promise_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "fed", lambda pieces: fed(pieces[:1]))

    with pytest.raises(AssertionError):
        targets.framing((CORPUS / "framing" / "length").read_bytes())
