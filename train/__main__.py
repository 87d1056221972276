"""`python -m train`: labelled text -> fitted pipeline, honest figures, a model file if asked."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from tqdm import tqdm

from export.candidate import Candidate
from export.curves import Learned, Unseen
from export.errors import ExportError
from export.kept import keep
from export.publish import publish
from server.manifest import DataSet, Figures, HeldOut
from server.text import Normaliser
from train import evaluate, learning, metrics, report
from train.data import LabelledText, imdb_sentences, load_labelled_text
from train.errors import TrainError
from train.pipeline import MAX_FEATURES, make_pipeline, tune, tuner
from train.wordnet import WordNet, stop_words

Item = TypeVar("Item")

PROTOCOL = (
    "{} x 10-fold stratified cross-validation; vocabulary, idf and tuning see the training folds "
    "only; 95 % intervals of the corrected resampled t test, of the bootstrap for the calibration "
    "error."
)
HOLD_OUT_ONLY = "One random split: fitted and tuned on 80 %, asked on the other 20 %."
IMDB_LICENCE = "CC BY 4.0 (Kotzias et al., KDD 2015)"


@dataclass(frozen=True, slots=True)
class Options:
    """The command line, parsed."""

    data: Path | None
    text_column: str | None
    label_column: str | None
    licence: str
    seed: int
    repeats: int
    export: Path | None
    keep: Path | None
    quiet: bool
    command: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    options = parse(arguments)
    try:
        train(options)
    except (TrainError, ExportError) as error:
        print(f"python -m train: {error}", file=sys.stderr)
        return 1
    return 0


def parse(arguments: Sequence[str] | None) -> Options:
    """Read the command line; exits with a sentence on a wrong one."""
    parser = argparse.ArgumentParser("python -m train", description=__doc__)
    add = parser.add_argument
    add(
        "--data",
        type=Path,
        metavar="FILE",
        help="labelled text: .tsv, .csv, .jsonl "
        "(default: the 1,000 IMDb sentences of the article, fetched and cached)",
    )
    add("--text-column", metavar="NAME", help="column that holds the text")
    add("--label-column", metavar="NAME", help="column that holds the label")
    add("--licence", default="not stated", help="licence of --data, for the model card")
    add("--seed", type=int, default=0, help="of every random split (default: %(default)s)")
    add(
        "--repeats",
        type=int,
        default=3,
        metavar="N",
        help="of the 10-fold cross-validation (default: %(default)s; 0 leaves it out)",
    )
    add("--export", type=Path, metavar="FILE.onnx", help="prove and write the model file")
    add("--keep", type=Path, metavar="FILE.skops", help="keep the pipeline for `python -m export`")
    add("--quiet", action="store_true", help="no progress bars")
    typed = sys.argv[1:] if arguments is None else arguments
    command = shlex.join(["python", "-m", "train", *typed])
    return Options(**vars(parser.parse_args(typed)), command=command)


def train(options: Options) -> None:
    """Load, clean, fit the article's pipeline and the tuned one, print, and hand over."""
    labelled = load(options)
    wordnet = WordNet.load(progress=not options.quiet)
    normaliser = Normaliser(stop_words(progress=not options.quiet), wordnet.lemmatize)
    texts = [normaliser.normalise(text) for text in bar(labelled.texts, "cleaning", options)]
    parts = evaluate.split(texts, labelled.labels, options.seed)
    print(f"{labelled.name}: {len(texts):,} texts, {len(parts.test_texts):,} of them held out")
    evaluate_article(parts)
    var_smoothing, held_out = evaluate_tuned(parts, options)
    figures, folds = cross_validate(texts, labelled.labels, held_out, options)
    candidate = Candidate(
        pipeline=make_pipeline(var_smoothing).fit(texts, labelled.labels),
        normaliser=normaliser,
        irregular=frozenset(wordnet.exceptions),
        reviews=labelled.texts,
        data=describe(labelled, options),
        figures=figures,
        parameters={"var_smoothing": var_smoothing, "max_features": MAX_FEATURES},
    )
    hand_over(candidate, unseen(candidate, texts, labelled.labels, folds, options), options)


