"""The command line of `addsup train`."""

from __future__ import annotations

import argparse
import re
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from addsup.tables.listing import WILD
from addsup.tables.storage import ADDRESS
from addsup.train.classifiers import KINDS
from addsup.train.metrics.losses import METRICS
from addsup.train.text.languages import LANGUAGES
from addsup.train.tuning.bounds import MAX_MINUTES, MAX_TERMS, Bounds, machine_memory

DESCRIPTION = "Labelled text -> fitted pipeline, honest figures, a model file if asked."
TASKS = "train (the default) makes one model; compare prints a table of all classifiers"


@dataclass(frozen=True, slots=True)
class Options:
    """The command line, parsed; `typed` is what was typed."""

    task: str
    data: str | None
    test_data: Path | None
    text_column: str | None
    label_column: str | None
    licence: str
    analyzer: str | None
    language: str | None
    stem: bool
    classifier: str
    tune: bool
    metric: str
    max_terms: int
    max_memory: int
    max_minutes: float
    seed: int
    repeats: int | None
    export: Path | None
    keep: Path | None
    output: Path | None
    scheduler: str | None
    quiet: bool
    typed: str

    @property
    def is_out_of_core(self) -> bool:
        """Whether the data are many files, or at an address, or a cluster is to read them."""
        if self.data is None or re.match("https?:", self.data):
            return False
        path = Path(self.data)
        many = path.is_dir() or (WILD.search(self.data) and not path.exists())
        return bool(self.scheduler or many or ADDRESS.match(self.data))

    @property
    def bounds(self) -> Bounds:
        """How much tuning may take."""
        return Bounds(self.max_terms, self.max_memory, self.max_minutes)


def parse(arguments: Sequence[str] | None) -> Options:
    """Read the command line; exits with a sentence on a wrong one."""
    parser = argparse.ArgumentParser("addsup train", description=DESCRIPTION)
    parser.add_argument(
        "task", nargs="?", choices=("train", "compare"), default="train", help=TASKS
    )
    parser.add_argument("--quiet", action="store_true", help="no progress bars")
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="train on the workers of a Dask cluster, such as tcp://10.0.0.1:8786",
    )
    _add_data(parser.add_argument_group("data"))
    _add_reading(parser.add_argument_group("reading"))
    _add_method(parser.add_argument_group("method"))
    _add_bounds(parser.add_argument_group("bounds"))
    _add_results(parser.add_argument_group("results"))
    typed = sys.argv[1:] if arguments is None else arguments
    return Options(
        **vars(parser.parse_args(typed)),
        typed=shlex.join(["addsup", "train", *typed]),
    )


def _add_data(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--data",
        metavar="FILE",
        help="labelled text: .tsv, .csv, .jsonl, .parquet, also .gz or a .zip of one; - is stdin; "
        "a folder, a glob in quotes or an address (s3://) need not fit in memory (default: the "
        "article's 1,000 IMDb sentences, fetched and cached)",
    )
    group.add_argument(
        "--test-data", type=Path, metavar="FILE", help="test on this instead of holding 20 %% out"
    )
    group.add_argument("--text-column", metavar="NAME", help="column that holds the text")
    group.add_argument("--label-column", metavar="NAME", help="column that holds the label")
    group.add_argument("--licence", default="not stated", help="of --data, for the model card")


def _add_reading(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--analyzer",
        choices=("article", "unicode"),
        help="the article's letters a to z, or words of any alphabet (default: by what is in the "
        "texts)",
    )
    group.add_argument(
        "--language",
        choices=LANGUAGES,
        help="of the texts: drops its stop words, and for English takes WordNet's lemmas",
    )
    group.add_argument(
        "--stem", action="store_true", help="count stems of words, by NLTK's Snowball stemmer"
    )


def _add_method(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--classifier", choices=KINDS, default="gaussian", help="(default: %(default)s)"
    )
    group.add_argument(
        "--tune",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="search for the best settings; if not, take the article's, which is faster",
    )
    group.add_argument(
        "--repeats",
        type=_repeats,
        metavar="N",
        help="of the 10-fold cross-validation (default: 3, or less where that is within "
        "--max-minutes; 0 leaves it and the further splits out)",
    )
    group.add_argument(
        "--metric",
        choices=METRICS,
        default="log-loss",
        help="what the settings are ranked by; macro-f1 counts rare labels like others "
        "(default: %(default)s)",
    )
    group.add_argument(
        "--seed", type=int, default=0, help="of every random split (default: %(default)s)"
    )


def _add_bounds(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--max-terms",
        type=_positive,
        default=MAX_TERMS,
        metavar="N",
        help="that a model counts; the commonest are kept (default: %(default)s)",
    )
    group.add_argument(
        "--max-memory",
        type=_bytes,
        default=machine_memory() // 2,
        metavar="SIZE",
        help="that a setting may need to be tried, as in 800M or 4G (default: half of the "
        "machine's)",
    )
    group.add_argument(
        "--max-minutes",
        type=_minutes,
        default=MAX_MINUTES,
        metavar="N",
        help="for everything that is fitted; fewer evaluations, then fewer settings keep within "
        "it (default: %(default)g)",
    )


def _add_results(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--export", type=Path, metavar="FILE.onnx", help="prove and write the model file"
    )
    group.add_argument(
        "--keep", type=Path, metavar="FILE.skops", help="keep the pipeline for `addsup export`"
    )
    group.add_argument(
        "--output",
        type=Path,
        metavar="MODEL.compare.json",
        help="keep what compare prints; beside MODEL.onnx, the model card shows it",
    )


def _repeats(typed: str) -> int:
    if not typed.isascii() or not typed.isdigit():
        raise argparse.ArgumentTypeError(f"{typed!r} is not a whole number from 0 on")
    return int(typed)


def _positive(typed: str) -> int:
    if not typed.isascii() or not typed.isdigit() or not int(typed):
        raise argparse.ArgumentTypeError(f"{typed!r} is not a whole number from 1 on")
    return int(typed)


def _minutes(typed: str) -> float:
    try:
        minutes = float(typed)
    except ValueError:
        minutes = 0
    if not 0 < minutes < float("inf"):
        raise argparse.ArgumentTypeError(f"{typed!r} is not a number of minutes above 0")
    return minutes


def _bytes(typed: str) -> int:
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([kMGT]?)B?", typed)
    if not found or not (number := float(found[1])):
        raise argparse.ArgumentTypeError(f"{typed!r} is not a size such as 800M or 4G")
    return int(number * 1000 ** " kMGT".index(found[2] or " "))
