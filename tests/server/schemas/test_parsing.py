"""Parsing and validation: what may be sent to be classified."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addsup.server.errors import ProblemError
from addsup.server.schemas.parsing import Texts, parse_form, parse_json

DEEP = b"[" * 30_000
DEEP_OBJECT = b'{"a":' * 30_000


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        (b'{"text": "Good."}', "Good."),
        (b' {"text": ""} \n', ""),
        (b'{"texts": ["Good.", "Bad."]}', ["Good.", "Bad."]),
        (b'{"texts": []}', []),
        (b'{"text": "\\ud83d\\ude00"}', "\N{GRINNING FACE}"),
        ('{"text": "Café"}'.encode(), "Café"),
        (b'{"t\\u0065xt": "Good."}', "Good."),
        (b'{"text": "\\"text\\": and \\u0065"}', '"text": and e'),
        (b'{"texts": ["text", "texts"]}', ["text", "texts"]),
    ],
)
def test_document_of_the_right_form_is_read(body: bytes, asked: str | list[str]) -> None:
    expected = Texts([asked], "text") if isinstance(asked, str) else Texts(asked, "texts")

    assert parse_json(body) == expected


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        (b'{"review": "Good."}', Texts(["Good."], "review")),
        (b'{"reviews": ["Good.", "Bad."]}', Texts(["Good.", "Bad."], "reviews")),
        (b'{"reviews": ["a", 5], "on_error": "item"}', Texts(["a", 5], "reviews", by_item=True)),
    ],
)
def test_the_names_of_version_1_are_still_read(body: bytes, texts: Texts) -> None:
    assert parse_json(body) == texts
    assert parse_form(b"review=Good") == Texts(["Good"], "review")


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        (b"", "empty_body", None),
        (b" ", "malformed_json", None),
        (b"{", "malformed_json", None),
        (b"text=good", "malformed_json", None),
        (b"{'text': 'good'}", "malformed_json", None),
        (b'{"text": "good",}', "malformed_json", None),
        (b'{"text": "good"} {}', "malformed_json", None),
        (b'{"text": NaN}', "malformed_json", None),
        (b'{"text": Infinity}', "malformed_json", None),
        (b'{"text": "\x00"}', "malformed_json", None),
        (b'{"text": "\\ud800"}', "malformed_json", None),
        (b'{"text": "\\ud800 and on"}', "malformed_json", None),
        (b'{"text": "\\udc00"}', "malformed_json", None),
        (b'{"text": "\xff"}', "malformed_json", None),
        (b'{"text": "\xc0\xaf"}', "malformed_json", None),
        (b'{"text": "\xed\xa0\x80"}', "malformed_json", None),
        (b'\xef\xbb\xbf{"text": "good"}', "malformed_json", None),
        ('{"text": "good"}'.encode("utf-16"), "malformed_json", None),
        (b'{"text": ', "malformed_json", None),
        (b'{"texts": ["a", NaN]}', "malformed_json", None),
        (b'{"texts": ["a", "b\xff"]}', "malformed_json", None),
        (b'{"texts": ["a", "b", "\\udc00"]}', "malformed_json", None),
        (b'{"a~\\ud800": 1}', "malformed_json", None),
        (b'{"texts": [' + b'"",' * 30_000 + b"NaN]}", "malformed_json", None),
        (b'{"text": "a", "text": "b"}', "duplicate_field", None),
        (b'{"texts": [], "texts": []}', "duplicate_field", None),
        (b'{"text": "a", "t\\u0065xt": "b"}', "duplicate_field", None),
        (b'{"\\u0074exts": [], "t\\u0065xts": []}', "duplicate_field", None),
        (b'{"review": "a", "review": "b"}', "duplicate_field", None),
        (b'{"text": "a", "review": "b"}', "text_and_texts", ""),
        (b'{"review": 5}', "wrong_type", "/review"),
        (b"null", "wrong_type", ""),
        (b"5", "wrong_type", ""),
        (b'"good"', "wrong_type", ""),
        (b'["good"]', "wrong_type", ""),
        (DEEP, "wrong_type", ""),
        (b'{"text": 5}', "wrong_type", "/text"),
        (b'{"text": null}', "wrong_type", "/text"),
        (b'{"text": true}', "wrong_type", "/text"),
        (b'{"text": ["good"]}', "wrong_type", "/text"),
        (b'{"text": {"text": "good"}}', "wrong_type", "/text"),
        (b'{"text": ' + DEEP, "wrong_type", "/text"),
        (b'{"text": ' + b"9" * 5000 + b"}", "wrong_type", "/text"),
        (b'{"texts": "good"}', "wrong_type", "/texts"),
        (b'{"texts": ["a", ' + DEEP, "wrong_type", ""),
        (b'{"Text": "good"}', "unknown_field", "/Text"),
        (b'{"text": "good", "lang": "en"}', "unknown_field", "/lang"),
        (b'{"a/b~c`": 1}', "unknown_field", "/a~1b~0c`"),
        (b'{"": 1}', "unknown_field", "/"),
        (DEEP_OBJECT, "unknown_field", "/a"),
        (b"{}", "missing_text", ""),
        (b'{"text": "a", "texts": ["b"]}', "text_and_texts", ""),
    ],
)
def test_bad_document_is_refused_with_its_code_and_place(
    body: bytes, code: str, pointer: str | None
) -> None:
    with pytest.raises(ProblemError) as refusal:
        parse_json(body)

    assert (refusal.value.type.code, refusal.value.type.status) == (code, 400)
    assert refusal.value.pointer == pointer


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'{\n"text": NaN}', r"invalid character \(line 2, byte 9\)"),
        (b'{"text": "\xff"}', r"not UTF-8 \(invalid start byte\) \(line 1, byte 11\)"),
        (b'\xef\xbb\xbf{"text": "good"}', "begins with a byte order mark; leave it out"),
        (b'{"text": "a", "text": "b"}', 'field "text" is given twice'),
    ],
)
def test_the_detail_names_the_place_and_the_way_out(body: bytes, sentence: str) -> None:
    with pytest.raises(ProblemError, match=sentence):
        parse_json(body)


def test_endless_key_is_not_repeated_in_full() -> None:
    with pytest.raises(ProblemError) as refusal:
        parse_json(b'{"' + b"k" * 100_000 + b'": 1}')

    assert len(refusal.value.detail) < 200


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_as_the_clients_fault(body: bytes) -> None:
    try:
        parse_json(body)
    except ProblemError as problem:
        assert problem.type.status == 400
        assert problem.detail.endswith(".")


@given(st.dictionaries(st.sampled_from(["text", "texts"]), st.text(), min_size=1, max_size=1))
def test_no_text_is_taken_for_a_second_key(document: dict[str, str]) -> None:
    if "texts" in document:
        body = json.dumps({"texts": [document["texts"]]}).encode()
        assert parse_json(body).items == [*document.values()]
    else:
        body = json.dumps(document, ensure_ascii=False).encode()
        assert parse_json(body).items == [document["text"]]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (b"text=Good+film%21", "Good film!"),
        (b"text=", ""),
        (b"text=%F0%9F%98%80", "\N{GRINNING FACE}"),
        (b"text=a%00b", "a\0b"),
    ],
)
def test_form_is_read(form: bytes, text: str) -> None:
    assert parse_form(form).items == [text]


@pytest.mark.parametrize(
    ("form", "code", "pointer"),
    [
        (b"", "empty_body", None),
        (b"text=%FF", "malformed_form", None),
        (b"text=\xc3\xa9", "malformed_form", None),
        (b"&" * 100, "malformed_form", None),
        (b"query=Good", "unknown_field", "/query"),
        (b"text=Good&lang=en", "unknown_field", "/lang"),
        (b"text=Good&text=Bad", "duplicate_field", "/text"),
        (b"&", "missing_text", "/text"),
    ],
)
def test_bad_form_is_refused_with_its_code_and_place(
    form: bytes, code: str, pointer: str | None
) -> None:
    with pytest.raises(ProblemError) as refusal:
        parse_form(form)

    assert (refusal.value.type.code, refusal.value.pointer) == (code, pointer)
