"""SIGHUP: whatever has become of settings and model, what runs goes on."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from tests.hard.clients import Tally, clients
from tests.hard.processes import workers
from tests.live import (
    LiveServer,
    command,
    environment,
    free_port,
    running_server,
    stop,
    until,
    workers_of,
)
from tests.places import ROOT

SHIPPED = ROOT / "models" / "sentiment.onnx"
KEPT = "Nothing is taken over, the server goes on as it was: "

#: A configuration that is ours, but for what has become of the environment by the reload.
CHANGING = f"""
import os, pathlib
os.first = getattr(os, "first", dict(os.environ))
os.environ.clear()
os.environ.update(os.first)
changed = pathlib.Path(os.environ["CHANGED"])
if changed.exists():
    name, _, value = changed.read_text().partition("=")
    os.environ[name] = value
__file__ = {str(ROOT / "server" / "gunicorn.conf.py")!r}
exec(compile(open(__file__).read(), __file__, "exec"))
"""

#: What is no longer valid, and what is said of it.
INVALID = {
    "HOST=nowhere.invalid": "HOST is 'nowhere.invalid', which is not known here",
    "WEB_CONCURRENCY=many": "WEB_CONCURRENCY is 'many'",
    "LOG_FORMAT=xml": "LOG_FORMAT is 'xml'",
    "MODEL_PUBLIC_KEY=/nowhere": "sentiment.onnx.sig cannot be read",
}


def put_model(folder: Path, name: str) -> None:
    """Put the shipped model with its checksum into *folder*."""
    shutil.copy(SHIPPED, folder / name)
    shutil.copy(f"{SHIPPED}.sha256", folder / f"{name}.sha256")


def reload(server: LiveServer, says: str) -> Tally:
    """What clients see while the server reloads, which *says* so in one line of its log."""
    before, seen = set(workers_of(server, 2)), len(server.printed())
    with clients(server, 4) as tally:
        server.process.send_signal(signal.SIGHUP)
        until(lambda: before.isdisjoint(after := workers(server.process.pid)) and len(after) == 2)
    lines = [line for line in server.printed()[seen:].splitlines() if KEPT in line]
    assert [says in line for line in lines] == [True] * bool(says), server.printed()[-2000:]
    assert not tally.broken
    assert set(tally.answers) == {200}
    return tally


def test_a_folder_without_its_one_model_changes_nothing_and_a_renamed_one_is_taken_over(
    tmp_path: Path,
) -> None:
    put_model(tmp_path, "mine.onnx")
    with running_server(MODEL_PATH=str(tmp_path)) as server:
        put_model(tmp_path, "other.onnx")
        reload(server, "MODEL_PATH is")
        assert server.ask("/model").json["name"] == "mine"

        for path in tmp_path.iterdir():
            path.unlink()
        reload(server, "MODEL_PATH is")
        assert server.ask("/model").json["name"] == "mine"

        put_model(tmp_path, "new.onnx")
        reload(server, "")
        assert server.ask("/model").json["name"] == "new"


def test_a_setting_that_is_no_longer_valid_changes_nothing(tmp_path: Path) -> None:
    configuration, file = tmp_path / "own.conf.py", tmp_path / "changed"
    configuration.write_text(CHANGING)
    start = [*command()[:-1], str(configuration)]
    with running_server(start, CHANGED=str(file)) as server:
        for changed, says in INVALID.items():
            file.write_text(changed)
            reload(server, says)


def test_after_a_reload_nobody_is_reset_and_connections_are_spread() -> None:
    """What all workers share is made once, not by each execution of the configuration."""
    with running_server() as server:
        reload(server, "")
        with clients(server, 16) as tally:
            time.sleep(0.5)
            counts = [len(_sockets(pid)) for pid in workers_of(server, 2)]
            server.process.terminate()
            server.process.wait(20)

    assert not tally.broken
    assert abs(counts[0] - counts[1]) < 16, "all connections are on one worker"


def _sockets(pid: int) -> list[Path]:
    """The sockets among the descriptors of a process."""
    folder = Path(f"/proc/{pid}/fd")
    return [each for each in folder.iterdir() if str(each.readlink()).startswith("socket:")]


def test_sighup_to_the_whole_process_group_loses_nothing() -> None:
    port = free_port()
    process = subprocess.Popen(
        command(), cwd=ROOT, env=environment(PORT=str(port)), start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    server = LiveServer(port, process, None)
    try:
        until(lambda: len(workers(process.pid)) == 2 and _answers(server))
        before = set(workers(process.pid))
        with clients(server, 8) as tally:
            os.killpg(process.pid, signal.SIGHUP)
            until(lambda: before.isdisjoint(workers(process.pid)))
    finally:
        stop(process)

    assert not tally.broken
    assert set(tally.answers) == {200}


def _answers(server: LiveServer) -> bool:
    try:
        return server.ask("/readyz").status == 200
    except OSError:
        return False


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.create_server(("0.0.0.0", 0)) as other:
        port = other.getsockname()[1]
        ended = subprocess.run(
            command(), cwd=ROOT, env=environment(PORT=str(port)), capture_output=True, text=True,
            timeout=60, check=False,
        )  # fmt: skip

    assert ended.returncode == 1
    assert ended.stderr == (
        f"Cannot listen on 0.0.0.0, port {port}: Address already in use. Set HOST or PORT.\n"
    )


def test_a_log_that_nobody_reads_stops_nobody() -> None:
    """As long as it is unread: what is written to a full pipe waits for good."""
    reader, writer = os.pipe()
    process = subprocess.Popen(
        command(), cwd=ROOT, stdout=writer, stderr=writer,
        env=environment(PORT=str(port := free_port()), LOG_LEVEL="debug", MAX_CONCURRENCY="1"),
    )  # fmt: skip
    os.close(writer)
    server = LiveServer(port, process, None)
    try:
        until(lambda: _answers(server))
        with clients(server, 16) as tally:
            for _ in range(30):
                assert server.ask("/livez").status == 200
                time.sleep(0.1)
    finally:
        process.kill()
        process.wait()
        os.close(reader)

    assert tally.answers[503] > 100, "it was never overloaded"
    assert sum(tally.answers.values()) > 500
