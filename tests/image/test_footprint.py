"""How much memory a container takes, and how long it takes to start. No other may run meanwhile:
what containers of one image have in common would count for each of them in part only.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.image.container import Container, running_container, starting_container
from tests.image.sandbox import Unpacked
from tests.live import PATIENCE

pytestmark = pytest.mark.image

GOOD = "A wonderful film with great acting."
FORM = {"Content_Type": "application/x-www-form-urlencoded"}
MB = 1_000_000


def test_two_workers_stay_small_after_a_thousand_requests(image: Unpacked) -> None:
    with running_container(image, WEB_CONCURRENCY="2") as container:
        for _ in range(500):
            assert container.predict({"review": GOOD}).status == 200
            assert container.ask("/", "POST", "review=An+awful+film", **FORM).status == 200

        resident = [unique_set_size(pid) for pid in container.tree]

    print(f"{sum(resident) / MB:.1f} MB: {[round(size / MB, 1) for size in resident]}")
    assert len(resident) == 3
    assert sum(resident) <= 80 * MB


def test_first_prediction_of_a_new_container_is_correct(image: Unpacked) -> None:
    seconds = [seconds_to_first_prediction(image) for _ in range(5)]

    print(f"seconds to the first prediction: {[round(each, 2) for each in seconds]}")
    assert len(seconds) == 5


def seconds_to_first_prediction(image: Unpacked) -> float:
    """From before the container is started; 10001 is the user that the image itself names."""
    began = time.monotonic()
    with starting_container(image, uid=10001) as container:
        while label(container) != "positive":
            assert time.monotonic() - began < PATIENCE, container.printed()
            time.sleep(0.005)
        return time.monotonic() - began


def label(container: Container) -> str | None:
    try:
        found: str = container.predict({"review": GOOD}).json["label"]
    except OSError:
        return None
    return found


def unique_set_size(pid: int) -> int:
    """Bytes of memory of a process that it shares with no other."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    private = [line for line in rollup if line.startswith(("Private_Clean:", "Private_Dirty:"))]
    return sum(int(line.split()[1]) for line in private) * 1024
