"""Examples on the page."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from addsup.inference.manifest import Golden
from addsup.inference.model import Model
from addsup.server.settings import Settings
from addsup.server.web.examples import WRITTEN, examples, noun


def test_the_shipped_model_has_those_written_for_it() -> None:
    model = Model.load(Settings().model_path)

    assert examples(model) == WRITTEN[model.manifest.data.name]
    assert noun(model) == "review"


def test_any_other_has_its_own_texts_the_surest_and_the_most_torn() -> None:
    golden = [
        Golden("Pay now.", (0.9, 0.1)),
        Golden("Pay at the beach. ", (0.55, 0.45)),
        Golden("To the beach!", (0.2, 0.8)),
        Golden("beach " * 200, (0.1, 0.9)),
    ]
    manifest = SimpleNamespace(
        labels=("invoice", "holiday"), golden=golden, data=SimpleNamespace(name="mail.csv")
    )
    model: Any = Hashable(manifest=manifest)

    assert examples(model) == {
        "Surely invoice": "Pay now.",
        "Surely holiday": "To the beach!",
        "Torn": "Pay at the beach.",
    }
    assert noun(model) == "text"


class Hashable(SimpleNamespace):
    """A stand-in that a cache can hold."""

    __hash__ = object.__hash__  # type: ignore[assignment]
