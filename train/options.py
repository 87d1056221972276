"""Options of training: what is trained on, how, and within which bounds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from addsup.tables.dialect import AS_FOUND, Dialect
from addsup.tables.storage import ADDRESS, WILD


@dataclass(frozen=True, slots=True)
class RowPolicy:
    """Policy for rows and labels that are not as they should be; by default, refuse or keep them.

    Attributes:
        skip_empty: whether rows without text or label are left out.
        join_labels: whether labels that differ in case, white space or form alone are one.
        drop_rare: labels with fewer rows are left out.
    """

    skip_empty: bool = False
    join_labels: bool = False
    drop_rare: int = 0


#: Empty rows are refused, and labels kept as they are.
REFUSE = RowPolicy()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainOptions:
    """Options of training and of comparing classifiers.

    Attributes:
        data: file, folder, glob or address of labelled text; None for the article's sentences.
        test_data: file to test on; None to hold a part of the data out.
        text_column: holds the text; None for the usual names.
        label_column: holds the label; None for the usual names.
        dialect: how tables of text are written.
        policy: what is done with empty rows and odd labels.
        licence: of the data, for the model card.
        analyzer: "article", "unicode", or None to choose by what is in the texts.
        language: of the texts, as two letters; None if unknown.
        stem: whether words become their stems.
        classifier: a key of `addsup.train.classifiers.KINDS`, or "auto" for the best of them; None
            for the article's without data, and "auto" for others.
        tune: whether to search for the best settings.
        metric: a key of `addsup.train.metrics.losses.METRICS`.
        max_terms: terms that a model counts at most.
        max_memory: bytes that a setting may need to be tried.
        max_minutes: for everything that is fitted.
        seed: of every random split.
        repeats: of the 10-fold cross-validation; None for as many as time allows.
        for_card: whether to measure what only the model card shows, such as the learning curve.
        scheduler: address of a Dask cluster; None for this machine.
        quiet: whether to do without progress bars.
        command: what a person types to train the same model again.
    """

    data: str | None = None
    test_data: Path | None = None
    text_column: str | None = None
    label_column: str | None = None
    dialect: Dialect = AS_FOUND
    policy: RowPolicy = REFUSE
    licence: str = "not stated"
    analyzer: str | None = None
    language: str | None = None
    stem: bool = False
    classifier: str | None = None
    tune: bool = True
    metric: str = "log-loss"
    max_terms: int = 50_000
    max_memory: int
    max_minutes: float = 10.0
    seed: int = 0
    repeats: int | None = None
    for_card: bool = True
    scheduler: str | None = None
    quiet: bool = False
    command: str = "addsup train"

    @property
    def kind(self) -> str:
        """The classifier: a key of `KINDS`, or "auto"."""
        return self.classifier or ("auto" if self.data and self.tune else "gaussian")

    @property
    def is_out_of_core(self) -> bool:
        """Whether the data are many files, or at an address, or a cluster is to read them."""
        if self.data is None or re.match("https?:", self.data):
            return False
        path = Path(self.data)
        many = path.is_dir() or (WILD.search(self.data) and not path.exists())
        return bool(self.scheduler or many or ADDRESS.match(self.data))
