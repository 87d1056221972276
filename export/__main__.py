"""`addsup export`: makes a model file from a kept pipeline, and looks after model files."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from addsup.export.publish import keep_evaluation, publish
from addsup.export.report import evaluation_text
from addsup.export.tools import evaluation, inspection, verify
from addsup.export.tools import model_diff as diff
from addsup.export.tools.signing import PASSWORD, sign
from addsup.inference.errors import AddsupError, ModelFileError
from addsup.inference.model import Model
from addsup.train.artifact import read_kept
from addsup.train.data.dataset import LabelledText, imdb_sentences, load_labelled_text, sentences_of
from addsup.train.data.resources import DOMAINS
from addsup.train.text.wordnet import WordNet, noun_lemmatizer

Options = argparse.Namespace


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    options = parser().parse_args(arguments)
    try:
        options.run(options)
    except AddsupError as error:
        print(f"addsup export {options.command}: {error}", file=sys.stderr)
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    """The command line: one sub-command for each thing to do."""
    whole = argparse.ArgumentParser("addsup export", description=__doc__)
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(run: Callable[[Options], None], *paths: str) -> argparse.ArgumentParser:
        name = run.__name__.removesuffix("_")
        added = commands.add_parser(name, help=run.__doc__, description=run.__doc__)
        added.set_defaults(run=run)
        for path in paths:
            added.add_argument(path.lower(), type=Path, metavar=path)
        added.add_argument("--quiet", action="store_true", help="no progress bars")
        return added

    command(convert, "KEPT", "MODEL")
    command(inspect, "MODEL").add_argument("--json", action="store_true", help="all of it, as JSON")
    _take_data(command(diff_, "OLD", "NEW"))
    evaluating = command(evaluate_, "MODEL", "DATA")
    _name_columns(evaluating)
    evaluating.add_argument(
        "--output",
        type=Path,
        metavar="MODEL.evaluation.NAME.json",
        help="keep it, draw it beside, and add it to the model card",
    )
    verifying = command(verify_, "MODEL")
    verifying.add_argument("--kept", type=Path, help="what `addsup train --keep` wrote")
    verifying.add_argument("--public-key", type=Path, help="PEM; whose owner must have signed it")
    signing = command(sign_, "MODEL")
    signing.add_argument(
        "--private-key", type=Path, required=True, help=f"PEM; its password is in {PASSWORD}"
    )
    return whole


def _take_data(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "data", type=Path, nargs="?", help="labelled text (default: the article's sentences)"
    )
    _name_columns(command)


def _name_columns(command: argparse.ArgumentParser) -> None:
    command.add_argument("--text-column", metavar="NAME", help="column that holds the text")
    command.add_argument("--label-column", metavar="NAME", help="column that holds the label")


def convert(options: Options) -> None:
    """Turn a kept pipeline into a model file, once it is proved equal."""
    trained = read_kept(options.kept, noun_lemmatizer(progress=not options.quiet))
    print(publish(trained, options.model))


def inspect(options: Options) -> None:
    """Print what a model file says of itself."""
    found = inspection.inspect(options.model)
    if options.json:
        print(inspection.as_json(found).decode())
    else:
        _print_lines(inspection.inspection_lines(found))


def evaluate_(options: Options) -> None:
    """Print how a model file does on labelled text, or on amazon or yelp of the collection."""
    model = Model.load(options.model)
    found = evaluation.evaluate(model, _data(options))
    _print_lines(evaluation_text.evaluation_lines(found))
    if options.output:
        _print_lines(keep_evaluation(found, options.model, options.output))


def diff_(options: Options) -> None:
    """Print the verdicts that flip between two model files, and whether it is chance."""
    old, new, data = Model.load(options.old), Model.load(options.new), _data(options)
    _print_lines(diff.diff_lines(diff.model_diff(old, new, data.texts, data.labels, data.sha256)))


def verify_(options: Options) -> None:
    """Check a model file for all that it claims."""
    wordnet = WordNet.load(progress=not options.quiet)
    subject = verify.Subject(
        path=options.model,
        irregular=wordnet.exceptions,
        lemma=wordnet.lemmatize,
        kept=read_kept(options.kept, wordnet.lemmatize) if options.kept else None,
        public_key=options.public_key,
    )
    failed = 0
    for finding in verify.verify(subject):
        print(finding)
        failed += not finding.passed
    if failed:
        raise ModelFileError(f"{options.model} fails {failed} of its checks; do not serve it.")


def sign_(options: Options) -> None:
    """Sign a model file with a private key."""
    print(f"Signed: {sign(options.model, options.private_key)}")


def _data(options: Options) -> LabelledText:
    """The labelled text asked for, or the article's."""
    if options.data is None:
        return imdb_sentences(progress=not options.quiet)
    if str(options.data) in DOMAINS and not options.data.exists():
        return sentences_of(str(options.data), progress=not options.quiet)
    return load_labelled_text(options.data, options.text_column, options.label_column)


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # who reads no further wants no traceback
    sys.exit(main())
