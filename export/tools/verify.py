"""Verification of all that a model file claims: whole, ours, signed, and still right."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from addsup.export.equivalence import edge_cases, prove
from addsup.export.errors import ExportError, NotReadable, NotVerified
from addsup.export.graph.lemma_table import compile_lemmas
from addsup.export.graph.model_file import build
from addsup.export.tools.contributions import ask
from addsup.export.tools.inspection import read_graph
from addsup.inference.errors import ModelFileError
from addsup.inference.model import Model, read_checked
from addsup.inference.operator_allowlist import check_operators
from addsup.inference.signature import check_signature, signature_file
from addsup.train.artifact import TrainedModel

#: How far evidence plus constant may be from the probabilities.
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Subject:
    """A model file, and what it is checked against.

    Attributes:
        path: the file.
        irregular: the words whose lemma WordNet lists as an exception.
        lemma: NLTK's lemmatiser for nouns.
        kept: the pipeline it was made from, if that was kept.
        public_key: whose owner should have signed it, if that is known.
    """

    path: Path
    irregular: Iterable[str]
    lemma: Callable[[str], str]
    kept: TrainedModel | None = None
    public_key: Path | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    check: str
    passed: bool
    detail: str

    def __str__(self) -> str:
        return f"{'ok  ' if self.passed else 'FAIL'}  {self.check}: {self.detail}"


def verify(subject: Subject) -> Iterator[Finding]:
    """Every check, one after the other; those that need an open model are left out without one."""
    yield _found("checksum", _checksum, subject)
    yield _found("signature", _signature, subject)
    yield _found("operators", _operators, subject)
    opened = _found("metadata", _opens, subject)
    yield opened
    if opened.passed:
        yield _found("golden reviews", _golden, subject)
        yield _found("lemma table", _lemmas, subject)
        yield _found("evidence", _evidence, subject)
        if subject.kept:
            yield _found("scikit-learn", partial(_kept, subject.kept), subject)


def _found(check: str, examine: Callable[[Subject], str], subject: Subject) -> Finding:
    try:
        return Finding(check, True, examine(subject))
    except (ModelFileError, ExportError) as error:
        return Finding(check, False, str(error))


def _checksum(subject: Subject) -> str:
    content = read_checked(subject.path)
    return f"sha256 {hashlib.sha256(content).hexdigest()}"


def _signature(subject: Subject) -> str:
    place = signature_file(subject.path)
    if subject.public_key:
        check_signature(subject.path, _content(subject), subject.public_key)
        return f"made with the private key of {subject.public_key}"
    if place.exists():
        return f"{place.name} is there, but not checked; name the key with --public-key"
    return "none, and none asked for"


def _operators(subject: Subject) -> str:
    check_operators(_content(subject))
    _, model = read_graph(subject.path)
    return f"{len(model.graph.node)} nodes, with nothing but what export writes"


def _opens(subject: Subject) -> str:
    model = _model(subject)
    return f"{len(model.labels)} labels, {len(model.manifest.vocabulary):,} terms"


def _golden(subject: Subject) -> str:
    model = _model(subject)
    model.try_out()
    return f"{len(model.manifest.golden)} answered as when exported"


def _lemmas(subject: Subject) -> str:
    manifest = _model(subject).manifest
    if manifest.analyzer.kind != "letters":
        return f"{len(manifest.lemmas):,} entries, none of WordNet's"
    expected = compile_lemmas(manifest.vocabulary, subject.irregular, subject.lemma)
    wrong = sorted(dict(manifest.lemmas.items() ^ expected.items()))
    if wrong:
        raise NotVerified(
            f"{len(wrong):,} of its entries differ from WordNet, the first is {wrong[0]!r}"
        )
    return f"{len(expected):,} entries, as WordNet has them"


def _evidence(subject: Subject) -> str:
    model = _model(subject)
    reviews = [*(golden.text for golden in model.manifest.golden), *edge_cases(model)]
    for review, answer in zip(reviews, ask(model, reviews), strict=True):
        odds = np.exp(answer.log_odds - answer.log_odds.max())
        if not np.allclose(odds / odds.sum(), answer.probabilities, rtol=0, atol=TOLERANCE):
            raise NotVerified(
                f"constant and parts do not add up to the probabilities of {review[:200]!r}"
            )
    return f"constant and parts add up to the probabilities of {len(reviews):,} reviews"


def _kept(kept: TrainedModel, subject: Subject) -> str:
    content = _content(subject)
    proof = prove(kept, content)
    same = "the same bytes" if build(kept) == content else "other bytes"
    return (
        f"equal on {proof.reviews:,} reviews, probabilities within {proof.probability:.0e}; "
        f"exported afresh it gives {same}"
    )


def _model(subject: Subject) -> Model:
    return Model(_content(subject))


def _content(subject: Subject) -> bytes:
    try:
        return subject.path.read_bytes()
    except OSError as error:
        raise NotReadable(f"{subject.path} cannot be read: {error.strerror}") from None