def load(options: Options) -> LabelledText:
    """The labelled text asked for, or the article's."""
    if options.data is None:
        return imdb_sentences(progress=not options.quiet)
    return load_labelled_text(options.data, options.text_column, options.label_column)


def bar(items: Iterable[Item], what: str, options: Options, total: int | None = None) -> tqdm[Item]:
    """*items*, with a progress bar on stderr that appears after a second."""
    return tqdm(items, what, total, disable=options.quiet, delay=1, leave=False)


def evaluate_article(parts: evaluate.Split) -> None:
    """Fit with the article's settings and print what the article prints."""
    fitted = make_pipeline().fit(parts.train_texts, parts.train_labels)
    print(f"\nThe article's settings\n{report.confusion(evaluate.hold_out(fitted, parts))}")


def evaluate_tuned(parts: evaluate.Split, options: Options) -> tuple[float, evaluate.HoldOut]:
    """Choose var_smoothing on the training part, fit on it, and print the same."""
    var_smoothing = tune(parts.train_texts, parts.train_labels, options.seed)
    fitted = make_pipeline(var_smoothing).fit(parts.train_texts, parts.train_labels)
    held_out = evaluate.hold_out(fitted, parts)
    print(f"\nTuned: var_smoothing={var_smoothing:g}\n{report.confusion(held_out)}")
    return var_smoothing, held_out


def cross_validate(
    texts: Sequence[str], labels: Sequence[str], held_out: evaluate.HoldOut, options: Options
) -> tuple[Figures, list[metrics.Fold]]:
    """The figures of the whole recipe, tuning included, and the folds that they come from."""
    classes = sorted(set(labels))
    held = HeldOut(sum(map(sum, held_out.confusion)), held_out.accuracy, held_out.confusion)
    if not options.repeats:
        return metrics.figures([], classes, held, HOLD_OUT_ONLY), []
    parts = evaluate.ten_folds(options.repeats, options.seed)
    folds = evaluate.cross_validate(tuner(options.seed), texts, labels, parts)
    done = list(bar(folds, "cross-validation", options, parts.get_n_splits()))
    found = metrics.figures(done, classes, held, PROTOCOL.format(options.repeats))
    print(f"\n{report.figures(found)}")
    return found, done


def unseen(
    candidate: Candidate,
    texts: Sequence[str],
    labels: Sequence[str],
    folds: Sequence[metrics.Fold],
    options: Options,
) -> Unseen | None:
    """What the model card draws beyond the figures; nothing without cross-validation."""
    if not folds or not options.export:
        return None
    fits = learning.learn(candidate.pipeline, texts, labels, options.seed)
    total = learning.FOLDS * len(learning.sizes(labels))
    curve = learning.curve(list(bar(fits, "learning curve", options, total)))
    return Unseen(
        truth=np.concatenate([fold.truth for fold in folds]),
        probabilities=np.concatenate([fold.probabilities for fold in folds]),
        learning=[Learned(reviews, accuracy) for reviews, accuracy in curve],
    )


def describe(labelled: LabelledText, options: Options) -> DataSet:
    """What the model file says of its data."""
    return DataSet(
        name=labelled.name,
        sha256=labelled.sha256,
        reviews=len(labelled),
        reviews_by_label=dict(sorted(Counter(labelled.labels).items())),
        licence=options.licence if options.data else IMDB_LICENCE,
    )


def hand_over(candidate: Candidate, found: Unseen | None, options: Options) -> None:
    """Export and keep the candidate, as far as asked."""
    if options.keep:
        keep(candidate, options.keep)
        print(f"\nKept for `python -m export`: {options.keep}")
    if options.export:
        print(f"\n{publish(candidate, options.export, options.command, found)}")


if __name__ == "__main__":
    sys.exit(main())
