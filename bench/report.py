"""Report: tables of what was measured, and the promises it is held against."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.contenders import ADDSUP, FASTAPI, PLAIN_FLASK, Contender
from bench.in_process import InProcess
from bench.rounds import Rounds, median, ratio

DOCUMENT = """\
# Benchmark

Written by `make bench`: {cores} cores, which wrk shares, {system} on {machine}, Python {python},
{rounds} rounds. In each round every server is started, asked and stopped before the next. Ratios
are medians of the ratios within a round, other figures are medians over the rounds. Times depend on
the machine, so compare ratios. A request that fails makes the run fail.

All servers have two worker processes. FastAPI runs scikit-learn and NLTK with the same stop words
and vocabulary. Plain Flask classifies nothing: it shows what HTTP and JSON cost, under Gunicorn's
gthread worker and under granian, which is written in Rust.

## In short

As multiples of addsup's figures:

{relative}
## Figures

One text of 100 characters a request, 16 connections; batches of 100 texts. Memory is the
PSS of all processes. Installed is site-packages; addsup's are trimmed as in the image
(`image/trim.py`), and FastAPI needs 35 MB of WordNet besides.

{absolute}
## In process

Cleaning and prediction without HTTP, in texts/s.

{in_process}
## Promises

`make bench` fails when one is missed.

{promises}"""


@dataclass(frozen=True, slots=True)
class Promise:
    """A bound on a ratio: at least *bound*, or at most."""

    what: str
    ratio: float
    bound: float
    is_least: bool = False

    @property
    def is_kept(self) -> bool:
        """Whether the ratio is within the bound."""
        return self.ratio >= self.bound if self.is_least else self.ratio <= self.bound

    @property
    def row(self) -> tuple[str, str, str, str]:
        """A line of the table."""
        bound = f"at {'least' if self.is_least else 'most'} {self.bound:g}"
        return self.what, digits(self.ratio), bound, "kept" if self.is_kept else "**missed**"


@dataclass(frozen=True, slots=True)
class Report:
    """One run: the contenders, their rounds, MB installed by name, and rates in process."""

    contenders: Sequence[Contender]
    rounds: Rounds
    installed: dict[str, float]
    in_process: Sequence[InProcess]

    def relative(self) -> str:
        """Table: multiples of this server's figures."""
        head = "times addsup's|requests/s|CPU a request|cold start|memory|installed".split("|")
        figures = ("rate", "cpu", "cold_start", "megabytes")
        return markdown(
            head,
            (
                [
                    each.title,
                    *(digits(ratio(self.rounds, each.name, ADDSUP.name, name)) for name in figures),
                    digits(self.installed[each.name] / self.installed[ADDSUP.name]),
                ]
                for each in self.contenders
            ),
        )

    def absolute(self) -> str:
        """Table: medians over the rounds."""
        head = ["", "requests/s", "p50 ms", "p99 ms", "CPU ms a request", "texts/s in batches"]
        head += ["cold start s", "memory MB", "installed MB"]
        figures = ("rate", "p50", "p99", "cpu", "batches", "cold_start", "megabytes")
        return markdown(
            head,
            (
                [
                    each.title,
                    *(digits(median(self.rounds, each.name, name)) for name in figures),
                    digits(self.installed[each.name]),
                ]
                for each in self.contenders
            ),
        )

    def without_http(self) -> str:
        """Table: rates in process."""
        return markdown(
            ("texts at a time", "scikit-learn with NLTK", "addsup", "ratio"),
            (
                [f"{each.size:,}", *map(digits, (each.scikit_learn, each.addsup, each.ratio))]
                for each in self.in_process
            ),
        )

    def promises(self) -> list[Promise]:
        """Every promise about a server that was measured."""

        def of(base: Contender, figure: str) -> float:
            return ratio(self.rounds, ADDSUP.name, base.name, figure)

        found = [
            Promise(
                f"{each.size:,} texts in process, of scikit-learn's rate",
                each.ratio,
                bound,
                is_least=True,
            )
            for each, bound in zip(self.in_process, (14, 4.5, 4.5), strict=True)
        ]
        if PLAIN_FLASK in self.contenders:
            found += [
                Promise(
                    "requests/s, of plain Flask's", of(PLAIN_FLASK, "rate"), 1.5, is_least=True
                ),
                Promise("CPU a request, of plain Flask's", of(PLAIN_FLASK, "cpu"), 0.65),
                Promise("p99, of plain Flask's", of(PLAIN_FLASK, "p99"), 1),
            ]
        if FASTAPI in self.contenders:
            size = self.installed[ADDSUP.name] / self.installed[FASTAPI.name]
            found += [
                Promise("requests/s, of FastAPI's", of(FASTAPI, "rate"), 3, is_least=True),
                Promise("cold start, of FastAPI's", of(FASTAPI, "cold_start"), 0.25),
                Promise("memory, of FastAPI's", of(FASTAPI, "megabytes"), 0.35),
                Promise("installed size, of FastAPI's", size, 0.5),
            ]
        return found

    def document(self) -> str:
        """The page docs/benchmark.md."""
        return DOCUMENT.format(
            cores=os.cpu_count(),
            system=platform.system(),
            machine=platform.machine(),
            python=platform.python_version(),
            rounds=len(self.rounds),
            relative=self.relative(),
            absolute=self.absolute(),
            in_process=self.without_http(),
            promises=markdown(
                ("", "measured", "promised", ""), [each.row for each in self.promises()]
            ),
        )


def exit_status(promises: Iterable[Promise]) -> int:
    """1 if one of *promises* is missed, which is printed; else 0."""
    missed = [each for each in promises if not each.is_kept]
    for each in missed:
        print(f"Missed: {each.what} is {each.row[1]}, not {each.row[2]}.", file=sys.stderr)
    return 1 if missed else 0


def digits(value: float) -> str:
    """Three significant digits, or all those of a thousand and more."""
    return f"{value:,.0f}" if value >= 100 else f"{value:#.3g}".rstrip(".")


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column is text and whose others are figures."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
