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
        (b'{"review": "Good."}', "Good."),
        (b' {"review": ""} \n', ""),
        (b'{"reviews": ["Good.", "Bad."]}', ["Good.", "Bad."]),
        (b'{"reviews": []}', []),
        (b'{"review": "\\ud83d\\ude00"}', "\N{GRINNING FACE}"),
        ('{"review": "Café"}'.encode(), "Café"),
        (b'{"r\\u0065view": "Good."}', "Good."),
        (b'{"review": "\\"review\\": and \\u0065"}', '"review": and e'),
        (b'{"reviews": ["review", "reviews"]}', ["review", "reviews"]),
    ],
)
def test_document_of_the_right_form_is_read(body: bytes, asked: str | list[str]) -> None:
    expected = Texts([asked], False) if isinstance(asked, str) else Texts(asked, True)

    assert parse_json(body) == expected


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        (b"", "empty_body", None),
        (b" ", "malformed_json", ""),
        (b"{", "malformed_json", ""),
        (b"review=good", "malformed_json", ""),
        (b"{'review': 'good'}", "malformed_json", ""),
        (b'{"review": "good",}', "malformed_json", ""),
        (b'{"review": "good"} {}', "malformed_json", ""),
        (b'{"review": NaN}', "malformed_json", "/review"),
        (b'{"review": Infinity}', "malformed_json", "/review"),
        (b'{"review": "\x00"}', "malformed_json", "/review"),
        (b'{"review": "\\ud800"}', "malformed_json", "/review"),
        (b'{"review": "\\ud800 and on"}', "malformed_json", "/review"),
        (b'{"review": "\\udc00"}', "malformed_json", "/review"),
        (b'{"review": "\xff"}', "malformed_json", "/review"),
        (b'{"review": "\xc0\xaf"}', "malformed_json", "/review"),
        (b'{"review": "\xed\xa0\x80"}', "malformed_json", "/review"),
        (b'\xef\xbb\xbf{"review": "good"}', "malformed_json", ""),
        ('{"review": "good"}'.encode("utf-16"), "malformed_json", ""),
        (b'{"review": ', "malformed_json", "/review"),
        (b'{"reviews": ["a", NaN]}', "malformed_json", "/reviews/1"),
        (b'{"reviews": ["a", "b\xff"]}', "malformed_json", "/reviews/1"),
        (b'{"reviews": ["a", "b", "\\udc00"]}', "malformed_json", "/reviews/2"),
        (b'{"a~\\ud800": 1}', "malformed_json", "/a~0?"),
        (b'{"reviews": [' + b'"",' * 30_000 + b"NaN]}", "malformed_json", None),
        (b'{"review": "a", "review": "b"}', "duplicate_field", "/review"),
        (b'{"reviews": [], "reviews": []}', "duplicate_field", "/reviews"),
        (b'{"review": "a", "r\\u0065view": "b"}', "duplicate_field", "/review"),
        (b'{"\\u0072eviews": [], "r\\u0065views": []}', "duplicate_field", "/reviews"),
        (b"null", "wrong_type", ""),
        (b"5", "wrong_type", ""),
        (b'"good"', "wrong_type", ""),
        (b'["good"]', "wrong_type", ""),
        (DEEP, "wrong_type", ""),
        (b'{"review": 5}', "wrong_type", "/review"),
        (b'{"review": null}', "wrong_type", "/review"),
        (b'{"review": true}', "wrong_type", "/review"),
        (b'{"review": ["good"]}', "wrong_type", "/review"),
        (b'{"review": {"text": "good"}}', "wrong_type", "/review"),
        (b'{"review": ' + DEEP, "wrong_type", "/review"),
        (b'{"review": ' + b"9" * 5000 + b"}", "wrong_type", "/review"),
        (b'{"reviews": "good"}', "wrong_type", "/reviews"),
        (b'{"reviews": ["a", "b", "c", null]}', "wrong_type", "/reviews/3"),
        (b'{"reviews": ["a", ' + DEEP, "wrong_type", "/reviews/1"),
        (b'{"Review": "good"}', "unknown_field", "/Review"),
        (b'{"review": "good", "lang": "en"}', "unknown_field", "/lang"),
        (b'{"a/b~c`": 1}', "unknown_field", "/a~1b~0c`"),
        (b'{"": 1}', "unknown_field", "/"),
        (DEEP_OBJECT, "unknown_field", "/a"),
        (b"{}", "missing_review", ""),
        (b'{"review": "a", "reviews": ["b"]}', "review_and_reviews", ""),
    ],
)
def test_bad_document_is_refused_with_its_code_and_place(
    body: bytes, code: str, pointer: str | None
) -> None:
    with pytest.raises(ProblemError) as refusal:
        parse_json(body)

    assert (refusal.value.type.code, refusal.value.type.status) == (code, 400)
    assert refusal.value.pointer == pointer


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


@given(st.dictionaries(st.sampled_from(["review", "reviews"]), st.text(), min_size=1, max_size=1))
def test_no_text_is_taken_for_a_second_key(document: dict[str, str]) -> None:
    if "reviews" in document:
        body = json.dumps({"reviews": [document["reviews"]]}).encode()
        assert parse_json(body).items == [*document.values()]
    else:
        body = json.dumps(document, ensure_ascii=False).encode()
        assert parse_json(body).items == [document["review"]]


@pytest.mark.parametrize(
    ("form", "review"),
    [
        (b"review=Good+film%21", "Good film!"),
        (b"review=", ""),
        (b"review=%F0%9F%98%80", "\N{GRINNING FACE}"),
        (b"review=a%00b", "a\0b"),
    ],
)
def test_form_is_read(form: bytes, review: str) -> None:
    assert parse_form(form).items == [review]


@pytest.mark.parametrize(
    ("form", "code", "pointer"),
    [
        (b"", "empty_body", None),
        (b"review=%FF", "malformed_form", None),
        (b"review=\xc3\xa9", "malformed_form", None),
        (b"&" * 100, "malformed_form", None),
        (b"text=Good", "unknown_field", "/text"),
        (b"review=Good&lang=en", "unknown_field", "/lang"),
        (b"review=Good&review=Bad", "duplicate_field", "/review"),
        (b"&", "missing_review", "/review"),
    ],
)
def test_bad_form_is_refused_with_its_code_and_place(
    form: bytes, code: str, pointer: str | None
) -> None:
    with pytest.raises(ProblemError) as refusal:
        parse_form(form)

    assert (refusal.value.type.code, refusal.value.pointer) == (code, pointer)
