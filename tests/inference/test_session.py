"""Session: ONNX Runtime as this server runs it."""

from __future__ import annotations

import os

import pytest

from addsup.inference.errors import ModelFileError
from addsup.inference.session import open_session
from tests.places import ROOT

CONTENT = (ROOT / "models" / "sentiment.onnx").read_bytes()


def test_a_session_has_one_thread_and_no_arena() -> None:
    options = open_session(CONTENT).get_session_options()

    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (1, 1)
    assert not options.enable_cpu_mem_arena


def test_usage_is_not_reported() -> None:
    assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"


@pytest.mark.parametrize("content", [b"", b"not a graph", CONTENT[:5000]])
def test_what_is_no_graph_is_refused(content: bytes) -> None:
    with pytest.raises(ModelFileError):
        open_session(content)
