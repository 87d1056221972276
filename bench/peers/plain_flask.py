"""Plain Flask: the JSON is parsed and a constant is answered; no model."""

from __future__ import annotations

from typing import Any

from flask import Flask, request

app = Flask("plain_flask")

ANSWER = {
    "label": "positive",
    "probability": 0.99,
    "probabilities": {"negative": 0.01, "positive": 0.99},
    "words": 12,
    "known_words": 12,
}


@app.post("/predict")
def predict() -> dict[str, Any]:
    """Answer the constant, once for each text."""
    document = request.get_json()
    if "texts" in document:
        return {"predictions": [ANSWER] * len(document["texts"])}
    assert document["text"]  # noqa: S101
    return ANSWER
