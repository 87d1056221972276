"""Beyond `MAX_CONCURRENCY`, requests are refused at once, and health checks are not."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.live import command, running_server

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
    with running_server(start=start, **settings) as server, ThreadPoolExecutor(1) as pool:
        first = pool.submit(server.predict, {"review": "A slow film."})
        time.sleep(0.5)

        refused, health = server.predict({"review": "Good."}), server.ask("/livez")
        at_once = not first.done()
        after = first.result(), server.predict({"review": "Good."})
        time.sleep(0.6)
        said, counts = server.printed(), server.ask("/metrics").text

    assert (refused.status, refused.json["code"]) == (503, "overloaded")
    assert refused.media_type == "application/problem+json"
    assert refused.headers["Retry-After"] == "1"
    assert health.status == 200
    assert at_once, "answered while the slow one was still being worked on"
    assert [answer.status for answer in after] == [200, 200]
    assert refused.json["instance"] == refused.headers["X-Request-ID"] != ""
    assert refused.headers["Cache-Control"] == "no-store"
    assert f'"request_id":"{refused.headers["X-Request-ID"]}"' in said
    assert "Refused 1 requests" in said
    assert 'http_requests_total{method="(other)",route="(other)",status="503"} 1.0' in counts
