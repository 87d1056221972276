"""`addsup train`: labelled text -> honest figures and a model file, proved equal."""

from __future__ import annotations

import re
import shlex
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import click
from click import Option

from addsup.options import (
    BOUNDS,
    CLASSIFIERS,
    FILE,
    METHOD,
    QUIET,
    READING,
    TRAINING_DATA,
    Number,
    Sections,
    train_options,
)

if TYPE_CHECKING:
    from addsup.train.artifact import TrainedModel
    from addsup.train.options import TrainOptions

EPILOG: Final = """\
\b
Examples:
  addsup train mail.csv --text-column body --label-column kind
  addsup train 's3://bucket/mail/*.parquet' --export mail.onnx
  addsup train mail.csv --classifier logistic --no-tune --repeats 0
"""


SECTIONS: Final = {
    "Data": (
        *TRAINING_DATA,
        Option(["--test-data"], type=FILE, help="Test on this, not on a fifth."),
        Option(["--licence"], default="not stated", help="Of the data, for the model card."),
    ),
    "Reading": READING,
    "Method": (
        Option(
            ["--classifier"],
            type=click.Choice(("auto", *CLASSIFIERS)),
            metavar="KIND",
            help=f"{', '.join(CLASSIFIERS)}; or auto, the default for DATA: the one of least "
            "cross-validated loss. Without DATA it is the article's, gaussian.",
        ),
        *METHOD,
        Option(
            ["--repeats"],
            type=Number(0),
            help="Of the 10-fold cross-validation (default: 1 with --classifier auto, else 3, or "
            "less where --max-minutes asks for it; 0 leaves it out).",
        ),
    ),
    "Bounds": BOUNDS,
    "Results": (
        Option(
            ["--export"],
            type=FILE,
            help="Model file to write or replace (default: DATA's name with .onnx, in the current "
            "folder, unless it is there).",
        ),
        Option(["--no-export"], is_flag=True, help="Print figures; write no model file."),
        Option(["--keep"], type=FILE, help="Keep the pipeline, too (.skops), for `addsup export`."),
    ),
    "Options": (
        Option(["--scheduler"], metavar="ADDRESS", help="Of a Dask cluster: tcp://host:8786."),
        QUIET,
    ),
}


@click.command("train", cls=Sections, epilog=EPILOG, sections=SECTIONS)
@click.argument("data", required=False)
def command(export: Path | None, no_export: bool, keep: Path | None, **given: Any) -> None:
    """Train a model on labelled text, and write its file.

    What is printed says how good it is on texts that it has not seen.

    DATA is a .csv, .tsv, .jsonl or .parquet file, also .gz or a .zip of one; - is standard input. A
    folder, a glob in quotes or an address (s3://...) need not fit in memory. Without DATA, the
    1,000 IMDb sentences of the article that this project follows are fetched and trained on.
    """
    if export and no_export:
        raise click.UsageError("--export and --no-export exclude each other.")
    options = train_options(given, for_card=bool(keep or not no_export))
    path = export or default_path(options.data)
    if path.exists() and not (export or no_export):
        raise click.UsageError(
            f"{path} is there already: give --export {path} to replace it, or another name."
        )

    from threadpoolctl import threadpool_limits

    from addsup.train.data.layouts import layout_of
    from addsup.train.in_memory.training import train_in_memory
    from addsup.train.out_of_core.training import train_in_passes

    fits = not options.scheduler and options.data and layout_of(options.data)
    in_passes = options.is_out_of_core and not fits
    # The matrices are small: several threads would only wait for each other.
    with threadpool_limits(1):
        trained = (train_in_passes if in_passes else train_in_memory)(options)

    if keep:
        from addsup.train.artifact import keep as keep_pipeline

        keep_pipeline(trained, keep)
        click.echo(f"\nKept for `addsup export`: {keep}")
    if not no_export:
        _publish(trained, path, options)


def default_path(data: str | None) -> Path:
    """The model file for *data*, in the current folder: its name without suffixes, with .onnx."""
    if data is None:
        return Path("sentiment.onnx")
    parts = [
        part for part in PurePosixPath(urlsplit(data).path).parts if not re.search(r"[*?[]", part)
    ]
    stem = parts[-1].partition(".")[0] if parts else ""
    return Path(f"{stem.strip('-/') or 'model'}.onnx")


def _publish(trained: TrainedModel, path: Path, options: TrainOptions) -> None:
    """Prove and write the model file; the last line says how to serve it."""
    from addsup.export.publish import publish
    from addsup.train.progress import bar

    published = publish(
        trained, path, lambda steps: bar(steps, "comparing the graph with scikit-learn", options)
    )
    click.echo(f"\n{published}\nServe it: addsup serve {shlex.quote(str(path))}")
