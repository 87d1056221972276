"""Metrics for Prometheus: counts of requests and texts, and how long they took.

Under Gunicorn every number is the sum over all workers, those that have ended included. The values
of a label are routes, methods, statuses, labels of the model: few, whatever clients send.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import onnxruntime
from addsup.inference.predictions import NO_LABEL
from addsup.server.observability.multiprocess_dir import OWNER, VARIABLE
from addsup.server.observability.process_metrics import ProcessMetrics
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.openmetrics import exposition as openmetrics

from addsup import __version__

if TYPE_CHECKING:
    from addsup.inference.predictions import Prediction

#: Of text format 0.0.4, which every scraper reads.
MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

REQUEST_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
INFERENCE_SECONDS: Final = (0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.1, 1)


class Metrics:
    """The counts of one process. One is made in each worker, after the fork."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        several = VARIABLE in os.environ
        own = None if several else self.registry
        self.requests = Counter(
            "http_requests", "Requests answered.", ["route", "method", "status"], registry=own
        )
        self.request_seconds = Histogram(
            "http_request_duration_seconds",
            "From the first look at a request to its answer.",
            ["route", "method"],
            buckets=REQUEST_SECONDS,
            registry=own,
        )
        self.texts = Counter(
            "texts_predicted", "Texts classified.", ["label", "model"], registry=own
        )
        self.words = Counter(
            "text_words", "Words of them, stop words left out.", ["model"], registry=own
        )
        self.unknown_words = Counter(
            "text_unknown_words", "Words that the model does not know.", ["model"], registry=own
        )
        self.inference_seconds = Histogram(
            "inference_duration_seconds",
            "Cleaning and running the model, for all texts of a request.",
            ["model"],
            buckets=INFERENCE_SECONDS,
            registry=own,
        )
        self.in_flight = Gauge(
            "http_requests_in_flight",
            "Requests that are being answered.",
            registry=own,
            multiprocess_mode="livesum",
        )
        # Looking up a child by its labels costs as much as counting does.
        self._requests: dict[tuple[str, str, int], tuple[Any, Any]] = {}
        self._models: dict[str, tuple[Any, Any, Any]] = {}
        self._labels: dict[tuple[str | None, str], Any] = {}
        if several:
            MultiProcessCollector(self.registry)  # type: ignore[no-untyped-call]
        self.registry.register(BuildInfo())
        self.registry.register(ProcessMetrics(int(os.environ.get(OWNER, os.getpid()))))

    def count_request(self, route: str, method: str, status: int, seconds: float) -> None:
        """One request has been answered."""
        key = (route, method, status)
        if (children := self._requests.get(key)) is None:
            children = self._requests[key] = (
                self.requests.labels(route, method, str(status)),
                self.request_seconds.labels(route, method),
            )
        count, duration = children
        count.inc()
        duration.observe(seconds)

    def count_predictions(
        self, predictions: Sequence[Prediction], seconds: float, model: str
    ) -> None:
        """*model* has classified some texts in *seconds*."""
        if (children := self._models.get(model)) is None:
            children = self._models[model] = (
                self.words.labels(model),
                self.unknown_words.labels(model),
                self.inference_seconds.labels(model),
            )
        words = unknown = 0
        labels: dict[str | None, int] = {}
        for each in predictions:
            words += each.words
            unknown += each.words - each.known_words
            labels[each.label] = labels.get(each.label, 0) + 1
        children[0].inc(words)
        if unknown:
            children[1].inc(unknown)
        children[2].observe(seconds)
        for label, count in labels.items():
            self._label(label, model).inc(count)

    def _label(self, label: str | None, model: str) -> Any:
        if (child := self._labels.get((label, model))) is None:
            named = NO_LABEL if label is None else label
            child = self._labels[label, model] = self.texts.labels(named, model)
        return child

    def inferences(self, model: str) -> tuple[int, int, float]:
        """Requests that *model* has answered, the texts in them, and the seconds it took."""
        found = {"inference_duration_seconds_count": 0.0, "inference_duration_seconds_sum": 0.0}
        found["texts_predicted_total"] = 0.0
        for family in self.registry.collect():
            for sample in family.samples:
                if sample.name in found and sample.labels.get("model") == model:
                    found[sample.name] += sample.value
        requests, seconds, texts = found.values()
        return int(requests), int(texts), seconds

    def as_text(self, accept: str = "") -> tuple[bytes, str]:
        """All of it, and its media type: OpenMetrics if *accept* names it, else Prometheus' own."""
        if "application/openmetrics-text" in accept:
            text: bytes = openmetrics.generate_latest(self.registry)  # type: ignore[no-untyped-call]
            return text, openmetrics.CONTENT_TYPE_LATEST
        return generate_latest(self.registry), MEDIA_TYPE


class BuildInfo:
    """Which server this is, made when asked: a gauge in a file would outlive its worker."""

    def collect(self) -> Iterator[Metric]:
        """One gauge that is always 1."""
        names = ["version", "python", "onnxruntime"]
        family = GaugeMetricFamily("server_build_info", "What runs; always 1.", labels=names)
        family.add_metric([__version__, platform.python_version(), onnxruntime.__version__], 1)
        yield family
