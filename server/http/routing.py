"""Routing: a table of paths and methods to the functions that answer JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from addsup.server.errors import ProblemError, ProblemType
from addsup.server.http.request import Reply, Request

Handler = Callable[[Request], Reply]

#: A variable part of a path: `<name>` ends at a slash or colon, `<path:name>` does not.
VARIABLE: Final = re.compile("<(path:)?([a-z]+)>")


@dataclass(frozen=True, slots=True)
class Route:
    """One path.

    Attributes:
        template: the path, with variables in angle brackets.
        group: which guards it has: "predict", "protocol", "facts" or "health".
        methods: HTTP method -> what answers it.
    """

    template: str
    group: str
    methods: Mapping[str, Handler]

    def answer(self, request: Request) -> Reply:
        """What the method of *request* gives; HEAD is GET, and OPTIONS names the methods.

        Raises:
            ProblemError: there is no such method here (HTTP 405), or what its handler raises.
        """
        method = request.environ["REQUEST_METHOD"]
        handler = self.methods.get("GET" if method == "HEAD" else method)
        if handler:
            return handler(request)
        allowed = sorted({*self.methods, "OPTIONS", *(["HEAD"] if "GET" in self.methods else [])})
        allow = [("Allow", ", ".join(allowed))]
        if method == "OPTIONS":
            return Reply(b"", "text/plain; charset=utf-8", headers=allow)
        usual = " or ".join(sorted(self.methods))
        raise ProblemError(
            ProblemType.METHOD_NOT_ALLOWED,
            f"{method} is not allowed here; use {usual}.",
            headers=dict(allow),
        )


class Table:
    """Routes, found by path."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self.exact = {each.template: each for each in routes if "<" not in each.template}
        self.patterns = [(_pattern(each.template), each) for each in routes if "<" in each.template]

    def find(self, request: Request) -> None:
        """Let *request* know its route, if there is one."""
        path = request.environ["PATH_INFO"]
        found = self.exact.get(path)
        if not found and path.startswith(("/v1/", "/v2/")):
            for pattern, each in self.patterns:
                if match := pattern.fullmatch(path):
                    found, request.names = each, match.groupdict()
                    break
        if found:
            request.route, request.template = found, found.template


def _pattern(template: str) -> re.Pattern[str]:
    pieces = VARIABLE.split(template)
    pattern = re.escape(pieces[0])
    for path, name, rest in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        pattern += f"(?P<{name}>{'.+' if path else '[^/:]+'}){re.escape(rest)}"
    return re.compile(pattern)
