"""What the real server says of itself: counts that are exact, lines that are whole."""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from addsup.server.observability.counts import FLUSH_SECONDS
from addsup.server.observability.multiprocess_dir import PREFIX
from tests.live import LiveServer, exchange, running_server, stop, workers_of

REVIEWS = ["A wonderful film.", "An awful waste of time.", "Zxqv."]
JSON = {"Content_Type": "application/json"}


def texts_predicted(server: LiveServer) -> dict[str, float]:
    """The count of each label, once every worker has written its own."""
    time.sleep(4 * FLUSH_SECONDS)
    return {
        sample.labels["label"]: sample.value
        for family in text_string_to_metric_families(server.ask("/metrics").text)
        for sample in family.samples
        if sample.name == "texts_predicted_total"
    }


def load(server: LiveServer, clients: int = 8, requests: int = 60) -> Counter[str]:
    """Ask from several clients at once; how often each label was answered."""

    def ask(client: int) -> Counter[str]:
        answered: Counter[str] = Counter()
        with server.connection() as connection:
            for number in range(requests):
                batch = [REVIEWS[(client + each) % 3] for each in range(number % 5)]
                body = json.dumps({"reviews": batch})
                answer = exchange(connection, "/predict", "POST", body, **JSON)
                answered.update(each["label"] or "(none)" for each in answer.json["predictions"])
        return answered

    with ThreadPoolExecutor(clients) as pool:
        return sum(pool.map(ask, range(clients)), Counter())


@pytest.fixture(scope="module")
def four_workers() -> Iterator[LiveServer]:
    with running_server(WEB_CONCURRENCY="4") as server:
        yield server


def test_texts_predicted_are_exactly_those_answered_before_and_after_a_kill(
    four_workers: LiveServer,
) -> None:
    answered = load(four_workers)
    before = texts_predicted(four_workers)
    assert before == dict(answered)

    victim = workers_of(four_workers, 4)[0]
    os.kill(victim, signal.SIGKILL)
    while victim in workers_of(four_workers, 4):
        time.sleep(0.05)

    assert texts_predicted(four_workers) == before
    answered += load(four_workers)
    assert texts_predicted(four_workers) == dict(answered)


def test_reload_keeps_the_counts(four_workers: LiveServer) -> None:
    load(four_workers, clients=2, requests=5)
    before, workers = texts_predicted(four_workers), set(workers_of(four_workers, 4))

    four_workers.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + 30
    while workers & set(workers_of(four_workers)) or len(workers_of(four_workers)) != 4:
        assert time.monotonic() < deadline, "the workers do not change"
        time.sleep(0.1)

    assert texts_predicted(four_workers) == before
    load(four_workers, clients=1, requests=5)
    assert sum(texts_predicted(four_workers).values()) == sum(before.values()) + 10


def folders(server: LiveServer) -> set[Path]:
    """Where the workers of *server* count."""
    held = [each for pid in workers_of(server) for each in Path(f"/proc/{pid}/fd").iterdir()]
    found = (each.resolve() for each in held if each.exists())
    return {each for each in found if each.name.startswith(PREFIX)}


def test_new_server_begins_at_nought_and_leaves_nothing_behind(tmp_path: Path) -> None:
    stale = tmp_path / "counter_1.db"
    stale.write_bytes(b"stale")

    with running_server(PROMETHEUS_MULTIPROC_DIR=str(tmp_path)) as server:
        assert texts_predicted(server) == {}
        (folder,) = folders(server)
        assert folder.exists()
        stop(server.process)

    assert not folder.exists()
    assert stale.exists()


def test_lines_of_a_loaded_server_are_whole_and_one_for_each_request() -> None:
    with running_server(WEB_CONCURRENCY="4") as server:
        load(server, clients=16, requests=40)
        stop(server.process)
        lines = [json.loads(line) for line in server.printed().splitlines()]

    predicted = [line for line in lines if line.get("route") == "/predict"]
    assert len(predicted) == 16 * 40
    assert len({line["request_id"] for line in predicted}) == 16 * 40
    assert sum(line["texts"] for line in predicted) == 16 * 8 * sum(range(5))


def test_no_log_holds_what_clients_sent() -> None:
    with running_server(LOG_LEVEL="debug") as server:
        server.predict({"review": "canary"})
        server.ask("/canary?canary=canary", User_Agent="canary")
        server.ask("/", "POST", "review=canary", Content_Type="application/x-www-form-urlencoded")
        for raw in (
            b"CANARY canary canary\r\n\r\n",
            b"GET /canary HTTP/1.1\r\ncanary\r\n\r\n",
            b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n{}canary=canary\r\n",
        ):
            server.exchange_raw(raw)
        stop(server.process)

        printed = server.printed()

    requests = [line for line in printed.splitlines() if line.startswith("{")]
    assert len(requests) > 5
    assert "canary" not in printed.lower()
