"""Metrics for Prometheus: counts of requests and texts, and how long they took.

Under Gunicorn every number is the sum over all workers, those that have ended included. The values
of a label are routes, methods, statuses, labels of the model: few, whatever clients send.
"""

from __future__ import annotations

import os
import platform
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Final

import onnxruntime
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.utils import floatToGoString

from addsup import __version__
from addsup.inference.predictions import NO_LABEL
from addsup.server.observability import multiprocess_dir
from addsup.server.observability.counts import Amount, Counts, Numbers

if TYPE_CHECKING:
    from addsup.inference.predictions import Prediction

#: Of text format 0.0.4, which every scraper reads.
MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

REQUEST_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
INFERENCE_SECONDS: Final = (0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.1, 1)

PROC: Final = Path("/proc")

#: Fields of /proc/<pid>/stat behind the name: utime and stime, those of children that have ended,
#: and the start in ticks since the machine was booted.
CPU, CPU_OF_CHILDREN, START = slice(11, 13), slice(13, 15), 19


@dataclass(frozen=True, slots=True)
class Family:
    """One metric. Of a histogram, the numbers are its buckets and, under `name_sum`, the sum."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    is_gauge: bool = False

    @property
    def sum(self) -> str:
        """Under which name the sum is."""
        return f"{self.name}_sum"


REQUESTS: Final = Family("http_requests", "Requests answered.", ("route", "method", "status"))
DURATIONS: Final = Family(
    "http_request_duration_seconds",
    "From the first look at a request to its answer.",
    ("route", "method"),
    REQUEST_SECONDS,
)
TEXTS: Final = Family("texts_predicted", "Texts classified.", ("label", "model"))
WORDS: Final = Family("text_words", "Words of them, stop words left out.", ("model",))
UNKNOWN_WORDS: Final = Family(
    "text_unknown_words", "Words that the model does not know.", ("model",)
)
INFERENCES: Final = Family(
    "inference_duration_seconds",
    "Cleaning and running the model, for all texts of a request.",
    ("model",),
    INFERENCE_SECONDS,
)
LOST_LINES: Final = Family("log_lines_lost", "Log lines that were not written.")
IN_FLIGHT: Final = Family(
    "http_requests_in_flight", "Requests that are being answered.", is_gauge=True
)
FAMILIES: Final = (
    REQUESTS,
    DURATIONS,
    TEXTS,
    WORDS,
    UNKNOWN_WORDS,
    INFERENCES,
    LOST_LINES,
    IN_FLIGHT,
)

DURATION_SUM: Final = DURATIONS.sum
INFERENCE_SUM: Final = INFERENCES.sum
ONE_MORE: Final = ((IN_FLIGHT.name,), 1.0)
ONE_LESS: Final = ((IN_FLIGHT.name,), -1.0)
BUCKETS: Final = tuple(map(str, range(1 + max(len(each.buckets) for each in FAMILIES))))


class Metrics:
    """The counts of one process, and of all when they are asked for."""

    def __init__(self) -> None:
        self.counts = Counts(multiprocess_dir.folder)
        self.registry = CollectorRegistry()
        self.registry.register(self)
        self.registry.register(ProcessMetrics(multiprocess_dir.master()))

    def begin_request(self) -> None:
        """A request is being answered from now on."""
        self.counts.add(ONE_MORE)

    def count_request(
        self, route: str, method: str, status: int, seconds: float, *more: Amount
    ) -> None:
        """One request has been answered, and *more* is counted with it."""
        self.counts.add(
            ((REQUESTS.name, route, method, str(status)), 1.0),
            ((DURATIONS.name, route, method, _bucket(DURATIONS, seconds)), 1.0),
            ((DURATION_SUM, route, method), seconds),
            *more,
        )

    @staticmethod
    def of_predictions(
        predictions: Sequence[Prediction], seconds: float, model: str
    ) -> tuple[Amount, ...]:
        """What is counted where *model* has classified some texts in *seconds*."""
        words = unknown = 0
        labels: dict[str | None, int] = {}
        for each in predictions:
            words += each.words
            unknown += each.words - each.known_words
            labels[each.label] = labels.get(each.label, 0) + 1
        return (
            ((WORDS.name, model), words),
            ((UNKNOWN_WORDS.name, model), unknown),
            ((INFERENCES.name, model, _bucket(INFERENCES, seconds)), 1.0),
            ((INFERENCE_SUM, model), seconds),
            *(
                ((TEXTS.name, NO_LABEL if label is None else label, model), count)
                for label, count in labels.items()
            ),
        )

    def inferences(self, model: str) -> tuple[int, int, float]:
        """Requests that *model* has answered, the texts in them, and the seconds it took."""
        found = {INFERENCES.name: 0.0, TEXTS.name: 0.0, INFERENCE_SUM: 0.0}
        for (name, *labels), number in self.counts.total().items():
            if name in found and model in labels:
                found[name] += number
        requests, texts, seconds = found.values()
        return int(requests), int(texts), seconds

    def collect(self) -> Iterator[Metric]:
        """The metrics of all processes."""
        total = self.counts.total()
        for family in FAMILIES:
            yield _as_metric(family, total)
        build = GaugeMetricFamily(
            "server_build_info", "What runs; always 1.", labels=["version", "python", "onnxruntime"]
        )
        build.add_metric([__version__, platform.python_version(), onnxruntime.__version__], 1)
        yield build

    def as_text(self, accept: str = "") -> tuple[bytes, str]:
        """All of it, and its media type: OpenMetrics if *accept* names it, else Prometheus' own."""
        if "application/openmetrics-text" in accept:
            text: bytes = openmetrics.generate_latest(self.registry)  # type: ignore[no-untyped-call]
            return text, openmetrics.CONTENT_TYPE_LATEST
        return generate_latest(self.registry), MEDIA_TYPE


