"""The plain Flask endpoint that requests are compared with: the same JSON in, a constant out.

Run under stock Gunicorn, and once more under this server's own worker; see `contenders`.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, request

app = Flask("ceiling")

ANSWER = {
    "label": "positive",
    "probability": 0.99,
    "probabilities": {"negative": 0.01, "positive": 0.99},
    "words": 12,
    "known_words": 12,
}


@app.post("/predict")
def predict() -> dict[str, Any]:
    """Parse the body, classify nothing."""
    document = request.get_json()
    if "reviews" in document:
        return {"predictions": [ANSWER] * len(document["reviews"])}
    assert document["review"]  # noqa: S101
    return ANSWER


@app.get("/readyz")
def readyz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ready"}
