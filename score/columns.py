"""Columns of results: texts in, what the model makes of them out, as Arrow arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from server.errors import ProblemType
from server.inference.analyzer import Tokenizer
from server.inference.model import Model
from server.inference.predictions import Explanation, Prediction

CONTRIBUTIONS = pa.list_(pa.struct([("word", pa.string()), ("part", pa.float64())]))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be said of each text.

    Attributes:
        max_chars: characters that a text may have.
        explain: how many words to name with what they add; 0 for none.
        prefix: what the names of the columns begin with.
    """

    max_chars: int = 50_000
    explain: int = 0
    prefix: str = ""


def result_schema(labels: Sequence[str], wanted: Wanted) -> pa.Schema:
    """Names and types of the columns, the same for every file that a model scores."""
    fields = [
        ("label", pa.string()),
        ("probability", pa.float64()),
        *((f"probability_{label}", pa.float64()) for label in labels),
        ("words", pa.int32()),
        ("known_words", pa.int32()),
        ("unread_letters", pa.int32()),
        ("error", pa.string()),
    ]
    if wanted.explain:
        fields.append(("contributions", CONTRIBUTIONS))
    return pa.schema([(wanted.prefix + name, kind) for name, kind in fields])


def score_texts(
    model: Model, texts: Sequence[object], errors: Mapping[int, str], wanted: Wanted
) -> pa.RecordBatch:
    """Classify n *texts*; a bad one has nulls and the code of what is wrong with it.

    Args:
        model: that classifies.
        texts: as typed; what is no string is an error.
        errors: index -> code of texts that are known to be bad.
        wanted: what to say of them.

    Returns:
        n rows of `result_schema`.
    """
    bad = {
        i: code
        for i, text in enumerate(texts)
        if (code := errors.get(i) or _code(text, model.tokenizer, wanted))
    }
    good = [text for i, text in enumerate(texts) if i not in bad and isinstance(text, str)]
    explained: list[tuple[Prediction, Explanation | None]]
    if wanted.explain:
        explained = model.explain(good)
    else:
        explained = [(prediction, None) for prediction in model.predict(good)]
    answers = iter(zip(good, explained, strict=True))
    rows = [
        _bad_row(bad[i], model, wanted) if i in bad else _row(*next(answers), model, wanted)
        for i in range(len(texts))
    ]
    schema = result_schema(model.labels, wanted)
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _code(text: object, tokenizer: Tokenizer, wanted: Wanted) -> str | None:
    """What is wrong with a text; None if it can be classified."""
    if text is None:
        return ProblemType.MISSING_REVIEW.code
    if not isinstance(text, str):
        return ProblemType.WRONG_TYPE.code
    if len(text) > wanted.max_chars:
        return ProblemType.REVIEW_TOO_LONG.code
    if tokenizer.reads(text):
        return None
    return (ProblemType.REVIEW_WITHOUT_LETTERS if text.strip() else ProblemType.EMPTY_REVIEW).code


def _row(
    text: str, answer: tuple[Prediction, Explanation | None], model: Model, wanted: Wanted
) -> tuple[object, ...]:
    found, why = answer
    row = (
        *(found.label, found.probability),
        *((found.probabilities or {}).get(label) for label in model.labels),
        *(found.words, found.known_words, found.unread_letters, None),
    )
    return (*row, _strongest(text, why, wanted.explain)) if wanted.explain else row


def _bad_row(code: str, model: Model, wanted: Wanted) -> tuple[object, ...]:
    row = (None, None, *(None for _ in model.labels), None, None, None, code)
    return (*row, None) if wanted.explain else row


def _strongest(text: str, why: Explanation | None, most: int) -> list[tuple[str, float]]:
    """The *most* words that weigh most for or against the label, each with all its places."""
    parts: dict[str, float] = {}
    for word in why.words if why else ():
        if word.known:
            typed = text[word.start : word.end].lower()
            parts[typed] = parts.get(typed, 0.0) + word.part
    return sorted(parts.items(), key=lambda pair: -abs(pair[1]))[:most]
