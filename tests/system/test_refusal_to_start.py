"""The real Gunicorn, given something that it must not serve: one sentence, then the end."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from addsup.export.publish import write_model
from addsup.export.tools.signing import sign
from tests.keys import KeyPair, make_key_pair
from tests.live import command, environment, free_port, running_server
from tests.places import ROOT

SHIPPED = ROOT / "models" / "sentiment.onnx"


def refused(start: list[str], **settings: str) -> str:
    """Start the server and see it refuse: the sentence that it prints."""
    ended = subprocess.run(
        start,
        env=environment(**{"PORT": str(free_port()), **settings}),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1, ended.stderr
    assert "Traceback" not in ended.stderr
    return ended.stderr.strip()


def missing(path: Path) -> None:
    """Leave nothing there."""


def without_checksum(path: Path) -> None:
    shutil.copy(SHIPPED, path)


def empty_checksum(path: Path) -> None:
    shutil.copy(SHIPPED, path)
    path.with_name(path.name + ".sha256").touch()


def one_bit_flipped(path: Path) -> None:
    content = bytearray(SHIPPED.read_bytes())
    write_model(path, bytes(content))
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut_off(path: Path) -> None:
    write_model(path, SHIPPED.read_bytes()[:50_000])


def not_onnx(path: Path) -> None:
    write_model(path, b"not a graph")


def foreign(path: Path) -> None:
    """A valid ONNX file that someone else wrote."""
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("Abs", ["x"], ["y"])],
        "foreign",
        [value("x", TensorProto.FLOAT, [1])],
        [value("y", TensorProto.FLOAT, [1])],
    )
    opset = [helper.make_opsetid("", 17)]
    write_model(
        path, helper.make_model(graph, opset_imports=opset, ir_version=9).SerializeToString()
    )


def odd_operator(path: Path) -> None:
    """Our file, with an operator that loads a compiled graph of a vendor's."""
    model = onnx.load(SHIPPED)
    node = helper.make_node("EPContext", ["text"], ["copy"], domain="com.microsoft")
    model.graph.node.append(node)
    write_model(path, model.SerializeToString())


def odd_operator_in_a_branch(path: Path) -> None:
    """Our file, and ONNX Runtime would open it: the branch is as harmless as what it is in."""
    model = onnx.load(SHIPPED)
    value = helper.make_tensor_value_info("inner", TensorProto.BOOL, [])
    inner = helper.make_node("Not", ["yes"], ["inner"])
    branch = helper.make_graph([inner], "branch", [], [value])
    yes = helper.make_tensor("yes", TensorProto.BOOL, [], [True])
    model.graph.initializer.append(yes)
    node = helper.make_node("If", ["yes"], ["odd"], then_branch=branch, else_branch=branch)
    model.graph.node.append(node)
    write_model(path, model.SerializeToString())


def data_outside(path: Path) -> None:
    """Our file, with one of its tensors in a file beside it."""
    model = onnx.load(SHIPPED)
    tensor = max(model.graph.initializer, key=lambda tensor: len(tensor.raw_data))
    path.with_name("weights").write_bytes(tensor.raw_data)
    tensor.ClearField("raw_data")
    tensor.external_data.add(key="location", value="weights")
    tensor.data_location = TensorProto.EXTERNAL
    write_model(path, model.SerializeToString())


def other_golden_answer(path: Path) -> None:
    """Our file, but its graph no longer gives what it gave when exported."""
    model = onnx.load(SHIPPED)
    for entry in model.metadata_props:
        if entry.key == "golden":
            entry.value = entry.value.replace('"probabilities":[0.', '"probabilities":[1.', 1)
    write_model(path, model.SerializeToString())


