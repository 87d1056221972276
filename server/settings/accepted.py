"""Accepted values of settings: in words for people, and as functions that read them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

#: What an address begins with that is a socket in the file system.
UNIX: Final = "unix:"
HOST_NAME: Final = re.compile(r"(?!-)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.?(?<![0-9])(?<![0-9]\.)")


class Accepted(NamedTuple):
    """Which values a variable may have: in words, and as a function that raises ValueError."""

    words: str
    parse: Callable[[str], Any]
    secret: bool = False


def whole_number(low: int, high: int) -> Accepted:
    """Accept decimal digits between *low* and *high*."""

    def parse(value: str) -> int:
        if not re.fullmatch("[0-9]{1,12}", value) or not low <= int(value) <= high:
            raise ValueError(value)
        return int(value)

    return Accepted(f"a whole number from {low} to {high}", parse)


def one_of(*words: str) -> Accepted:
    """Accept one of *words*, in any case."""
    return Accepted("one of " + ", ".join(words), lambda value: words[words.index(value.lower())])


def _matching(pattern: str, value: str) -> str:
    if not re.fullmatch(pattern, value):
        raise ValueError
    return value


def _list(pattern: str, value: str) -> frozenset[str]:
    return frozenset(_matching(pattern, each) for each in value.replace(",", " ").split())


def _listening_address(value: str) -> str:
    if value.startswith(UNIX):
        return UNIX + str(Path(_matching("unix:[^\0]+", value).removeprefix(UNIX)).absolute())
    name = value.removeprefix("[").removesuffix("]") if ":" in value else value
    return name.lower() if HOST_NAME.fullmatch(name) else str(ipaddress.ip_address(name))


def _model_path(value: str) -> Path:
    path = Path(value).absolute()
    if not path.is_dir():
        return path
    (found,) = path.glob("*.onnx")  # ValueError if there is none, or more than one
    return found


LISTENING_ADDRESS: Final = Accepted(
    "an IP address, a host name, or unix: and the path of a socket", _listening_address
)
URL_PATH: Final = Accepted(
    "a path such as /addsup",
    lambda value: _matching(r"(/[A-Za-z0-9._~-]+)*", ("/" + value.strip("/")).rstrip("/")),
)
#: What can stand in the path of a URL as it is.
MODEL_NAME: Final = Accepted(
    "letters, digits, and any of . _ ~ -",
    lambda value: _matching("[A-Za-z0-9._~-]{1,100}", value),
)
MODEL_PATH: Final = Accepted(
    "the path of a file, or of a folder with one .onnx file in it", _model_path
)
#: What fits into an Authorization header and cannot be guessed; it is never shown.
SECRET: Final = Accepted(
    "16 to 512 printable ASCII characters without a space",
    lambda value: _matching("[!-~]{16,512}", value),
    secret=True,
)
ORIGINS: Final = Accepted(
    "origins such as https://example.org, with commas between, or *",
    lambda value: frozenset("*") if value == "*" else _list(r"https?://[^\s/*?#@]+", value),
)
#: Names or addresses as they stand in a Host header, without a port.
HOST_NAMES: Final = Accepted(
    "host names such as example.org, with commas between",
    lambda value: _list(r"[a-z0-9.-]+|\[[0-9a-f:.]+\]", value.lower()),
)
FILE_PATH: Final = Accepted("the path of a file", lambda value: Path(value).absolute())
