"""The model as the routes use it: whoever asks it is counted."""

from __future__ import annotations

import time
from collections.abc import Sequence

from server.inference.explain import Explanation
from server.inference.model import Model, Prediction
from server.observability.metrics import Metrics
from server.observability.request_log import current_exchange


class CountedModel(Model):
    """A model that counts what it classifies. It only answers within a request."""

    metrics: Metrics

    def predict(self, reviews: Sequence[str]) -> list[Prediction]:
        """Classify *reviews*; see `Model.predict`."""
        started = time.perf_counter()
        predictions = super().predict(reviews)
        self._count(predictions, time.perf_counter() - started)
        return predictions

    def explain(self, reviews: Sequence[str]) -> list[tuple[Prediction, Explanation | None]]:
        """Classify *reviews* and say why; see `Model.explain`."""
        started = time.perf_counter()
        explained = super().explain(reviews)
        self._count([prediction for prediction, _ in explained], time.perf_counter() - started)
        return explained

    def _count(self, predictions: Sequence[Prediction], seconds: float) -> None:
        if predictions:
            self.metrics.count_predictions(predictions, seconds, self.version)
            current_exchange().reviews += len(predictions)
