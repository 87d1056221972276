"""The same work behind FastAPI."""

from __future__ import annotations

from typing import Any

from fastapi import Body, FastAPI

from bench.peers.work import Work

app = FastAPI()
work = Work()


@app.post("/predict")
async def predict(document: dict[str, Any] = Body()) -> dict[str, Any]:  # noqa: B008
    """Classify one review or several; in the event loop, which is quicker than a thread."""
    return work.answer(document)
