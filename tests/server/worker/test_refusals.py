"""Refusals: what a worker answers by itself."""

from __future__ import annotations

import pytest

from addsup.server.worker import refusals
from addsup.server.worker.refusals import Refusal, plain_text, response

ALL = [each for each in vars(refusals).values() if isinstance(each, Refusal)]


@pytest.mark.parametrize("refusal", ALL, ids=lambda refusal: refusal.code)
def test_a_refusal_is_a_whole_response_that_ends_the_connection(refusal: Refusal) -> None:
    head, _, body = response(refusal, plain_text).partition(b"\r\n\r\n")

    assert head.startswith(f"HTTP/1.1 {refusal.status} ".encode())
    assert b"\r\nConnection: close" in head
    assert f"\r\nContent-Length: {len(body)}".encode() in head
    assert body == f"{refusal.detail}\n".encode()
