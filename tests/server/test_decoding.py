from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.decoding import decode
from server.errors import BadRequest, Problem

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
    ],
)
def test_document_of_the_right_form_is_read(body: bytes, asked: str | list[str]) -> None:
    assert decode(body) == asked


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        (b"", "empty_body", None),
        (b" ", "malformed_json", None),
        (b"{", "malformed_json", None),
        (b"review=good", "malformed_json", None),
        (b"{'review': 'good'}", "malformed_json", None),
        (b'{"review": "good",}', "malformed_json", None),
        (b'{"review": "good"} {}', "malformed_json", None),
        (b'{"review": NaN}', "malformed_json", None),
        (b'{"review": Infinity}', "malformed_json", None),
        (b'{"review": "\x00"}', "malformed_json", None),
        (b'{"review": "\\ud800"}', "malformed_json", None),
        (b'{"review": "\\ud800 and on"}', "malformed_json", None),
        (b'{"review": "\\udc00"}', "malformed_json", None),
        (b'{"review": "\xff"}', "malformed_json", None),
        (b'{"review": "\xc0\xaf"}', "malformed_json", None),
        (b'{"review": "\xed\xa0\x80"}', "malformed_json", None),
        (b'\xef\xbb\xbf{"review": "good"}', "malformed_json", None),
        ('{"review": "good"}'.encode("utf-16"), "malformed_json", None),
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
        (b'{"review": "a", "reviews": ["b"]}', "review_and_reviews", None),
    ],
)
def test_bad_document_is_refused_with_its_code_and_place(
    body: bytes, code: str, pointer: str | None
) -> None:
    with pytest.raises(Problem) as refusal:
        decode(body)

    assert (refusal.value.code, refusal.value.status) == (code, 400)
    assert refusal.value.pointer == pointer


def test_endless_key_is_not_repeated_in_full() -> None:
    with pytest.raises(Problem) as refusal:
        decode(b'{"' + b"k" * 100_000 + b'": 1}')

    assert len(refusal.value.detail) < 200


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_as_the_clients_fault(body: bytes) -> None:
    try:
        decode(body)
    except BadRequest as problem:
        assert problem.detail.endswith(".")