@pytest.mark.parametrize(
    ("arrange", "says"),
    [
        (missing, "cannot be read (No such file or directory); set MODEL_PATH"),
        (without_checksum, "its checksum model.onnx.sha256 is missing"),
        (empty_checksum, "its checksum model.onnx.sha256 is missing or empty"),
        (one_bit_flipped, "the file is damaged or was replaced without its checksum"),
        (cut_off, "it is not an ONNX file, or not all of one"),
        (not_onnx, "it is not an ONNX file, or not all of one"),
        (odd_operator, "never writes: com.microsoft.EPContext; export the model again"),
        (odd_operator_in_a_branch, "never writes: If, Not; export the model again"),
        (data_outside, "never writes: data outside the file; export the model again"),
        (foreign, "it is an ONNX file, but not one that `addsup export` wrote"),
        (other_golden_answer, "golden text"),
    ],
)
def test_bad_model_file_stops_the_start_with_a_sentence(
    tmp_path: Path, arrange: Callable[[Path], None], says: str
) -> None:
    path = tmp_path / "model.onnx"
    arrange(path)

    sentence = refused(command(), MODEL_PATH=str(path))

    assert sentence.startswith(f"Cannot serve {path}: ")
    assert says in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("variable", "value", "accepted"),
    [
        ("PORT", "http", "a whole number from 1 to 65535"),
        ("PORT", "0", "a whole number from 1 to 65535"),
        ("WEB_CONCURRENCY", "0", "a whole number from 1 to 256"),
        ("HOST", "every where", "an IP address, a host name, or unix: and the path of a socket"),
        ("MAX_BODY_BYTES", "1 MiB", "a whole number from 1 to 1073741824"),
    ],
)
def test_bad_setting_stops_the_start_with_a_sentence(
    variable: str, value: str, accepted: str
) -> None:
    sentence = refused(command(), **{variable: value})

    assert sentence == f"{variable} is {value!r}, but must be {accepted}."


def test_worker_count_that_gunicorn_would_stumble_over_is_refused_by_our_command() -> None:
    """Gunicorn reads this variable itself while it is imported, before any configuration."""
    sentence = refused([sys.executable, "-m", "addsup", "serve"], WEB_CONCURRENCY="two")

    expected = "WEB_CONCURRENCY is 'two', but must be a whole number from 1 to 256."
    assert sentence == f"addsup serve: {expected}"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A copy of the shipped model with its checksum."""
    path = tmp_path / "model.onnx"
    write_model(path, SHIPPED.read_bytes())
    return path


def test_signed_model_is_served(model: Path, keys: KeyPair) -> None:
    sign(model, keys.private)

    with running_server(MODEL_PATH=str(model), MODEL_PUBLIC_KEY=str(keys.public)) as server:
        answer = server.predict({"review": "A wonderful film with great acting."})

    assert answer.json["label"] == "positive"


def unsigned(model: Path, _keys: KeyPair, _tmp_path: Path) -> None:
    """Leave it as it is."""


def signed_by_another(model: Path, _keys: KeyPair, tmp_path: Path) -> None:
    sign(model, make_key_pair(tmp_path).private)


def replaced_with_its_checksum(model: Path, keys: KeyPair, _tmp_path: Path) -> None:
    sign(model, keys.private)
    write_model(model, SHIPPED.read_bytes() + b" ")


def signature_of_another_model(model: Path, keys: KeyPair, tmp_path: Path) -> None:
    write_model(tmp_path / "other.onnx", b"other")
    shutil.copy(sign(tmp_path / "other.onnx", keys.private), model.with_name("model.onnx.sig"))


@pytest.mark.parametrize(
    ("arrange", "says"),
    [
        (unsigned, "cannot be read (No such file or directory); make it with `addsup sign`"),
        (signed_by_another, "model.onnx.sig was not made with the private key of"),
        (replaced_with_its_checksum, "model.onnx.sig is of another file"),
        (signature_of_another_model, "model.onnx.sig is of another file"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_model_without_its_signature_stops_the_start_with_a_sentence(
    model: Path, keys: KeyPair, tmp_path: Path, arrange: object, says: str
) -> None:
    assert callable(arrange)
    arrange(model, keys, tmp_path)

    sentence = refused(command(), MODEL_PATH=str(model), MODEL_PUBLIC_KEY=str(keys.public))

    assert sentence.startswith(f"Cannot serve {model}: ")
    assert says in sentence


def test_missing_public_key_stops_the_start_with_a_sentence(model: Path, tmp_path: Path) -> None:
    sign(model, make_key_pair(tmp_path).private)

    sentence = refused(
        command(), MODEL_PATH=str(model), MODEL_PUBLIC_KEY=str(tmp_path / "none.pem")
    )

    assert "none.pem cannot be read (No such file or directory); set MODEL_PUBLIC_KEY" in sentence
