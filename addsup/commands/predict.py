"""`addsup predict`: label, probabilities and reasons of texts, in the terminal."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from addsup.options import FILE

if TYPE_CHECKING:
    from addsup.inference.predictions import Explanation, Prediction

#: Words that are listed; and columns of the longest bar.
MOST_WORDS: Final = 20
BAR: Final = 24

EPILOG: Final = """\
\b
Examples:
  addsup predict "What a waste of time, awful acting!"
  addsup predict --model mail.onnx --json <mails.txt >labels.jsonl
"""


@click.command("predict", epilog=EPILOG)
@click.argument("texts", nargs=-1, metavar="[TEXT]...")
@click.option("--model", type=FILE, help="Model file (default: the one that addsup has).")
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for each, as of /predict.")
def command(texts: tuple[str, ...], model: Path | None, as_json: bool) -> None:
    """Classify each TEXT, and say what each word adds to the log-odds.

    Without TEXT, each line of standard input is one. Colour is for terminals, unless NO_COLOR is
    set. For tables of texts, see `addsup score`.
    """
    import msgspec

    from addsup.inference.model import Model
    from addsup.models import SENTIMENT

    loaded = Model.load(model or SENTIMENT)
    color = False if os.environ.get("NO_COLOR") else None  # None: on a terminal
    for number, text in enumerate(typed_texts(texts)):
        if as_json:
            (prediction,) = loaded.predict([text])
            click.echo(msgspec.json.encode(prediction))
        else:
            ((prediction, why),) = loaded.explain([text])
            lines = [verdict(prediction), *(reasons(text, why) if why else ())]
            click.echo("\n".join([*([""] if number else []), *lines]), color=color)


def typed_texts(arguments: Iterable[str]) -> Iterator[str]:
    """The *arguments*, or else the lines of standard input; what is no UTF-8 becomes U+FFFD."""
    if arguments:
        for text in arguments:
            yield os.fsencode(text).decode(errors="replace")
        return
    if sys.stdin.isatty():
        click.echo("A text a line; Ctrl-D ends.", err=True)
    for line in sys.stdin.buffer:
        yield line.decode(errors="replace").rstrip("\r\n")


def verdict(prediction: Prediction) -> str:
    """The label and its probability, then those of the other labels; or why there is none."""
    if prediction.probabilities is None:
        return f"No label. {prediction.reason}"
    by_label = sorted(prediction.probabilities.items(), key=lambda each: -each[1])
    (label, probability), *others = by_label
    rest = ", ".join(f"{other} {share:.1%}" for other, share in others[:5])
    return f"{click.style(label, bold=True)} {probability:.1%} ({rest})"


def reasons(text: str, why: Explanation) -> Iterator[str]:
    """The table of contributions to the log-odds: words, intercept, and their sum.

    Args:
        text: as typed.
        why: the explanation of its label.
    """
    by_word: dict[str, float] = {}
    for each in why.words:
        if each.known:
            word = text[each.start : each.end].lower()
            by_word[word] = by_word.get(word, 0.0) + each.contribution
    ordered = sorted(by_word.items(), key=lambda each: -abs(each[1]))
    rows = ordered[:MOST_WORDS]
    if rest := ordered[MOST_WORDS:]:
        rows.append((f"{len(rest)} more words", sum(part for _, part in rest)))
    rows.append(("intercept", why.intercept))
    width = max(map(columns, [*dict(rows), "log-odds"]))
    longest = max(abs(part) for _, part in rows) or 1.0
    for name, part in rows:
        bar = "\u2588" * round(BAR * abs(part) / longest)
        shown = click.style(bar, fg="cyan" if part > 0 else "yellow")
        yield f"  {name}{' ' * (width - columns(name))}  {part:+7.2f}  {shown}".rstrip()
    sum_of = "log-odds" + " " * (width - len("log-odds"))
    yield f"  {sum_of}  {why.log_odds:+7.2f}  of {why.label} against {why.against}"


def columns(word: str) -> int:
    """Columns of a terminal that *word* takes: two for wide characters, none for combining ones."""
    return sum(
        0 if unicodedata.combining(each) else 1 + (unicodedata.east_asian_width(each) in "WF")
        for each in word
    )
