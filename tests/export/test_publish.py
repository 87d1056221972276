"""From a trained to the files that are served, and what happens when it goes wrong."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import skops.io
from addsup.export.equivalence import prove
from addsup.export.errors import ProofFailed
from addsup.export.graph.model_file import build
from addsup.export.publish import publish
from addsup.export.write import write_model
from addsup.inference.model import Model
from addsup.train.artifact import FORMAT, TrainedModel, keep, read_kept
from addsup.train.data.wordnet import WordNet
from addsup.train.errors import CannotWriteError, KeptFileError
from sklearn.base import clone

from addsup.__main__ import main
from tests.places import ROOT


def refitted(trained: TrainedModel, **settings: object) -> TrainedModel:
    texts = [trained.normaliser.normalise(review) for review in trained.texts]
    labels = trained.pipeline.predict(texts)
    pipeline = clone(trained.pipeline).set_params(**settings)
    return replace(trained, pipeline=pipeline.fit(texts, labels))


def contents(folder: Path) -> dict[Path, bytes]:
    """Every file below *folder*."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_published_model_is_served(trained: TrainedModel, tmp_path: Path) -> None:
    published = publish(trained, tmp_path / "reviews.onnx")

    model = Model.load(published.path)
    (good,) = model.predict(["A wonderful film with a great cast!"])
    assert good.label == "positive"
    assert model.sha256 == published.sha256


def test_checksum_is_one_that_sha256sum_accepts(trained: TrainedModel, tmp_path: Path) -> None:
    publish(trained, tmp_path / "reviews.onnx")

    subprocess.run(["sha256sum", "--check", "reviews.onnx.sha256"], cwd=tmp_path, check=True)


def test_failed_proof_leaves_the_old_model_in_place(trained: TrainedModel, tmp_path: Path) -> None:
    path = tmp_path / "reviews.onnx"
    publish(trained, path)
    before = contents(tmp_path)
    # The irregular forms are forgotten, so the table lacks them and the graph sees other words.
    wrong = replace(trained, irregular=frozenset())

    with pytest.raises(ProofFailed):
        publish(replace(wrong, texts=[*wrong.texts, "wolves and children"] * 2), path)

    assert contents(tmp_path) == before


def test_unwritable_folder_leaves_the_old_model_in_place(tmp_path: Path) -> None:
    write_model(tmp_path / "m.onnx", b"old")
    (tmp_path / "m.onnx.sha256").unlink()
    (tmp_path / "m.onnx.sha256").mkdir()

    with pytest.raises(CannotWriteError, match="Cannot write"):
        write_model(tmp_path / "m.onnx", b"new")

    assert sorted(file.name for file in tmp_path.iterdir()) == ["m.onnx", "m.onnx.sha256"]


@pytest.mark.parametrize(
    "settings",
    [
        {"tfidf__use_idf": False},
        {"tfidf__binary": True},
        {"tfidf__norm": None},
        {"tfidf__norm": "l1"},
    ],
)
def test_every_way_to_weigh_is_carried_out(
    trained: TrainedModel, settings: dict[str, object]
) -> None:
    unusual = refitted(trained, **settings)

    assert prove(unusual, build(unusual)).probability <= 1e-9


def test_two_runs_give_the_same_bytes_whatever_the_hash_seed(
    trained: TrainedModel, tmp_path: Path, data_cache: Path
) -> None:
    keep(trained, tmp_path / "kept.skops")
    digests = set()

    for seed in ("0", "1", "4711"):
        kept, model = tmp_path / "kept.skops", tmp_path / "m.onnx"
        command = [sys.executable, "-m", "addsup", "export", kept, model]
        environment = {**os.environ, "PYTHONHASHSEED": seed, "DATA_CACHE": str(data_cache)}
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
        digests.add(hashlib.sha256((tmp_path / "m.onnx").read_bytes()).hexdigest())

    assert digests == {hashlib.sha256(build(trained)).hexdigest()}


def test_a_kept_model_comes_back_whole(
    trained: TrainedModel, wordnet: WordNet, tmp_path: Path
) -> None:
    keep(trained, tmp_path / "kept.skops")

    back = read_kept(tmp_path / "kept.skops", wordnet.lemmatize)

    assert build(back) == build(trained)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "cannot be read"),
        (b"not a zip file", "is not a pipeline"),
        (skops.io.dumps({"format": FORMAT, "pipeline": 1}), "is not a pipeline"),
        (skops.io.dumps([subprocess.Popen]), "not trusted"),
        (skops.io.dumps({"pipeline": 1, "reviews": []}), "train again with"),
    ],
)
def test_a_file_that_keep_did_not_write_is_refused(
    content: bytes | None, complaint: str, tmp_path: Path, wordnet: WordNet
) -> None:
    path = tmp_path / "kept.skops"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(KeptFileError, match=complaint):
        read_kept(path, wordnet.lemmatize)


@pytest.mark.usefixtures("data_cache")
def test_export_command_says_what_is_wrong_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["export", str(tmp_path / "missing.skops"), str(tmp_path / "m.onnx"), "--quiet"])

    assert status == 1
    assert "missing.skops cannot be read" in capsys.readouterr().err
    assert not (tmp_path / "m.onnx").exists()


def test_model_opens_without_any_locale(trained: TrainedModel, tmp_path: Path) -> None:
    publish(trained, tmp_path / "m.onnx")
    script = "import sys; from pathlib import Path; from addsup.inference.model import Model;"
    script += "Model.load(Path(sys.argv[1]))"
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "LOCPATH": str(tmp_path / "none")}

    subprocess.run(
        [sys.executable, "-c", script, tmp_path / "m.onnx"], cwd=ROOT, env=environment, check=True
    )
