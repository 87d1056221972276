"""Workloads: the requests that are sent to every server."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from addsup.train.data.dataset import imdb_sentences

GOOD: Final = "A wonderful film with a great cast; I loved every minute of it."
BAD: Final = "What a waste of time: awful acting, a terrible plot, simply the worst."

SINGLE: Final = (  # of 100 characters
    "A wonderful film with great acting, though the plots were a little slow "
    "and the ending was awful...."
)
BATCH: Final = 100
LONG_WORDS: Final = 1500


@dataclass(frozen=True)
class Workload:
    """One kind of request, and on how many connections it is sent.

    Attributes:
        key: how the measurements name it.
        title: for people.
        document: the JSON that is sent.
        connections: kept open, each with one request under way.
        reviews: how many of them a request holds.
    """

    key: str
    title: str
    document: dict[str, Any]
    connections: int
    reviews: int = 1

    def share_of(self, seconds: int) -> int:
        """For how long it is sent: the first for all of *seconds*, the others for half of them."""
        return seconds if self.key == "single" else max(1, seconds // 2)

    @cached_property
    def body(self) -> bytes:
        """The document as it is sent."""
        return json.dumps(self.document).encode()


def workloads() -> tuple[Workload, ...]:
    """All of them; the batch and the long review are made of the sentences trained on."""
    sentences = imdb_sentences().texts
    words = " ".join(sentences).split()
    return (
        Workload("single", "one review of 100 characters", {"review": SINGLE}, 16),
        Workload("alone", "the same review", {"review": SINGLE}, 1),
        Workload("batch", f"{BATCH} reviews", {"reviews": list(sentences[:BATCH])}, 16, BATCH),
        Workload(
            "long",
            f"one review of {LONG_WORDS:,} words",
            {"review": " ".join(words[:LONG_WORDS])},
            16,
        ),
    )
