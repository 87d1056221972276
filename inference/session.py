"""ONNX Runtime session as this server runs it; export proves the graph in the same one."""

from __future__ import annotations

from typing import Final

import numpy as np
import onnxruntime

from addsup.inference.errors import ModelFileError
from addsup.inference.operator_allowlist import check_operators

#: Bytes; no array of a run is larger, unless a text alone takes more.
LARGEST_ARRAY: Final = 2**22


def open_session(model: bytes) -> onnxruntime.InferenceSession:
    """A session over the bytes of an ONNX file, for one request at a time on one thread.

    One prediction is tens of microseconds of work: thread pools of several workers would only
    fight each other. Without the arena a large batch gives its memory back. Call it after fork.

    Raises:
        ModelFileError: the bytes are not an ONNX graph, have operators or data that are not
            accepted, or this runtime cannot run them.
    """
    check_operators(model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    # Left to guess, it would read some bytes as its own format, in which nothing has been checked.
    options.add_session_config_entry("session.load_model_format", "ONNX")
    _keep_freed_memory()
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises a class of its own for every status code
        reason = str(error).strip().splitlines()[0].rstrip(".")
        raise ModelFileError(f"onnxruntime cannot open it: {reason}") from None


def run_options() -> onnxruntime.RunOptions:
    """What every run is given: nodes are left out on which no output depends that is asked for."""
    options = onnxruntime.RunOptions()
    options.only_execute_path_to_fetches = True
    return options


def _keep_freed_memory() -> None:
    """Let glibc's allocator keep what a run frees, rather than have it zeroed anew for the next.

    What has been freed once is taken from the heap afterwards, and twice as much stays there free
    (mallopt(3), M_MMAP_THRESHOLD). Nothing is touched, so nothing is used. Without it, batches of
    a process take up to twice the time, by what it has freed before.
    """
    np.empty(LARGEST_ARRAY, np.uint8)
