"""Tables of results in Markdown; ratios are medians of the ratios within one round."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bench.environments import megabytes_installed
from bench.in_process.comparison import InProcess
from bench.in_process.steps import Step
from bench.markdown import markdown
from bench.serving.balance import CONNECTIONS, TRIES, UNEVEN, Balance
from bench.serving.contenders import CEILING, SERVER, Contender
from bench.serving.rounds import Figure, Results, cold_start, cpu, memory, p50, p99, private, rate
from bench.workloads import Workload

ABSENT = "-"

RATIOS = ("times this server's", "requests/s", "CPU a request", "cold start", "memory", "installed")
#: The first line of the README's table.
HEAD = f"| {' | '.join(RATIOS)} |\n"

#: Who classifies in this process -> what the table calls it.
ANCHORS: Final = {
    "scikit_learn": "scikit-learn with NLTK",
    "server": "this server",
    "fasttext": "fastText",
    "hashing": "HashingVectorizer and SGD",
}


def load_table(results: Results, contenders: Sequence[Contender], workload: Workload) -> str:
    """Throughput, latency and CPU time of every contender under one workload."""
    unit = "requests/s" if workload.reviews == 1 else "reviews/s"
    head = [
        "",
        unit,
        "of plain Flask's",
        "p50 ms",
        "p99 ms",
        "CPU ms a request",
        "of plain Flask's",
    ]
    present = [
        each
        for each in contenders
        if each.name in results.rounds and (each.batches or workload.reviews == 1)
    ]
    return markdown(head, [load_row(results, each, workload) for each in present])


def load_row(results: Results, contender: Contender, workload: Workload) -> list[str]:
    """One contender's line."""
    name, key = contender.name, workload.key
    if key not in results.loads_of(name):  # in some round nobody was answered
        return [contender.title, "too slow to be measured", *[ABSENT] * 5]
    rates = results.median(name, rate(key)) * workload.reviews
    return [
        contender.title,
        number(rates),
        ratio(results, name, rate(key)),
        number(results.median(name, p50(key))),
        number(results.median(name, p99(key))),
        number(results.median(name, cpu(key))),
        ratio(results, name, cpu(key)),
    ]


def ratio(results: Results, name: str, figure: Figure) -> str:
    """A figure as a multiple of the ceiling's, if that was measured."""
    if CEILING.name not in results.rounds:
        return ABSENT
    return number(results.ratio(name, CEILING.name, figure))


def cost_table(results: Results, contenders: Sequence[Contender]) -> str:
    """Cold start, memory and size of every contender that was measured."""
    head = [
        "",
        "first correct prediction, s",
        "PSS of all processes, MB",
        "USS, MB",
        "site-packages, MB",
    ]
    rows = [
        [
            each.title,
            f"{results.median(each.name, cold_start):.2f}",
            f"{results.median(each.name, memory):.0f}",
            f"{results.median(each.name, private):.0f}",
            f"{megabytes_installed(each.requirements):.0f}",
        ]
        for each in contenders
        if each.name in results.rounds
    ]
    return markdown(head, rows)


def balance_table(balances: dict[str, Balance], contenders: Sequence[Contender]) -> str:
    """How evenly connections land on workers."""
    head = [
        f"{CONNECTIONS} connections at once, {TRIES} tries",
        "most on one worker: median",
        "worst",
        f"tries with {UNEVEN} or more",
    ]
    rows = [
        [
            each.title,
            str(sorted(balances[each.name].most)[TRIES // 2]),
            str(max(balances[each.name].most)),
            f"{balances[each.name].uneven} of {TRIES}",
        ]
        for each in contenders
        if each.name in balances
    ]
    return markdown(head, rows)


def step_table(steps: Sequence[Step], request: float | None) -> str:
    """The steps inside a request that costs *request* microseconds of CPU time as a whole."""
    rows = [[s.name, number(s.microseconds), f"{s.share:.0%}"] for s in steps]
    whole = sum(step.microseconds for step in steps)
    rows.append(["together", number(whole), "100%"])
    if request:
        rows.append(["CPU time of a request over HTTP", number(request), ""])
    return markdown(["step of one review of 100 characters", "microseconds", "share"], rows)


def in_process_table(measured: Sequence[InProcess]) -> str:
    """Cleaning and predicting in process."""
    head = ["reviews at a time", *(f"{name}, reviews/s" for name in ANCHORS.values()), "scan, MB/s"]
    rows = [
        [
            f"{each.reviews:,}",
            *(_rate_and_times(each, name) for name in ANCHORS),
            f"{each.bytes / each.anchors['scan']:.0f} (this server {each.bytes / each.server:.0f})",
        ]
        for each in measured
    ]
    return markdown(head, rows)


def _rate_and_times(measured: InProcess, name: str) -> str:
    """The rate of one of them, and how many times that this server's is."""
    took = {"server": measured.server, "scikit_learn": measured.scikit_learn, **measured.anchors}
    if name not in took:
        return "not measured"
    rate = number(1e6 / took[name])
    return rate if name == "server" else f"{rate} (1/{took[name] / measured.server:.1f})"


def ratio_table(results: Results, contenders: Sequence[Contender]) -> str:
    """The README's: what each contender is, as a multiple of this server."""
    own = megabytes_installed(SERVER.requirements)
    figures = [rate("single"), cpu("single"), cold_start, memory]
    rows = [
        [
            each.title,
            *[number(results.ratio(each.name, SERVER.name, figure)) for figure in figures],
            number(megabytes_installed(each.requirements) / own),
        ]
        for each in contenders
        if each.name in results.rounds
    ]
    return markdown(RATIOS, rows)


def number(value: float) -> str:
    """Three digits that count, and commas between thousands."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
