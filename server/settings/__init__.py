"""Settings: all that can be set from outside, from the environment, in one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from addsup.models import SENTIMENT
from addsup.server.errors import SettingError, StartupError
from addsup.server.settings.accepted import (
    FILE_PATH,
    HOST_NAMES,
    LISTENING_ADDRESS,
    MODEL_NAME,
    MODEL_PATH,
    ORIGINS,
    SECRET,
    UNIX,
    URL_PATH,
    Accepted,
    one_of,
    whole_number,
)

#: Addresses that stand for all of a machine's.
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104
#: How secrets that are mounted as files are named, by Docker's convention.
FILE = "_FILE"
#: How alike a variable is to one of ours (difflib) that is taken for a slip.
NEAR = 0.88
#: Names of version 1, which are still read.
FORMER = {"MAX_TEXT_CHARS": "MAX_REVIEW_CHARS", "MAX_TEXTS": "MAX_REVIEWS"}


class Variable(NamedTuple):
    """An environment variable as the documentation shows it."""

    name: str
    default: str
    meaning: str


def setting(default: Any, accepted: Accepted, meaning: str) -> Any:
    """A field of `Settings`, which the environment variable of its name in capitals sets."""
    metadata = {"accepted": accepted, "meaning": meaning}
    return field(default=default, repr=not accepted.secret, metadata=metadata)


def number(default: int, low: int, high: int, meaning: str) -> Any:
    """A field that is a whole number from *low* to *high*."""
    return setting(default, whole_number(low, high), meaning)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one server. A variable that is empty counts as not set."""

    port: int = number(8000, 1, 65535, "TCP port to listen on")
    host: str = setting(
        "0.0.0.0",  # noqa: S104
        LISTENING_ADDRESS,
        "address to listen on: of an interface, or `unix:` and the path of a socket",
    )
    root_path: str | None = setting(
        None, URL_PATH, "path under which a proxy offers the server, such as `/addsup`"
    )
    web_concurrency: int = number(2, 1, 256, "worker processes; one for each core is plenty")
    threads: int = number(
        8, 1, 512, "requests that a worker works on at a time; the rest stand in line"
    )
    max_connections: int = number(
        1000, 1, 100_000, "connections that a worker holds open; more wait to be accepted"
    )
    model_path: Path = setting(  # noqa: RUF009
        SENTIMENT,
        MODEL_PATH,
        "model file to serve, or the folder of the only one; "
        "its checksum is the file beside it that ends in `.sha256`",
    )
    model_name: str | None = setting(
        None, MODEL_NAME, "name of the model under `/v1` and `/v2`; not set: that of its file"
    )
    model_public_key: Path | None = setting(  # noqa: RUF009
        None,
        FILE_PATH,
        "public key (PEM) whose owner must have signed the model file; "
        "the signature is the file beside it that ends in `.sig`",
    )
    model_check_seconds: int = number(
        20, 1, 3_600, "seconds for which a model file is tried out before it is served"
    )
    max_text_chars: int = number(50_000, 1, 1_000_000, "characters a text may have")
    max_texts: int = number(1_000, 1, 100_000, "texts that one request may hold")
    max_explained_words: int = number(
        25_000, 1, 10_000_000, "words that one request may have explained"
    )
    max_reply_bytes: int = number(8 * 2**20, 2**17, 2**30, "bytes that a reply may have")
    max_body_bytes: int = number(2**20, 1, 2**30, "bytes that a request body may have")
    log_level: str = setting(
        "warning",
        one_of("debug", "info", "warning", "error"),
        "how much Gunicorn says of itself: debug, info, warning or error",
    )
    log_format: str = setting(
        "json",
        one_of("json", "text"),
        "how log lines are written: json for programs, text for people",
    )
    api_key: str | None = setting(
        None,
        SECRET,
        "bearer token that `/predict` and `/v2` then ask for, or `API_KEY_FILE` its file; the "
        "form stays open",
    )
    metrics_token: str | None = setting(
        None, SECRET, "bearer token that `/metrics` then asks for, or `METRICS_TOKEN_FILE` its file"
    )
    cors_origins: frozenset[str] | None = setting(
        None,
        ORIGINS,
        "web origins whose pages may use the API, with commas between, or `*` for all",
    )
    max_concurrency: int = number(
        64,
        1,
        10_000,
        "requests that a worker has at work or in line; more, but for health checks, get 503",
    )
    trusted_hosts: frozenset[str] | None = setting(
        None,
        HOST_NAMES,
        "the only hosts that requests may be for, health checks aside; `.example.org` stands for "
        "it and all below it; not set: any",
    )
    trusted_proxies: int = number(
        0, 0, 5, "proxies in front whose `X-Forwarded-For` and `-Proto` are believed; 1 on Heroku"
    )

    keep_alive_seconds: int = number(
        95, 1, 3_600, "seconds an idle connection stays open, more than a proxy's; 620 on GCP"
    )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Read the settings from *environ*, usually `os.environ`.

        Raises:
            SettingError: a variable has a value that is not accepted.
            StartupError: a secret's file cannot be read, or a variable is nearly one of ours.
        """
        values, accepted = {}, {each.name: each.metadata["accepted"] for each in fields(cls)}
        for field_name, each in accepted.items():
            variable = field_name.upper()
            for name in (FORMER.get(variable, variable), variable):
                if raw := environ.get(name, "").strip():
                    values[field_name] = _parsed(name, raw, each)
            if path := each.secret and environ.get(f"{variable}{FILE}", "").strip():
                if field_name in values:
                    raise StartupError(f"Set {variable} or {variable}{FILE}, not both.")
                values[field_name] = _parsed(variable, _content(f"{variable}{FILE}", path), each)
        _refuse_near_misses(environ, accepted)
        return cls(**values)

    @staticmethod
    def outdated(environ: Mapping[str, str]) -> list[str]:
        """A sentence for each variable in *environ* that has another name since version 2."""
        return [
            f"{former} is an old name: set {name} instead."
            for name, former in FORMER.items()
            if environ.get(former, "").strip()
        ]

    @classmethod
    def documented(cls) -> list[Variable]:
        """The environment variables in order, as the documentation must show them."""
        return [
            Variable(each.name.upper(), _shown(each.default), each.metadata["meaning"])
            for each in fields(cls)
        ]

    @property
    def served_name(self) -> str:
        """What the model is called: its file, without what follows the first dot, if not set."""
        return self.model_name or self.model_path.name.partition(".")[0] or self.model_path.name

    @property
    def address(self) -> str:
        """What to bind to: `host:port`, an IPv6 host in brackets, or a socket's path."""
        return self.host if self.host.startswith(UNIX) else f"{_bracketed(self.host)}:{self.port}"

    @property
    def url(self) -> str:
        """Where the server is found from this machine."""
        if self.host.startswith(UNIX):
            return self.host
        host = "localhost" if self.host in EVERYWHERE else _bracketed(self.host)
        return f"http://{host}:{self.port}{self.root_path or ''}"