def _bucket(family: Family, seconds: float) -> str:
    """The number of the first bucket whose bound *seconds* are not above."""
    return BUCKETS[bisect_left(family.buckets, seconds)]


def _as_metric(family: Family, total: Numbers) -> Metric:
    numbers = sorted((key[1:], n) for key, n in total.items() if key[0] == family.name)
    if family.buckets:
        return _as_histogram(family, numbers, total)
    make = GaugeMetricFamily if family.is_gauge else CounterMetricFamily
    metric = make(family.name, family.meaning, labels=family.labels)
    for labels, number in numbers:
        metric.add_metric(labels, number)
    return metric


def _as_histogram(
    family: Family, numbers: Sequence[tuple[tuple[str, ...], float]], total: Numbers
) -> Metric:
    bounds = [*map(floatToGoString, family.buckets), "+Inf"]
    rows: dict[tuple[str, ...], list[float]] = {}
    for (*labels, bucket), number in numbers:
        rows.setdefault(tuple(labels), [0.0] * len(bounds))[int(bucket)] = number
    metric = HistogramMetricFamily(family.name, family.meaning, labels=family.labels)
    for key, row in rows.items():
        buckets = list(zip(bounds, accumulate(row), strict=True))
        metric.add_metric(key, buckets, total.get((family.sum, *key), 0.0))
    return metric


class ProcessMetrics:
    """Processor time, memory and descriptors of a process and its children, read when asked for.

    The names are those of Prometheus' client libraries. Without /proc (macOS) there are none.
    """

    def __init__(self, master: int) -> None:
        self.master = master

    def collect(self) -> Iterator[Metric]:
        """Four families, or none."""
        with suppress(OSError, ValueError, IndexError):
            yield from self._families()

    def _families(self) -> list[Metric]:
        stats = {pid: _stat(pid) for pid in (self.master, *_children(self.master))}
        ticks = os.sysconf("SC_CLK_TCK")
        spent = sum(int(each) for fields in stats.values() for each in fields[CPU])
        spent += sum(int(each) for each in stats[self.master][CPU_OF_CHILDREN])
        resident = sum(int((PROC / f"{pid}/statm").read_text().split()[1]) for pid in stats)
        descriptors = sum(len(list((PROC / f"{pid}/fd").iterdir())) for pid in stats)
        booted = next(
            float(line.split()[1])
            for line in (PROC / "stat").read_text().splitlines()
            if line.startswith("btime")
        )
        gauges = {
            "resident_memory_bytes": (
                "Resident memory of all processes; what they share counts in each.",
                resident * os.sysconf("SC_PAGE_SIZE"),
            ),
            "open_fds": ("File descriptors of all processes.", descriptors),
            "start_time_seconds": (
                "When the server started, in seconds since 1970.",
                booted + int(stats[self.master][START]) / ticks,
            ),
        }
        spent_by_all = "Processor time of all processes."
        return [
            CounterMetricFamily("process_cpu_seconds", spent_by_all, value=spent / ticks),
            *(
                GaugeMetricFamily(f"process_{name}", meaning, value=number)
                for name, (meaning, number) in gauges.items()
            ),
        ]


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat that follow the name of the program."""
    return (PROC / f"{pid}/stat").read_text().rpartition(")")[2].split()


def _children(pid: int) -> list[int]:
    return [int(each) for each in (PROC / f"{pid}/task/{pid}/children").read_text().split()]
