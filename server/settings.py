"""Settings: all that can be set from outside, from the environment, in one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, NamedTuple

from addsup.models import SENTIMENT
from addsup.server.accepted import (
    UNIX,
    Accepted,
    file_path,
    host_names,
    listening_address,
    model_name,
    model_path,
    one_of,
    origins,
    secret,
    url_path,
    whole_number,
)
from addsup.server.errors import SettingError

#: Addresses that stand for all of a machine's.
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104


class Variable(NamedTuple):
    """An environment variable as the documentation shows it."""

    name: str
    default: str
    meaning: str


def setting(name: str, default: Any, meaning: str, accepted: Accepted, former: str = "") -> Any:
    """A field of `Settings` that the environment variable *name* sets, *former* in version 1."""
    return field(
        default=accepted.parse(default) if isinstance(default, str) else default,
        repr=not accepted.secret,
        metadata={
            "variable": Variable(name, _shown(default), meaning),
            "accepted": accepted,
            "former": former,
        },
    )


def _shown(default: Any) -> str:
    if default is None:
        return "not set"
    return f"models/{default.name}" if isinstance(default, Path) else str(default)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one server. A variable that is empty counts as not set."""

    port: int = setting("PORT", 8000, "TCP port to listen on", whole_number(1, 65535))
    host: str = setting(
        "HOST",
        "0.0.0.0",  # noqa: S104
        "address to listen on: of an interface, or `unix:` and the path of a socket",
        listening_address(),
    )
    root_path: str | None = setting(
        "ROOT_PATH",
        None,
        "path under which a proxy offers the server, such as `/addsup`",
        url_path(),
    )
    workers: int = setting(
        "WEB_CONCURRENCY", 2, "worker processes; one for each core is plenty", whole_number(1, 256)
    )
    threads: int = setting(
        "THREADS",
        8,
        "requests that a worker works on at a time; the rest stand in line",
        whole_number(1, 512),
    )
    connections: int = setting(
        "MAX_CONNECTIONS",
        1000,
        "connections that a worker holds open; more wait to be accepted",
        whole_number(1, 100_000),
    )
    model_path: Path = setting(  # noqa: RUF009
        "MODEL_PATH",
        SENTIMENT,
        "model file to serve, or the folder of the only one; "
        "its checksum is the file beside it that ends in `.sha256`",
        model_path(),
    )
    named: str | None = setting(
        "MODEL_NAME",
        None,
        "name of the model under `/v1` and `/v2`; not set: that of its file",
        model_name(),
    )
    public_key: Path | None = setting(  # noqa: RUF009
        "MODEL_PUBLIC_KEY",
        None,
        "public key (PEM) whose owner must have signed the model file; "
        "the signature is the file beside it that ends in `.sig`",
        file_path(),
    )
    model_check_seconds: int = setting(
        "MODEL_CHECK_SECONDS",
        20,
        "seconds for which a model file is tried out before it is served",
        whole_number(1, 3_600),
    )
    max_text_chars: int = setting(
        "MAX_TEXT_CHARS",
        50_000,
        "characters a text may have",
        whole_number(1, 1_000_000),
        former="MAX_REVIEW_CHARS",
    )
    max_texts: int = setting(
        "MAX_TEXTS",
        1_000,
        "texts that one request may hold",
        whole_number(1, 100_000),
        former="MAX_REVIEWS",
    )
    max_explained_words: int = setting(
        "MAX_EXPLAINED_WORDS",
        25_000,
        "words that one request may have explained",
        whole_number(1, 10_000_000),
    )
    max_reply_bytes: int = setting(
        "MAX_REPLY_BYTES", 8 * 2**20, "bytes that a reply may have", whole_number(2**17, 2**30)
    )
    max_body_bytes: int = setting(
        "MAX_BODY_BYTES", 2**20, "bytes that a request body may have", whole_number(1, 2**30)
    )
    log_level: str = setting(
        "LOG_LEVEL",
        "warning",
        "how much Gunicorn says of itself: debug, info, warning or error",
        one_of("debug", "info", "warning", "error"),
    )
    log_format: str = setting(
        "LOG_FORMAT",
        "json",
        "how log lines are written: json for programs, text for people",
        one_of("json", "text"),
    )
    api_key: str | None = setting(
        "API_KEY",
        None,
        "bearer token that `/predict` and `/v2` then ask for; the form stays open",
        secret(),
    )
    metrics_token: str | None = setting(
        "METRICS_TOKEN", None, "bearer token that `/metrics` then asks for", secret()
    )
    cors_origins: frozenset[str] | None = setting(
        "CORS_ORIGINS",
        None,
        "web origins whose pages may use the API, with commas between, or `*` for all",
        origins(),
    )
    max_concurrency: int = setting(
        "MAX_CONCURRENCY",
        64,
        "requests that a worker has at work or in line; more, but for health checks, get 503",
        whole_number(1, 10_000),
    )
    trusted_hosts: frozenset[str] | None = setting(
        "TRUSTED_HOSTS",
        None,
        "the only hosts that requests may be for, health checks aside; not set: any",
        host_names(),
    )
    trusted_proxies: int = setting(
        "TRUSTED_PROXIES",
        0,
        "proxies in front whose `X-Forwarded-For` and `-Proto` are believed; 1 on Heroku",
        whole_number(0, 5),
    )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Read the settings from *environ*, usually `os.environ`.

        Raises:
            SettingError: a variable has a value that is not accepted.
        """
        values = {}
        for each in fields(cls):
            for name in (each.metadata["variable"].name, each.metadata["former"]):
                if each.name not in values and (raw := environ.get(name, "").strip()):
                    values[each.name] = _parsed(name, raw, each.metadata["accepted"])
        return cls(**values)

    @classmethod
    def outdated(cls, environ: Mapping[str, str]) -> list[str]:
        """A sentence for each variable in *environ* that has another name since version 2."""
        return [
            f"{former} is an old name: set {each.metadata['variable'].name} instead."
            for each in fields(cls)
            if (former := each.metadata["former"]) and environ.get(former, "").strip()
        ]

    @classmethod
    def documented(cls) -> list[Variable]:
        """The environment variables in order, as the documentation must show them."""
        return [each.metadata["variable"] for each in fields(cls)]

    @property
    def model_name(self) -> str:
        """What the model is called: its file, without what follows the first dot, if not set."""
        return self.named or self.model_path.name.partition(".")[0] or self.model_path.name

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


def _parsed(name: str, raw: str, accepted: Accepted) -> Any:
    try:
        return accepted.parse(raw)
    except ValueError:
        shown = None if accepted.secret else raw
        raise SettingError(name, shown, accepted.words) from None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