def _content(variable: str, path: str) -> str:
    """The secret in the file at *path*, which *variable* names."""
    try:
        return Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise StartupError(f"{variable} is {path!r}, which cannot be read: {reason}.") from None


def _refuse_near_misses(environ: Mapping[str, str], accepted: Mapping[str, Accepted]) -> None:
    """Refuse a variable that is nearly one of ours: it would have no effect, and nobody knew."""
    ours = {name.upper() for name in accepted}
    known = (
        ours | set(FORMER.values()) | {n.upper() + FILE for n, a in accepted.items() if a.secret}
    )
    for name in environ:
        if name in known or "_" not in name or not environ[name].strip():
            continue
        if name.endswith(FILE) and name.removesuffix(FILE) in ours:
            raise StartupError(f"{name} is not a setting: only secrets are read from a file.")
        if near := get_close_matches(name, ours, 1, NEAR):
            raise StartupError(
                f"{name} is not a setting; {near[0]} is. Set that, or unset {name} if it is "
                "another program's."
            )


def _shown(default: Any) -> str:
    if default is None:
        return "not set"
    return f"models/{default.name}" if isinstance(default, Path) else str(default)


def _parsed(name: str, raw: str, accepted: Accepted) -> Any:
    try:
        return accepted.parse(raw)
    except ValueError:
        shown = None if accepted.secret else raw
        raise SettingError(name, shown, accepted.words) from None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
