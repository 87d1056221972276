"""Options of scoring: which texts, with which model, into which columns."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from addsup.tables.dialect import Dialect


@dataclass(frozen=True, slots=True)
class ScoreOptions:
    """Options of scoring.

    Attributes:
        model: the model file.
        input: a file, a folder, a glob, an address, or - for standard input.
        output: a file for one input, else a folder or an address; - for standard output.
        text_column: holds the text; None for the usual names.
        keep: columns to hand on; None for all but the text.
        keep_text: whether to hand the text on, too.
        input_format: where the name of the input does not say it.
        dialect: how tables of text are written.
        format: of the output; None for its name's, or the input's.
        prefix: what the names of the results begin with.
        explain: how many words to name that weigh most; 0 for none.
        limit: rows of each file; None for all.
        max_chars: characters that a text may have.
        processes: that classify.
        scheduler: address of a Dask cluster; None for this machine.
        fail_fast: whether to stop at the first file that cannot be read.
        quiet: whether to do without a progress bar.
    """

    model: Path
    input: str
    output: str
    text_column: str | None
    keep: tuple[str, ...] | None
    keep_text: bool
    input_format: str | None
    dialect: Dialect
    format: str | None
    prefix: str
    explain: int
    limit: int | None
    max_chars: int
    processes: int
    scheduler: str | None
    fail_fast: bool
    quiet: bool
