"""What the article's app becomes when its pickles are loaded once."""

from __future__ import annotations

from typing import Any

from flask import Flask, request

from bench.peers.work import Work

app = Flask("flask_once")
work = Work()


@app.post("/predict")
def predict() -> dict[str, Any]:
    """Classify one review or several."""
    return work.answer(request.get_json())
