"""Benchmark document: measures everything and writes docs/benchmark.md, with its plot."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from string import Template
from typing import Final

from addsup.inference.model import Model

from bench.in_process import comparison, length, steps
from bench.machine import DISTURBED
from bench.markdown import markdown
from bench.places import DOCS, MODEL, ROOT
from bench.report import limits, table
from bench.report.limits import Limit
from bench.serving import balance, pickles, rounds
from bench.serving.contenders import CEILING, SERVER, Contender
from bench.serving.rounds import MOST_REPEATED, Results, cpu, progress
from bench.workloads import Workload, workloads

BENCHMARK: Final = DOCS / "benchmark.md"
PLOT: Final = DOCS / "length.svg"
README: Final = ROOT / "README.md"

TEXT: Final = Template("""\
# Benchmark

What `make bench` measured, the last time it was run: $cores cores, which wrk shared, $system,
Python $python, rounds: $rounds, of which peers take part in the first $peers. In each round each
server is started, asked and stopped before the next, alone. Times depend on the machine, so what
counts are the ratios; those are medians of the ratios within a round, and all other figures are
medians over the rounds.

$calm

All have two worker processes. All that classify do the same work (clean, lemmatise, tf-idf,
Gaussian naive Bayes, the same settings), and have told a good review from a bad one before they are
measured. Plain Flask is stock Gunicorn with gthread workers of four threads; it is no ceiling, for
this server's worker hands no request from thread to thread, and answers ordinary ones before Flask.
A request that fails makes the run fail. $absent

## In short

As multiples of this server:

$short
## Must show

What is missed by a factor of more than $margin fails `make bench`; a time that is no ratio may be
missed by more ($margin_of_times), for it depends on the machine.

$limits
## Start, memory, size

What runs NLTK also needs its WordNet, 35 MB. Byte code counts. This server's site-packages are
those of the container, without what the wheels carry and serving never touches (`image/trim.py`).

$costs
$loads
## Inside a request

$steps
`label` is from probabilities to the label and the numbers of words; `run` is the ONNX graph.

## In process

Clean and predict, without HTTP; scikit-learn with NLTK as the peers run it. In brackets: what part
of this server's rate that is. fastText (its defaults) and HashingVectorizer with SGDClassifier read
the same texts, without stop words or lemmas; `scan` is one pass of `re.findall` and `dict.get` over
them, which is the least that reading costs in Python.

$in_process
## Length of a review

![Milliseconds of a prediction by characters of its review, with a straight line](length.svg)

R squared of the line: $r_squared. $slope microseconds for each 1,000 characters.

## Where connections land

$balances""")


@dataclass(frozen=True)
class Findings:
    """All that was measured in one run."""

    contenders: Sequence[Contender]
    workloads: Sequence[Workload]
    rounds: int
    results: Results
    balances: dict[str, balance.Balance]
    steps: list[steps.Step]
    in_process: list[comparison.InProcess]
    costs: length.Costs

    def limits(self) -> list[Limit]:
        """What must be shown, as far as it was measured."""
        requests = limits.of_requests(self.results)
        return [*requests, *limits.of_size(), *limits.in_process(self.in_process, self.costs)]


def measure(contenders: Sequence[Contender], number: int, seconds: int) -> Findings:
    """Measure *contenders* in a number of rounds.

    Raises:
        BenchmarkError: a server did not start, answered wrongly or failed, or wrk is missing.
    """
    pickles.make()
    chosen = workloads()
    results = rounds.measure(contenders, chosen, number, seconds)
    progress("where connections land")
    balances = {each.name: balance.measure(each, chosen[0]) for each in (SERVER, CEILING)}
    progress("in this process")
    model = Model.load(MODEL)
    step, cost = steps.measure(model), length.measure(model)
    return Findings(
        contenders, chosen, number, results, balances, step, comparison.measure(model), cost
    )


def keep(found: Findings) -> str:
    """Write the document, the plot and the README's table; returns the document."""
    text = document(found)
    BENCHMARK.write_text(text)
    PLOT.write_bytes(length.plot(found.costs))
    short = table.ratio_table(found.results, found.contenders)
    README.write_text(with_table(README.read_text(), short))
    return text


def with_table(readme: str, short: str) -> str:
    """*readme* with the table *short* where its `HEAD` stands."""
    before, head, after = readme.partition(table.HEAD)
    old = head + after.partition("\n\n")[0] + "\n"
    return before + readme[len(before) :].replace(old, short, 1) if head else readme


def document(found: Findings) -> str:
    """Everything as Markdown."""
    slope, _, r_squared = found.costs.line()
    return TEXT.substitute(
        cores=os.cpu_count(),
        system=f"{platform.system()} on {platform.machine()}",
        python=platform.python_version(),
        rounds=found.rounds,
        peers=min(found.rounds, rounds.ROUNDS_OF_PEERS),
        absent=absent(found.results),
        calm=calm(found.results),
        margin=limits.MARGIN,
        margin_of_times=limits.MARGIN_OF_TIMES,
        short=table.ratio_table(found.results, found.contenders),
        limits=limit_table(found.limits()),
        costs=table.cost_table(found.results, found.contenders),
        loads=loads(found),
        steps=table.step_table(found.steps, 1000 * found.results.median("server", cpu("single"))),
        in_process=table.in_process_table(found.in_process),
        r_squared=f"{r_squared:.4f}",
        slope=f"{1e6 * slope:.0f}",
        balances=table.balance_table(found.balances, found.contenders),
    )


def loads(found: Findings) -> str:
    """A chapter for each workload."""
    chapters = []
    for each in found.workloads:
        connections = f"{each.connections} connection" + "s" * (each.connections > 1)
        title = f"{each.title[0].upper()}{each.title[1:]}, {connections}"
        chapters.append(f"## {title}\n\n{table.load_table(found.results, found.contenders, each)}")
    return "\n".join(chapters)


def limit_table(found: Sequence[Limit]) -> str:
    """Each promise with what was seen."""
    return markdown(["", "seen", "promised", ""], [each.row for each in found])


def absent(results: Results) -> str:
    """Who could not be measured, and why."""
    if not results.absent:
        return ""
    return f"Not measured, and so not among the peers below: {', '.join(results.absent.values())}."


def calm(results: Results) -> str:
    """How often the machine was disturbed."""
    again = ", ".join(f"{each:.1%}" for each in results.discarded)
    return (
        f"A round in which others (processes or guests of the machine) had {DISTURBED:.0%} of its\n"
        f"processor time is measured again, up to {MOST_REPEATED} times: here {again or 'none'}."
        f" In those that count they\nhad at most {max(results.others):.2%}."
    )
