"""The tables, and that the README's is the one in docs/benchmark.md."""

from __future__ import annotations

from bench.in_process import steps
from bench.places import DOCS
from bench.report import document, table
from bench.serving.balance import Balance
from bench.serving.contenders import ARTICLE, CEILING, SERVER
from bench.serving.rounds import Load, Results, Round
from bench.workloads import Workload
from server.settings import ROOT

SINGLE = Workload("single", "one review", {"review": "Fine."}, 16)
BATCH = Workload("batch", "100 reviews", {"reviews": ["Fine."] * 100}, 16, 100)


def results() -> Results:
    slow, fast = Load(1500, 5.04, 20.1, 0.625), Load(3000, 2.5, 10.04, 0.5)
    return Results(
        {
            SERVER.name: [Round(0.3, 99.6, {"single": slow, "batch": slow})],
            CEILING.name: [Round(0.2, 60, {"single": fast, "batch": fast})],
            ARTICLE.name: [Round(5, 500, {"single": slow})],
        }
    )


def test_line_has_medians_and_multiples_of_plain_flask() -> None:
    row = table.load_row(results(), SERVER, SINGLE)

    assert row[1:] == ["1,500", "0.50", "5.04", "20.1", "0.62", "1.25"]


def test_batches_are_counted_in_reviews_and_leave_out_who_takes_none() -> None:
    text = table.load_table(results(), [SERVER, CEILING, ARTICLE], BATCH)

    head, _, *rows = text.splitlines()
    assert "reviews/s" in head
    assert [row.split(" | ")[1] for row in rows] == ["150,000", "300,000"]


def test_peer_that_answers_nobody_in_time_keeps_its_line_and_says_so() -> None:
    slow = results()
    long = Workload("long", "one long review", {"review": "Fine. " * 1500}, 16)

    text = table.load_table(slow, [ARTICLE], long)

    assert text.splitlines()[2:] == [
        f"| {ARTICLE.title} | too slow to be measured | - | - | - | - | - |"
    ]


def test_uneven_tries_are_counted() -> None:
    balance = Balance((8, 9, 12, 16, *[8] * 16))

    text = table.balance_table({SERVER.name: balance}, [SERVER, CEILING])

    assert text.splitlines()[2:] == [f"| {SERVER.title} | 8 | 16 | 2 of 20 |"]


def test_shares_of_the_steps_add_up() -> None:
    took = {"decode": 1, "clean": 4, "tensor": 1, "run": 30, "predict": 38, "encode": 1}

    found = steps.steps({name: 1e-6 * value for name, value in took.items()})

    assert [round(step.microseconds) for step in found] == [1, 4, 1, 30, 3, 1]
    assert round(sum(step.share for step in found), 9) == 1


def test_table_of_the_readme_is_the_one_of_the_last_run() -> None:
    document = (DOCS / "benchmark.md").read_text()
    short = document.partition("As multiples of this server:\n\n")[2].partition("\n\n")[0]

    assert short.startswith("| ")
    assert short in (ROOT / "README.md").read_text()


def test_only_the_table_of_the_readme_is_replaced() -> None:
    readme = f"# Title\n\n{table.HEAD}| old |\n\nAfter.\n\n| other |\n"

    text = document.with_table(readme, f"{table.HEAD}| new |\n")

    assert text == f"# Title\n\n{table.HEAD}| new |\n\nAfter.\n\n| other |\n"
