"""FastAPI over the two pickles."""

from __future__ import annotations

from typing import Any

from fastapi import Body, FastAPI

from bench.peers.pickled import PickledClassifier

app = FastAPI()
classifier = PickledClassifier()


@app.post("/predict")
async def predict(document: dict[str, Any] = Body()) -> dict[str, Any]:  # noqa: B008
    """Classify one text or several; in the event loop, which is quicker than a thread."""
    if "texts" in document:
        return {"predictions": classifier.predict(document["texts"])}
    return classifier.predict([document["text"]])[0]
