"""Metrics: what Prometheus can ask."""

from __future__ import annotations

from addsup.inference.predictions import Prediction
from addsup.server.observability.metrics import NO_LABEL, Metrics


def lines(metrics: Metrics) -> list[str]:
    return metrics.as_text()[0].decode().splitlines()


def test_requests_are_counted_by_route_method_and_status() -> None:
    metrics = Metrics()

    for status in (200, 200, 400):
        metrics.count_request("/predict", "POST", status, 0.01)

    assert 'http_requests_total{method="POST",route="/predict",status="200"} 2.0' in lines(metrics)
    assert 'http_request_duration_seconds_count{method="POST",route="/predict"} 3.0' in lines(
        metrics
    )


def unseen_predictions_are_counted_by_label_and_words() -> None:
    metrics = Metrics()
    known = Prediction("positive", 0.9, {"negative": 0.1, "positive": 0.9}, 4, 3)
    unknown = Prediction(None, None, None, 2, 0)

    metrics.count_predictions([known, unknown], 0.001, "abc")

    found = lines(metrics)
    assert 'texts_predicted_total{label="positive",model="abc"} 1.0' in found
    assert f'texts_predicted_total{{label="{NO_LABEL}",model="abc"}} 1.0' in found
    assert 'text_words_total{model="abc"} 6.0' in found
    assert 'text_unknown_words_total{model="abc"} 3.0' in found


def test_versions_are_a_metric_that_is_always_1() -> None:
    assert any(
        line.startswith("server_build_info{") and line.endswith(" 1.0") for line in lines(Metrics())
    )
