"""ONNX Runtime session as this server runs it; export proves the graph in the same one."""

from __future__ import annotations

import onnxruntime

from addsup.inference.errors import ModelFileError, first_line
from addsup.inference.operator_allowlist import check_operators


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
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises a class of its own for every status code
        raise ModelFileError(f"onnxruntime cannot open it: {first_line(error)}") from None


def run_options() -> onnxruntime.RunOptions:
    """What every run is given: nodes are left out on which no output depends that is asked for."""
    options = onnxruntime.RunOptions()
    options.only_execute_path_to_fetches = True
    return options
