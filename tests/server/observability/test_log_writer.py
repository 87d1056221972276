"""Log writer: lines arrive whole, and nobody waits for them."""

from __future__ import annotations

import os
import threading

from addsup.server.observability.log_format import RequestLine
from addsup.server.observability.log_writer import WAITING_LINES, LogWriter

LINE = RequestLine(
    "2026-01-01T00:00:00.000Z", "info", "abc", "POST", "/predict", 200, 1.5, 9, 1, "v"
)


def test_lines_of_many_threads_arrive_whole_and_all() -> None:
    reader, writer = os.pipe()
    lines = LogWriter(writer)
    threads = [
        threading.Thread(target=lambda: [lines.put(b"x" * 99 + b"\n") for _ in range(50)])
        for _ in range(8)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines.close()
    os.close(writer)

    with os.fdopen(reader, "rb") as pipe:
        assert pipe.read() == (b"x" * 99 + b"\n") * 400
    assert lines.lost == 0


def test_closed_pipe_and_missing_reader_harm_no_request() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    closed = LogWriter(writer)

    closed.put(b"lost\n")
    closed.close()
    os.close(writer)

    assert closed.lost == 1


def test_lines_that_no_one_reads_do_not_pile_up() -> None:
    reader, writer = os.pipe()
    lines = LogWriter(writer)

    for _ in range(WAITING_LINES + 2_000):
        lines.put(b"x" * 99 + b"\n")

    assert lines.lost > 1_000
    os.close(reader)
    lines.close()
    os.close(writer)
