"""The same work behind BentoML."""

from __future__ import annotations

from typing import Any

import bentoml

from bench.peers.work import Work


@bentoml.service(workers=2)
class Classifier:
    """One prediction, or those of a batch, a request."""

    def __init__(self) -> None:
        self.work = Work()

    @bentoml.api
    def predict(
        self, review: str | None = None, reviews: list[str] | None = None
    ) -> dict[str, Any]:
        """Classify one review or several."""
        return self.work.answer({"review": review} if reviews is None else {"reviews": reviews})
