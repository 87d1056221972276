"""A model file checked for all that it claims."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest
from onnx import helper

from addsup.export.publish import write_model
from addsup.export.tools.signing import sign
from addsup.export.tools.verify import verify
from addsup.train.artifact import TrainedModel
from addsup.train.data.wordnet import WordNet
from tests.export.small import Change, altered, entry, exported, scaled, shifted, without_lemmas
from tests.keys import make_key_pair


@pytest.fixture
def path(trained: TrainedModel, tmp_path: Path) -> Path:
    path = tmp_path / "m.onnx"
    write_model(path, exported(trained))
    return path


def failures(path: Path, wordnet: WordNet, kept: TrainedModel | None = None) -> list[str]:
    """Names of the checks that *path* fails."""
    found = verify(path, frozenset(wordnet.exceptions), wordnet.lemmatize, kept)
    return [finding.check for finding in found if not finding.passed]


def test_exported_model_passes(path: Path, wordnet: WordNet, trained: TrainedModel) -> None:
    assert failures(path, wordnet, trained) == []


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
        (scaled("linear", 1.5), ["golden texts", "scikit-learn"]),
        (scaled("quadratic", 1.001), ["golden texts", "scikit-learn"]),
        (entry("blocks", without_lemmas), ["lemma table", "scikit-learn"]),
        (entry("intercept", shifted), ["contributions", "scikit-learn"]),
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
    change: Change,
    failed: list[str],
) -> None:
    write_model(path, altered(path.read_bytes(), change))

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


def test_the_signature_and_the_kept_pipeline_are_checked(
    path: Path, trained: TrainedModel, wordnet: WordNet, tmp_path: Path
) -> None:
    keys, other = make_key_pair(tmp_path), make_key_pair(tmp_path, "secp384r1")
    sign(path, keys.private)
    checked = (path, frozenset(wordnet.exceptions), wordnet.lemmatize)

    found = list(map(str, verify(*checked, trained, keys.public)))
    foreign = list(map(str, verify(*checked, None, other.public)))

    assert all(line.startswith("ok  ") for line in found)
    assert len(found) == 8
    assert "made with the private key of" in found[1]
    assert "exported afresh it gives the same bytes" in found[-1]
    assert foreign[1].startswith("FAIL  signature: m.onnx.sig was not made with the private key of")
