"""Asks with pip-audit, and first makes sure that whoever answers knows anything at all.

A mirror of a package index answers too, but has no advisories, and then "none found" would be said
of every package. So each service is first asked for a version that is known to be vulnerable.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import msgspec

#: Vulnerable since 2014 (CVE-2014-1402), and nothing that anyone will take back.
KNOWN_VULNERABLE = "jinja2==2.4.1"
SERVICES = ("pypi", "osv")


class NotAnswered(Exception):
    """No service answers, or the one that did stopped; the message says what it said."""


class Advisory(msgspec.Struct):
    """What pip-audit says of one vulnerability."""

    id: str
    fix_versions: list[str]


class Dependency(msgspec.Struct):
    """What pip-audit says of one package; one without a version was skipped."""

    name: str
    version: str
    vulns: list[Advisory]


class Report(msgspec.Struct):
    """The JSON that pip-audit prints when it has had all its answers."""

    dependencies: list[Dependency]


@dataclass(frozen=True, slots=True)
class Vulnerable:
    """A pinned package, one of its advisories, and the versions that are free of it."""

    name: str
    version: str
    advisory: str
    mended: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asker:
    """pip-audit with a service that has shown to know vulnerabilities."""

    service: str
    options: tuple[str, ...]

    @classmethod
    def find(cls, osv_url: str | None = None, timeout: int = 15) -> Self:
        """The first service that knows of the vulnerability that everyone knows of.

        Raises:
            NotAnswered: none does.
        """
        reasons = []
        for service in ("osv",) if osv_url else SERVICES:
            place = ("--osv-url", osv_url) if osv_url else ()
            asker = cls(service, ("-s", service, *place, "--timeout", str(timeout)))
            try:
                asker._check()
            except NotAnswered as reason:
                reasons.append(f"{service}: {reason}")
            else:
                return asker
        raise NotAnswered(" ".join(reasons))

    def audit(self, files: Sequence[Path]) -> list[Vulnerable]:
        """The vulnerabilities known in what *files*, with hashes, pin.

        Raises:
            NotAnswered: there was no answer for one of the packages.
        """
        return self._ask("--require-hashes", *(f"--requirement={file}" for file in files))

    def _check(self) -> None:
        with TemporaryDirectory() as folder:
            file = Path(folder, "known.txt")
            file.write_text(KNOWN_VULNERABLE)
            if not self._ask("--no-deps", f"--requirement={file}"):
                raise NotAnswered(f"it has no advisories, not even for {KNOWN_VULNERABLE}.")

    def _ask(self, *arguments: str) -> list[Vulnerable]:
        command = [sys.executable, "-m", "pip_audit", "--strict", "--disable-pip", "--format=json"]
        quiet = ["--progress-spinner=off", "--desc=off"]
        done = subprocess.run(  # noqa: S603
            [*command, *quiet, *self.options, *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        try:
            report = msgspec.json.decode(done.stdout.encode(), type=Report)
        except msgspec.DecodeError:
            said = [line for line in done.stderr.splitlines() if line.strip()] or ["nothing"]
            raise NotAnswered(f"{said[-1].strip().rstrip('.')[:300]}.") from None
        return [
            Vulnerable(each.name, each.version, advisory.id, tuple(advisory.fix_versions))
            for each in report.dependencies
            for advisory in each.vulns
        ]
