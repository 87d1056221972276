"""Columns of results: texts in, what the model makes of them out, as Arrow arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from addsup.inference.predictions import Columns, Explanation
from addsup.inference.text_checks import problem_with

if TYPE_CHECKING:
    from addsup.inference.model import Model

CONTRIBUTIONS = pa.list_(pa.struct([("word", pa.string()), ("contribution", pa.float64())]))


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
    """Classify n *texts*: n rows of `result_schema`; a bad text has nulls, and a code of its error.

    What is no string is an error; *errors* has the codes of texts that are known to be bad.
    """
    bad = {
        i: code
        for i, text in enumerate(texts)
        if (code := errors.get(i) or problem_with(text, model.tokenizer, wanted.max_chars))
    }
    good = [text for i, text in enumerate(texts) if i not in bad and isinstance(text, str)]
    schema = result_schema(model.labels, wanted)
    arrays = _arrays(model.columns(good), model.labels)
    if wanted.explain:
        pairs = zip(good, model.explain(good), strict=True)
        named = [_strongest(text, why, wanted.explain) for text, (_, why) in pairs]
        arrays.append(pa.array(named, CONTRIBUTIONS))
    if bad:
        good_rows = iter(range(len(good)))
        places = [None if i in bad else next(good_rows) for i in range(len(texts))]
        arrays = [array.take(pa.array(places, pa.int64())) for array in arrays]
    at = schema.get_field_index(f"{wanted.prefix}error")
    arrays.insert(at, pa.array([bad.get(i) for i in range(len(texts))], pa.string()))
    typed = [array.cast(kind) for array, kind in zip(arrays, schema.types, strict=True)]
    return pa.RecordBatch.from_arrays(typed, schema=schema)


def _arrays(found: Columns, labels: Sequence[str]) -> list[pa.Array]:
    """All columns of the schema but `error` and `contributions`, of texts that are no errors."""
    unknown = found.known_words == 0
    best = found.probabilities.argmax(axis=1)
    names = pa.DictionaryArray.from_arrays(pa.array(best, mask=unknown), list(labels))
    columns = [found.probabilities.max(axis=1), *found.probabilities.T]
    return [
        names.cast(pa.string()),
        *(pa.array(column, mask=unknown) for column in columns),
        pa.array(found.words),
        pa.array(found.known_words),
        pa.array(found.unread_letters, pa.int32()),
    ]


def _strongest(text: str, why: Explanation | None, most: int) -> list[tuple[str, float]]:
    """The *most* words that weigh most for or against the label, each with all its places."""
    sums: dict[str, float] = {}
    for word in why.words if why else ():
        if word.known:
            typed = text[word.start : word.end].lower()
            sums[typed] = sums.get(typed, 0.0) + word.contribution
    return sorted(sums.items(), key=lambda pair: -abs(pair[1]))[:most]
