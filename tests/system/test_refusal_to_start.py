"""The real Gunicorn, given something that it must not serve: one sentence, then the end."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
from onnx import helper

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


def one_bit_flipped(path: Path) -> None:
    content = bytearray(SHIPPED.read_bytes())
    write_model(path, bytes(content))
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def odd_operator(path: Path) -> None:
    """Our file, with an operator that loads a compiled graph of a vendor's."""
    model = onnx.load(SHIPPED)
    node = helper.make_node("EPContext", ["text"], ["copy"], domain="com.microsoft")
    model.graph.node.append(node)
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
        (one_bit_flipped, "the file is damaged or was replaced without its checksum"),
        (odd_operator, "never writes: com.microsoft.EPContext; export the model again"),
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
        ("HOST", "every where", "an IP address, a host name, or unix: and the path of a socket"),
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


def replaced_with_its_checksum(model: Path, keys: KeyPair, _tmp_path: Path) -> None:
    sign(model, keys.private)
    write_model(model, SHIPPED.read_bytes() + b" ")


@pytest.mark.parametrize(
    ("arrange", "says"),
    [
        (unsigned, "cannot be read (No such file or directory); make it with `addsup sign`"),
        (replaced_with_its_checksum, "model.onnx.sig is of another file"),
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
