"""How the command ends: interrupted, killed, or without its streams, it is one sentence."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import until
from tests.places import ROOT
from tests.score.conftest import MODEL, TEXTS, read_csv, table, write_csv, write_parquet

COMMAND = (sys.executable, "-m", "addsup", "score", str(MODEL))


def children(pid: int) -> list[int]:
    """Processes of the command; the first is the tracker of resources, which scores nothing."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(each) for each in found][1:]


def start(*arguments: str | Path, **options: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *arguments, "--quiet", "--processes", "2"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **options,  # type: ignore[call-overload]
    )


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "a.csv", [[text] for text in TEXTS], ["text"])


@pytest.mark.parametrize(
    ("redirected", "says"),
    [
        ("- >&-", "Standard output is closed."),
        ("- >/dev/full", "Standard output cannot be written: No space left on device."),
        ("out.csv >/dev/full", "Standard output cannot be written: No space left on device."),
    ],
)
def test_standard_output_that_takes_nothing_is_one_sentence(
    rows: Path, tmp_path: Path, redirected: str, says: str
) -> None:
    command = f"'{COMMAND[0]}' -m addsup score {MODEL} {rows} {redirected}"

    ended = subprocess.run(
        ["bash", "-c", f"{command} --quiet --processes 1"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.returncode, ended.stderr) == (1, f"addsup score: {says}\n")


def test_standard_input_that_is_closed_is_one_sentence(tmp_path: Path) -> None:
    ended = subprocess.run(
        ["bash", "-c", f"'{COMMAND[0]}' -m addsup score {MODEL} - out.csv --quiet <&-"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.returncode, ended.stderr) == (1, "addsup score: Standard input is closed.\n")


@pytest.mark.parametrize(
    "arguments", [(b"x\xff.csv", b"out.csv"), (b"in", b"out"), (b"a.csv", b"\xff.csv")]
)
def test_name_that_is_not_utf8_is_one_sentence(
    rows: Path, tmp_path: Path, arguments: tuple[bytes, bytes]
) -> None:
    for folder in (tmp_path, tmp_path / "in"):
        folder.mkdir(exist_ok=True)
        Path(os.fsdecode(os.fsencode(folder) + b"/x\xff.csv")).write_bytes(rows.read_bytes())

    ended = subprocess.run(
        [*COMMAND, *arguments, "--quiet", "--processes", "1"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 1
    assert ended.stderr.endswith("UTF-8: rename it.\n")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [("", "out"), ("a.csv", "")])
def test_no_input_is_wrong_usage(tmp_path: Path, arguments: tuple[str, str]) -> None:
    """`make score` without INPUT, for one."""
    ended = subprocess.run(
        [*COMMAND, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 2
    assert "PUT is empty. See addsup score --help." in ended.stderr
    assert list(tmp_path.iterdir()) == []


PARENT = """
import sys, time
from pathlib import Path
from types import SimpleNamespace
from addsup.score.engine import open_pool
if __name__ == "__main__":
    with open_pool(Path(sys.argv[1]), SimpleNamespace(model="m"), 2) as pool:
        pool.submit(time.sleep, 0).result()
        print(*pool._processes, flush=True)
        time.sleep(600)
"""


def test_processes_end_when_the_command_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, script, MODEL], env=environ, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        parent.send_signal(signal.SIGKILL)

    assert pids
    until(
        lambda: not any(Path(f"/proc/{pid}/cmdline").exists() for pid in pids), lambda: "they live"
    )


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A folder that takes two processes some seconds."""
    for number in range(12):
        texts = [" ".join([*TEXTS, f"word{number}"] * 30)] * 4_000
        write_parquet(tmp_path / "many" / f"{number:02}.parquet", texts, first=4_000 * number)
    return tmp_path / "many"


@pytest.fixture
def one(tmp_path: Path) -> Path:
    """A file that takes two processes some seconds."""
    return write_parquet(tmp_path / "one.parquet", [" ".join(TEXTS * 30)] * 40_000)


@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL, signal.SIGINT])
def test_command_that_ends_before_its_first_part_goes_on(
    many: Path, tmp_path: Path, sign: signal.Signals
) -> None:
    out = tmp_path / "out"
    running = start(many, out)
    until(lambda: out.exists() and any(out.iterdir()), lambda: "nothing has begun")
    running.send_signal(sign)
    running.communicate()

    printed, errors = start(many, out).communicate()

    assert '"rows":48000' in printed, errors
    assert table(out)["id"].to_pylist() == list(range(48_000))


@pytest.mark.slow
@pytest.mark.parametrize("killed", ["a process", "the command"])
def test_whoever_is_killed_no_row_is_lost_or_there_twice(
    many: Path, tmp_path: Path, killed: str
) -> None:
    out = tmp_path / "out"
    running = start(many, out)
    until(lambda: any(out.glob("*.parquet")), lambda: "nothing is done")
    os.kill(running.pid if killed == "the command" else children(running.pid)[-1], signal.SIGKILL)

    printed, errors = running.communicate()
    if killed == "the command":
        assert not (out / "_SUCCESS").exists()
        printed, errors = start(many, out).communicate()

    assert '"rows":48000' in printed, errors
    assert table(out)["id"].to_pylist() == list(range(48_000))
    assert [each.name for each in out.iterdir() if each.name.startswith(".")] == []


@pytest.mark.slow
def test_one_file_is_tried_again_when_a_process_is_killed(one: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    running = start(one, out)
    until(lambda: any(each.suffix == ".part" for each in tmp_path.iterdir()), lambda: "no draft")
    os.kill(children(running.pid)[-1], signal.SIGKILL)

    printed, errors = running.communicate()

    assert running.returncode == 0, errors
    assert '"rows":40000' in printed
    assert [int(row["id"]) for row in read_csv(out)] == list(range(40_000))


@pytest.mark.slow
def test_standard_input_is_not_read_again_when_a_process_is_killed(tmp_path: Path) -> None:
    """What was read of it is gone: a second try would have fewer rows."""
    out = tmp_path / "out.csv"
    running = start("-", out, stdin=subprocess.PIPE)
    assert running.stdin
    running.stdin.write("text\n" + "a good film\n" * 5_000)
    running.stdin.flush()
    until(lambda: any(each.suffix == ".part" for each in tmp_path.iterdir()), lambda: "no draft")
    os.kill(children(running.pid)[-1], signal.SIGKILL)

    _, errors = running.communicate("a good film\n" * 5_000)

    assert running.returncode == 1
    assert "were killed in the middle of a stream" in errors
    assert not out.exists()


@pytest.mark.slow
def test_processes_that_are_killed_again_and_again_are_given_up(many: Path, tmp_path: Path) -> None:
    running = start(many, tmp_path / "out")
    while running.poll() is None:
        for pid in children(running.pid):
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.2)

    _, errors = running.communicate()
    assert running.returncode == 1
    assert "were killed 3 times" in errors
    assert "Traceback" not in errors


@pytest.mark.slow
def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(many: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    running = start(many, out)
    until(lambda: any(out.glob("*.parquet")), lambda: "nothing is done")
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does: to the processes, too

    printed, errors = running.communicate()

    assert (running.returncode, printed) == (130, "")
    assert errors == (
        "addsup score: interrupted; what is done is kept, and the same command goes on from "
        "there.\n"
    )
    done = {each.name: each.stat().st_ino for each in out.glob("*.parquet")}
    assert 0 < len(done) < 12
    assert {each.name for each in out.iterdir()} == {*done, "_progress.json"}
    printed, errors = start(many, out).communicate()
    assert '"rows":48000' in printed, errors
    assert done.items() <= {each.name: each.stat().st_ino for each in out.iterdir()}.items()


@pytest.fixture
def endless(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A command whose input does not end."""
    running = start("-", tmp_path / "out.csv", stdin=subprocess.PIPE)
    try:
        assert running.stdin
        running.stdin.write("text\n" + "a good film\n" * 5_000)
        running.stdin.flush()
        until(lambda: any(each.suffix == ".part" for each in tmp_path.iterdir()), lambda: "none")
        yield running
    finally:
        running.kill()
        running.communicate()


@pytest.mark.slow
def test_ctrl_c_does_not_wait_for_the_end_of_a_file(
    endless: subprocess.Popen[str], tmp_path: Path
) -> None:
    os.killpg(endless.pid, signal.SIGINT)

    endless.wait(timeout=30)

    assert endless.stderr
    assert endless.stderr.read() == "addsup score: interrupted; the same command begins again.\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_same_file_twice_at_once_is_scored_once(one: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    first = start(one, out)
    until((tmp_path / ".out.csv.lock").exists, lambda: "no lock")
    second = start(one, out)

    printed, errors = first.communicate()
    _, refused = second.communicate()

    assert first.returncode == 0, errors
    assert second.returncode == 1
    assert f"is being written by another run (process {first.pid} on " in refused
    assert '"rows":40000' in printed
    assert [int(row["id"]) for row in read_csv(out)] == list(range(40_000))


@pytest.mark.slow
def test_full_disk_is_one_sentence_and_what_is_done_is_kept(many: Path, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    out = tmp_path / "small"
    out.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=90k", "tmpfs", out], check=True)
    try:
        running = start(many, out / "out")
        _, errors = running.communicate()

        assert running.returncode == 1
        assert "cannot be written: No space left on device" in errors
        assert "Traceback" not in errors
        assert list((out / "out").glob("*.parquet"))
    finally:
        subprocess.run(["umount", out], check=True)
