"""Options that commands share, and how a command's help lists its options in sections."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from addsup.train.data.labelled import LabelledText
    from addsup.train.options import TrainOptions

Decorator = Callable[[Any], Any]

#: Keys of `addsup.train`'s tables, which would take seconds to import for a line of help.
CLASSIFIERS: Final = ("gaussian", "multinomial", "complement", "bernoulli", "logistic", "svm")
METRICS: Final = ("log-loss", "accuracy", "macro-f1")

FILE: Final = click.Path(path_type=Path)


class Sections(click.Command):
    """Command whose options are listed in sections."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record and isinstance(parameter, click.Option):
                title = getattr(parameter, "section", "Options")
                sections.setdefault(title, []).append(record)
        sections["Options"] = sections.pop("Options")  # those without a section come last
        for title, records in sections.items():
            with formatter.section(title):
                formatter.write_dl(records)


class SectionOption(click.Option):
    """Option with the section of the help that it is listed in."""

    def __init__(self, *names: Any, section: str, **attributes: Any) -> None:
        super().__init__(*names, **attributes)
        self.section = section


class Size(click.ParamType[int]):
    """A number of bytes, as in 800M or 4G."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([kMGT]?)B?", value)
        if not found or not float(found[1]):
            self.fail(f"{value!r} is not a size such as 800M or 4G.", param, ctx)
        return int(float(found[1]) * 1000 ** " kMGT".index(found[2] or " "))


def option(section: str, *names: str, **attributes: Any) -> Decorator:
    """An option that the help lists in *section*."""
    return click.option(*names, cls=SectionOption, section=section, **attributes)


def options(*decorators: Decorator) -> Decorator:
    """Several decorators as one, in the order of reading."""
    return lambda function: reduce(lambda made, each: each(made), reversed(decorators), function)


QUIET: Final = click.option("--quiet", is_flag=True, help="Show no progress bars.")

COLUMNS: Final = options(
    option("Data", "--text-column", metavar="NAME", help="Column that holds the text."),
    option("Data", "--label-column", metavar="NAME", help="Column that holds the label."),
)

#: The argument DATA of training, which may be given as an option, too; and its columns.
TRAINING_DATA: Final = options(
    click.argument("data", required=False),
    option("Data", "--data", "named", metavar="DATA", help="The same as the argument DATA."),
    COLUMNS,
)

READING: Final = options(
    option(
        "Reading",
        "--analyzer",
        type=click.Choice(("article", "unicode")),
        help="The article's letters a to z, or words of any alphabet (default: by what is in the "
        "texts).",
    ),
    option(
        "Reading",
        "--language",
        metavar="CODE",
        callback=lambda ctx, param, value: value and _language(ctx, param, value),
        help="Of the texts, as in en or de: drops its stop words; for English, looks up WordNet's "
        "lemmas.",
    ),
    option("Reading", "--stem", is_flag=True, help="Count stems of words (NLTK's Snowball)."),
)

METHOD: Final = options(
    option(
        "Method",
        "--tune/--no-tune",
        default=True,
        help="Search for the best settings, or take the article's, which is faster.",
    ),
    option(
        "Method",
        "--metric",
        type=click.Choice(METRICS),
        default="log-loss",
        show_default=True,
        help="What settings are ranked by; macro-f1 counts rare labels like others.",
    ),
    option("Method", "--seed", default=0, show_default=True, help="Of every random split."),
)

BOUNDS: Final = options(
    option(
        "Bounds",
        "--max-terms",
        type=click.IntRange(1),
        default=50_000,
        show_default=True,
        metavar="N",
        help="Terms that a model counts; the commonest are kept.",
    ),
    option(
        "Bounds",
        "--max-memory",
        type=Size(),
        metavar="SIZE",
        help="That a setting may need to be tried, as in 800M or 4G (default: half of the "
        "machine's).",
    ),
    option(
        "Bounds",
        "--max-minutes",
        type=click.FloatRange(0, 100_000, min_open=True),
        default=10,
        show_default=True,
        metavar="N",
        help="For everything that is fitted; fewer evaluations, then fewer settings keep within "
        "it.",
    ),
)


def _language(ctx: click.Context, param: click.Parameter, code: str) -> str:
    from addsup.train.text.languages import LANGUAGES

    return str(click.Choice(tuple(LANGUAGES)).convert(code, param, ctx))


def train_options(given: dict[str, Any], **more: Any) -> TrainOptions:
    """The options of training that *given*, what was typed, stands for.

    Raises:
        click.UsageError: the data are given twice.
    """
    from addsup.train.options import TrainOptions
    from addsup.train.tuning.bounds import machine_memory

    data, named = given.pop("data"), given.pop("named")
    if data and named:
        raise click.UsageError("Give the data once: as an argument or with --data.")
    memory = given.pop("max_memory") or machine_memory() // 2
    typed = shlex.join(["addsup", *sys.argv[1:]])
    return TrainOptions(data=data or named, max_memory=memory, command=typed, **given, **more)


def read_labelled(data: str | None, given: dict[str, Any]) -> LabelledText:
    """The labelled text *data*: a file, a domain of the article's collection, or its IMDb part.

    Args:
        data: the file, imdb, amazon, yelp, or None.
        given: the options of the command: `COLUMNS` and `QUIET`.

    Raises:
        TrainError: it cannot be read, or is not to be had.
    """
    from addsup.train.data.dataset import load_labelled_text, sentences_of
    from addsup.train.data.resources import DOMAINS

    if data is None or (data in DOMAINS and not Path(data).exists()):
        return sentences_of(data or "imdb", progress=not given["quiet"])
    return load_labelled_text(Path(data), given["text_column"], given["label_column"])
