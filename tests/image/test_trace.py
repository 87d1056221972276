"""What a container asks of the kernel, seen by strace from outside, from its start to its end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.image.container import MODEL, PORT, running_container
from tests.image.sandbox import Unpacked

pytestmark = pytest.mark.image

STRACE = [
    *("strace", "--follow-forks", "--seccomp-bpf", "--decode-fds=path"),
    "--trace=%network,%file,%desc",
]

CALL = re.compile(r"\d+ +(?P<name>\w+)\((?P<arguments>.*)")
WRITABLE = ("/tmp/", "/dev/shm/")

#: Calls that change what a path names, whatever their arguments are.
CHANGES = re.compile(
    "creat|mkdir|mkdirat|mknod|mknodat|rename|renameat2?|rmdir|unlink|unlinkat|link|linkat|symlink"
    "|symlinkat|truncate|chmod|fchmodat|chown|lchown|fchownat|setxattr|lsetxattr|mount|utime|utimes"
)
ADDRESS = re.compile(r"\{sa_family=[^}]*\}")
#: "name", or with the folder it starts from: 3</folder>, "name".
PATH = re.compile(r'(<(?P<folder>[^>]*)>, )?"(?P<path>[^"]*)"')
OPENS = re.compile("open|openat|openat2")
FOR_WRITING = re.compile(r"\bO_(WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)\b")


@dataclass(frozen=True)
class Call:
    """A system call of the server, as strace writes it."""

    name: str
    arguments: str

    @property
    def path(self) -> str:
        """The first path among the arguments, from the root."""
        found = PATH.search(self.arguments)
        return str(Path(found["folder"] or "", found["path"])) if found else ""

    @property
    def writes(self) -> bool:
        """Whether it changes a file, or opens one for that."""
        opened = OPENS.fullmatch(self.name) and FOR_WRITING.search(self.arguments)
        return bool(CHANGES.fullmatch(self.name) or opened)


@pytest.fixture(scope="module")
def calls(image: Unpacked, tmp_path_factory: pytest.TempPathFactory) -> list[Call]:
    """All the calls of a server that starts, answers 100 requests, and ends when told to."""
    trace = tmp_path_factory.mktemp("strace") / "calls"
    with running_container(image, under=[*STRACE, f"--output={trace}"]) as container:
        for _ in range(50):
            assert container.predict({"review": "A wonderful film."}).status == 200
            assert container.ask("/").status == 200
        assert container.stop() == 0
    return list(server_calls(trace))


def server_calls(trace: Path) -> Iterator[Call]:
    """What follows the start of the image's command; before it, bubblewrap prepares the place."""
    found = (CALL.match(line) for line in trace.read_text().splitlines())
    all_calls = iter([Call(match["name"], match["arguments"]) for match in found if match])
    for call in all_calls:
        if call.name == "execve" and call.path == "/venv/bin/python":
            break
    return all_calls


def test_trace_shows_a_whole_life(calls: list[Call]) -> None:
    bound = [call.arguments for call in calls if call.name == "bind"]

    assert bound  # once to see that the port is free, and once to listen
    assert all(f"htons({PORT})" in each for each in bound)
    assert sum(call.name == "accept4" for call in calls) >= 100
    assert any(call.path == MODEL for call in calls)
    assert sum(call.writes for call in calls) >= 2, "a heartbeat file for each worker"


def test_nothing_is_sent_to_any_address(calls: list[Call]) -> None:
    """It connects to nothing but the name service cache that glibc asks for, and is not there."""
    addressed = [
        call for call in calls if call.name in {"connect", "sendto", "sendmsg", "sendmmsg"}
    ]

    families = {
        tuple(re.findall(r"sa_family=\w+|sun_path=[^}]*", each.arguments)) for each in addressed
    }

    assert families <= {(), ("sa_family=AF_UNIX", 'sun_path="/var/run/nscd/socket"')}


def test_no_file_is_written_outside_the_folders_in_memory(calls: list[Call]) -> None:
    written = {call.path for call in calls if call.writes}

    assert [path for path in written if not path.startswith(WRITABLE)] == []


def test_no_source_is_compiled_at_start(calls: list[Call]) -> None:
    """Where the byte code is missing, Python opens the source."""
    opened = {call.path for call in calls if OPENS.fullmatch(call.name)}

    assert sum(path.endswith(".pyc") for path in opened) > 300
    assert [path for path in opened if path.endswith(".py")] == []
