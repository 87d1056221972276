"""Options that commands share, and how a command's help lists its options in sections."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click import Option

if TYPE_CHECKING:
    from addsup.tables.dialect import Dialect
    from addsup.train.data.labelled import LabelledText
    from addsup.train.options import TrainOptions

#: Keys of `addsup.train`'s tables, which would take seconds to import for a line of help.
CLASSIFIERS: Final = tuple("gaussian multinomial complement bernoulli logistic svm nb-svm".split())
METRICS: Final = ("log-loss", "accuracy", "macro-f1")
LANGUAGES: Final = tuple("da de en es fi fr hu it kk nl no pt ru sv tr".split())

FILE: Final = click.Path(path_type=Path, dir_okay=False)


class Sections(click.Command):
    """Command whose help lists its options, with their defaults, in sections."""

    def __init__(
        self,
        *,
        params: Sequence[click.Parameter],
        sections: Mapping[str, Sequence[click.Option]],
        **attributes: Any,
    ) -> None:
        every = [option for options in sections.values() for option in options]
        defaults = {"show_default": True}
        super().__init__(params=[*params, *every], context_settings=defaults, **attributes)
        self.sections = {**sections, "Options": [*sections.get("Options", ()), HELP]}

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, options in self.sections.items():
            records = [option.get_help_record(ctx) for option in options]
            with formatter.section(title):
                formatter.write_dl([record for record in records if record])


class Number(click.IntRange):
    """A whole number that is not less than another."""

    name = "number"


class Size(click.ParamType[int]):
    """A number of bytes, as in 800M or 4G."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([kMGT]?)B?", value)
        if not found or not float(found[1]):
            self.fail(f"{value!r} is not a size such as 800M or 4G.", param, ctx)
        return int(float(found[1]) * 1000 ** " kMGT".index(found[2] or " "))


HELP: Final = Option(["--help"], is_flag=True, help="Show this message and exit.")
QUIET: Final = Option(["--quiet"], is_flag=True, help="Show no progress bars.")


def _one_character(ctx: click.Context, param: click.Parameter, typed: str | None) -> str | None:
    found = typed and typed.replace(r"\t", "\t")
    if found and len(found) != 1:
        raise click.BadParameter(f"{typed!r} is not one character.", ctx, param)
    return found


#: How tables are written, where that is not found or found wrongly.
DIALECT: Final = (
    Option(
        ["--separator"],
        metavar="C",
        callback=_one_character,
        help=r"Between cells, as in ; or \t (default: what the first rows show).",
    ),
    Option(["--no-quotes"], is_flag=True, help="Quotes are characters like others."),
    Option(["--no-header"], is_flag=True, help="Name the columns 1, 2, and so on."),
    Option(["--encoding"], metavar="NAME", help="Of the input (default: UTF-8)."),
)

COLUMNS: Final = (
    Option(["--text-column"], metavar="NAME", help="Column that holds the text."),
    Option(["--label-column"], metavar="NAME", help="Column that holds the label."),
    *DIALECT,
)

#: The data of training, which are its argument, too.
TRAINING_DATA: Final = (
    Option(["--data", "named"], metavar="DATA", help="The same as the argument DATA."),
    *COLUMNS,
    Option(["--skip-empty"], is_flag=True, help="Leave out rows without text or label."),
    Option(["--join-labels"], is_flag=True, help="Labels that look alike are one: Ham and ham."),
    Option(
        ["--drop-rare"],
        type=Number(0),
        default=0,
        help="Leave out labels with fewer texts.",
    ),
)

READING: Final = (
    Option(
        ["--analyzer"],
        type=click.Choice(("article", "unicode")),
        help="The article's letters a to z, or words of any alphabet (default: by the texts).",
    ),
    Option(
        ["--language"],
        type=click.Choice(LANGUAGES),
        metavar="CODE",
        help="Of the texts, as in en or de: drops stop words; en looks up WordNet's lemmas, too.",
    ),
    Option(["--stem"], is_flag=True, help="Count stems of words (NLTK's Snowball)."),
)

METHOD: Final = (
    Option(
        ["--tune/--no-tune"],
        default=True,
        help="Search for the best settings, or take the article's, which is faster.",
    ),
    Option(
        ["--metric"],
        type=click.Choice(METRICS),
        default="log-loss",
        help="What settings are ranked by; macro-f1 counts rare labels like others.",
    ),
    Option(["--seed"], default=0, help="Of every random split."),
)

BOUNDS: Final = (
    Option(
        ["--max-terms"],
        type=Number(1),
        default=50_000,
        help="Terms that a model counts; the commonest are kept.",
    ),
    Option(
        ["--max-memory"],
        type=Size(),
        help="That a setting may need, as in 800M or 4G (default: half of the machine's).",
    ),
    Option(
        ["--max-minutes"],
        type=click.FloatRange(0, 100_000, min_open=True),
        default=10,
        metavar="NUMBER",
        help="For all that is fitted; fewer evaluations, then fewer settings keep within it.",
    ),
)


def dialect_of(given: dict[str, Any]) -> Dialect:
    """The dialect that the options in `DIALECT`, which are taken out of *given*, stand for."""
    from addsup.tables.dialect import Dialect

    return Dialect(
        given.pop("separator"),
        False if given.pop("no_quotes") else None,
        not given.pop("no_header"),
        given.pop("encoding"),
    )


def train_options(given: dict[str, Any], **more: Any) -> TrainOptions:
    """The options of training that *given*, what was typed, stands for.

    Raises:
        click.UsageError: the data are given twice.
    """
    from addsup.train.options import RowPolicy, TrainOptions
    from addsup.train.tuning.bounds import machine_memory

    data, named = given.pop("data"), given.pop("named")
    if data and named:
        raise click.UsageError("Give the data once: as an argument or with --data.")
    memory = given.pop("max_memory") or machine_memory() // 2
    more["dialect"] = dialect_of(given)
    skip_empty, join_labels = given.pop("skip_empty"), given.pop("join_labels")
    more["policy"] = RowPolicy(skip_empty, join_labels, given.pop("drop_rare"))
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
    return load_labelled_text(
        Path(data), given["text_column"], given["label_column"], dialect_of(given)
    )
