"""A model file checked for all that it claims."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import onnx
import pytest
from addsup.export.graph.model_file import build
from addsup.export.tools.signing import sign
from addsup.export.tools.verify import Subject, verify
from addsup.export.write import write_model
from addsup.train.artifact import TrainedModel, keep
from addsup.train.data.wordnet import WordNet
from onnx import helper, numpy_helper

from addsup.__main__ import main
from tests.keys import make_key_pair


@pytest.fixture
def path(trained: TrainedModel, tmp_path: Path) -> Path:
    path = tmp_path / "m.onnx"
    write_model(path, build(trained))
    return path


def failures(path: Path, wordnet: WordNet, kept: TrainedModel | None = None) -> list[str]:
    """Names of the checks that *path* fails."""
    subject = Subject(path, frozenset(wordnet.exceptions), wordnet.lemmatize, kept)
    return [finding.check for finding in verify(subject) if not finding.passed]


def test_exported_model_passes(path: Path, wordnet: WordNet, trained: TrainedModel) -> None:
    assert failures(path, wordnet, trained) == []


def initializer(name: str, factor: float) -> Callable[[onnx.ModelProto], None]:
    def change(model: onnx.ModelProto) -> None:
        (tensor,) = (t for t in model.graph.initializer if t.name == name)
        tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor) * factor, name))

    return change


def entry(key: str, edit: Callable[[str], str]) -> Callable[[onnx.ModelProto], None]:
    def change(model: onnx.ModelProto) -> None:
        (found,) = (entry for entry in model.metadata_props if entry.key == key)
        found.value = edit(found.value)

    return change


def shifted(value: str) -> str:
    return msgspec.json.encode([msgspec.json.decode(value)[0] + 1e-6]).decode()


def foreign_operator(model: onnx.ModelProto) -> None:
    node = helper.make_node("EPContext", ["text"], ["copy"], domain="com.microsoft")
    model.graph.node.append(node)


def loop(model: onnx.ModelProto) -> None:
    inner = helper.make_graph([], "inner", [], [])
    model.graph.node.append(helper.make_node("If", ["text"], ["copy"], then_branch=inner))


def data_outside(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].external_data.add(key="location", value="/etc/passwd")


@pytest.mark.parametrize(
    ("change", "failed"),
    [
        (initializer("linear", 1.5), ["golden reviews", "scikit-learn"]),
        (initializer("quadratic", 1.001), ["golden reviews", "scikit-learn"]),
        (entry("lemmas", lambda _: "{}"), ["lemma table", "scikit-learn"]),
        (entry("constant", shifted), ["evidence", "scikit-learn"]),
        (entry("format", lambda _: "0"), ["metadata"]),
        (foreign_operator, ["operators"]),
        (loop, ["operators"]),
        (data_outside, ["operators"]),
    ],
)
def test_altered_model_fails_the_check_that_it_was_altered_for(
    path: Path,
    wordnet: WordNet,
    trained: TrainedModel,
    change: Callable[[onnx.ModelProto], None],
    failed: list[str],
) -> None:
    model = onnx.load(path)
    change(model)
    write_model(path, model.SerializeToString())

    found = failures(path, wordnet, trained)

    assert set(failed) <= set(found)
    assert "checksum" not in found


@pytest.mark.parametrize("content", [None, b"", b"not a graph"])
def test_damaged_or_missing_model_fails_with_sentences(
    path: Path, wordnet: WordNet, content: bytes | None
) -> None:
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)

    assert {"checksum", "metadata"} <= set(failures(path, wordnet))


def test_command_checks_the_signature_and_the_kept_pipeline(
    path: Path, trained: TrainedModel, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = make_key_pair(tmp_path)
    sign(path, keys.private)
    keep(trained, tmp_path / "kept.skops")
    options = ["--kept", str(tmp_path / "kept.skops"), "--public-key", str(keys.public)]

    status = main(["verify", str(path), *options])

    out = capsys.readouterr().out
    assert status == 0
    assert out.count("ok  ") == 8
    assert "made with the private key of" in out
    assert "exported afresh it gives the same bytes" in out


def test_failed_check_is_a_failure_of_the_command(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sign(path, make_key_pair(tmp_path).private)
    other = make_key_pair(tmp_path, "secp384r1")

    status = main(["verify", str(path), "--public-key", str(other.public)])

    printed = capsys.readouterr()
    assert status == 1
    assert "FAIL  signature: m.onnx.sig was not made with the private key of" in printed.out
    assert "fails 1 of its checks; do not serve it" in printed.err
