"""Verification of all that a model file claims: whole, ours, signed, and still right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from addsup.export.graph.equivalence import edge_cases, prove
from addsup.export.graph.lemma_table import compile_lemmas
from addsup.export.graph.model_file import build
from addsup.export.pipeline.steps import read_pipeline
from addsup.export.tools.contributions import explained
from addsup.export.tools.inspection import parse_graph, read_model_file
from addsup.inference.errors import AddsupError, ModelFileError
from addsup.inference.model import Model, read_checked
from addsup.inference.operator_allowlist import check_operators
from addsup.inference.signature import check_signature, signature_file
from addsup.train.artifact import TrainedModel

#: How far contributions plus constant may be from the probabilities.
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    check: str
    passed: bool
    detail: str

    def __str__(self) -> str:
        return f"{'ok  ' if self.passed else 'FAIL'}  {self.check}: {self.detail}"


def verify(
    path: Path,
    irregular: Iterable[str],
    lemma: Callable[[str], str],
    kept: TrainedModel | None = None,
    public_key: Path | None = None,
) -> Iterator[Finding]:
    """Every check, one after the other; those that need an open model are left out without one.

    Args:
        path: the model file.
        irregular: the words whose lemma WordNet lists as an exception.
        lemma: NLTK's lemmatiser for nouns.
        kept: the pipeline it was made from, if that was kept.
        public_key: whose owner should have signed it, if that is known.
    """
    yield _finding("checksum", partial(_checksum, path))
    yield _finding("signature", partial(_signature, path, public_key))
    yield _finding("operators", partial(_operators, path))
    try:
        content = read_model_file(path)
        model = Model(content)
    except AddsupError as refusal:
        yield Finding("metadata", False, str(refusal))
        return
    terms = len(model.manifest.vocabulary)
    yield Finding("metadata", True, f"{len(model.labels)} labels, {terms:,} terms")
    yield _finding("golden texts", partial(_golden, model))
    yield _finding("lemma table", partial(_lemmas, model, irregular, lemma))
    yield _finding("contributions", partial(_contributions, model))
    if kept:
        yield _finding("scikit-learn", partial(_kept, kept, content, model))


def _finding(check: str, examine: Callable[[], str]) -> Finding:
    try:
        return Finding(check, True, examine())
    except AddsupError as refusal:
        return Finding(check, False, str(refusal))


def _checksum(path: Path) -> str:
    read_checked(path)
    return "it fits the file"


def _signature(path: Path, public_key: Path | None) -> str:
    signature = signature_file(path)
    if public_key:
        check_signature(path, read_model_file(path), public_key)
        return f"made with the private key of {public_key}"
    if signature.exists():
        return f"{signature.name} is there, but not checked; name the key with --public-key"
    return "none, and none asked for"


def _operators(path: Path) -> str:
    content = read_model_file(path)
    check_operators(content)
    nodes = parse_graph(path, content).graph.node
    return f"{len(nodes)} nodes, with nothing but what export writes"


def _golden(model: Model) -> str:
    model.try_out()
    return f"{len(model.manifest.golden)} answered as when exported"


def _lemmas(model: Model, irregular: Iterable[str], lemma: Callable[[str], str]) -> str:
    manifest = model.manifest
    if manifest.analyzer.kind != "letters":
        return f"{len(manifest.lemmas):,} entries, none of WordNet's"
    expected = compile_lemmas(manifest.vocabulary, irregular, lemma)
    wrong = sorted(dict(manifest.lemmas.items() ^ expected.items()))
    if wrong:
        raise ModelFileError(
            f"{len(wrong):,} of its entries differ from WordNet, the first is {wrong[0]!r}"
        )
    return f"{len(expected):,} entries, as WordNet has them"


def _contributions(model: Model) -> str:
    texts = [*(golden.text for golden in model.manifest.golden), *edge_cases(model)]
    for text, answer in zip(texts, explained(model, texts), strict=True):
        odds = np.exp(answer.log_odds - answer.log_odds.max())
        if not np.allclose(odds / odds.sum(), answer.probabilities, rtol=0, atol=TOLERANCE):
            raise ModelFileError(
                f"constant and contributions do not add up to the probabilities of {text[:200]!r}"
            )
    return f"they and the constant add up to the probabilities of {len(texts):,} texts"


def _kept(kept: TrainedModel, content: bytes, model: Model) -> str:
    description = read_pipeline(kept.pipeline, kept.analyzer)
    proof = prove(kept, description, model)
    same = "the same bytes" if build(kept, description) == content else "other bytes"
    return (
        f"equal on {proof.texts:,} texts, probabilities within {proof.probability:.0e}; "
        f"exported afresh it gives {same}"
    )
