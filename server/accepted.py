"""Accepted values of settings: in words for people, and as functions that read them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

#: What an address begins with that is a socket in the file system.
UNIX: Final = "unix:"


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

    def parse(value: str) -> str:
        return words[words.index(value.lower())]

    return Accepted("one of " + ", ".join(words), parse)


def listening_address() -> Accepted:
    """Accept an IP address, a host name, or `unix:` and the path of a socket to be made."""

    def parse(value: str) -> str:
        if value.startswith(UNIX):
            if len(value) == len(UNIX) or "\0" in value:
                raise ValueError(value)
            return UNIX + str(Path(value.removeprefix(UNIX)).absolute())
        name = value.removeprefix("[").removesuffix("]") if ":" in value else value
        if (
            re.fullmatch(r"(?!-)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.?", name)
            and not name[-1].isdigit()
        ):
            return name.lower()
        return str(ipaddress.ip_address(name))

    return Accepted("an IP address, a host name, or unix: and the path of a socket", parse)


def url_path() -> Accepted:
    """Accept the path under which a proxy offers the server."""

    def parse(value: str) -> str:
        path = "/" + value.strip("/")
        if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)*", path.rstrip("/")):
            raise ValueError(value)
        return path.rstrip("/")

    return Accepted("a path such as /addsup", parse)


def model_name() -> Accepted:
    """Accept what can stand in the path of a URL as it is."""

    def parse(value: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9._~-]{1,100}", value):
            raise ValueError(value)
        return value

    return Accepted("letters, digits, and any of . _ ~ -", parse)


def model_path() -> Accepted:
    """Accept the path of a file, or of a folder that has one model file in it."""

    def parse(value: str) -> Path:
        path = Path(value).absolute()
        if not path.is_dir():
            return path
        (found,) = path.glob("*.onnx")  # ValueError if there is none, or more than one
        return found

    return Accepted("the path of a file, or of a folder with one .onnx file in it", parse)


def secret() -> Accepted:
    """Accept what fits into an Authorization header and cannot be guessed; it is never shown."""

    def parse(value: str) -> str:
        if not re.fullmatch("[!-~]{16,512}", value):
            raise ValueError
        return value

    return Accepted("16 to 512 printable ASCII characters without a space", parse, secret=True)


def origins() -> Accepted:
    """Accept web origins, or the asterisk for all of them."""

    def parse(value: str) -> frozenset[str]:
        found = frozenset(value.replace(",", " ").split())
        if found != {"*"} and not all(
            re.fullmatch(r"https?://[^\s/*?#@]+", each) for each in found
        ):
            raise ValueError(value)
        return found

    return Accepted("origins such as https://example.org, with commas between, or *", parse)


def host_names() -> Accepted:
    """Accept names or addresses as they stand in a Host header, without a port."""

    def parse(value: str) -> frozenset[str]:
        found = frozenset(value.lower().replace(",", " ").split())
        if not all(re.fullmatch(r"[a-z0-9.-]+|\[[0-9a-f:.]+\]", each) for each in found):
            raise ValueError(value)
        return found

    return Accepted("host names such as example.org, with commas between", parse)


def file_path() -> Accepted:
    """Accept any path; a relative one is taken from where the server was started."""
    return Accepted("the path of a file", lambda value: Path(value).absolute())
