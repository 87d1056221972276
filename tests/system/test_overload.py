"""Beyond `MAX_CONCURRENCY`, requests are refused at once; health checks and metrics are not."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.live import command, running_server

#: By path as the application knows it.
HEALTH = ["/livez?x", "/reviews/readyz", "/metrics", "/v2/health/live", "/reviews/v2/health/ready"]

SLOW = """
import time
from addsup.inference.model import Model
from addsup.server.wsgi import application as make

predict = Model.predict

def slow(self, reviews):
    time.sleep(1.5 if "slow" in reviews[0] else 0)
    return predict(self, reviews)

Model.predict = slow
application = make
"""


def test_beyond_the_limit_requests_are_refused_at_once_and_health_checks_are_not(
    tmp_path: Path,
) -> None:
    (tmp_path / "slow.py").write_text(SLOW)
    start = [*command(), "--pythonpath", str(tmp_path), "slow:application()"]
    settings = {"WEB_CONCURRENCY": "1", "MAX_CONCURRENCY": "1", "PYTHONPATH": str(tmp_path)}
    settings |= {"ROOT_PATH": "/reviews", "CORS_ORIGINS": "https://a.example"}
    with running_server(start=start, **settings) as server, ThreadPoolExecutor(1) as pool:
        first = pool.submit(server.predict, {"review": "A slow film. " * 400})  # for the pool
        time.sleep(0.5)

        refused = server.ask(
            "/predict", "POST", '{"review": "Good."}', X_Request_ID="mine",
            Origin="https://a.example", Content_Type="application/json",
        )  # fmt: skip
        health = [server.ask(path) for path in HEALTH]
        at_once = not first.done()
        after = first.result(), server.predict({"review": "Good."})
        time.sleep(0.6)
        said, counts = server.printed(), server.ask("/metrics").text

    assert (refused.status, refused.json["code"]) == (503, "overloaded")
    assert refused.media_type == "application/problem+json"
    assert refused.headers["Retry-After"] == "1"
    assert [answer.status for answer in health] == [200] * len(HEALTH)
    assert at_once, "answered while the slow one was still being worked on"
    assert [answer.status for answer in after] == [200, 200]
    assert refused.json["instance"] == refused.headers["X-Request-ID"] == "mine"
    assert refused.headers["Access-Control-Allow-Origin"] == "https://a.example"
    assert refused.headers["Cache-Control"] == "no-store"
    assert f'"request_id":"{refused.headers["X-Request-ID"]}"' in said
    assert "Refused 1 requests" in said
    assert 'http_requests_total{method="(other)",route="(other)",status="503"} 1.0' in counts
