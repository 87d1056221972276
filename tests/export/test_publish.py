"""From a trained to the files that are served, and what happens when it goes wrong."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from addsup.export.graph.equivalence import ProofFailed
from addsup.export.publish import publish
from addsup.inference.model import Model
from addsup.train.artifact import TrainedModel, keep
from addsup.train.hyperparameters import Setting
from tests.docs.test_own_data import write_mails
from tests.export.small import exported, small
from tests.places import ROOT


def contents(folder: Path) -> dict[Path, bytes]:
    """Every file below *folder*."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_published_model_is_served(trained: TrainedModel, tmp_path: Path) -> None:
    published = publish(trained, tmp_path / "reviews.onnx")

    model = Model.load(published.path)
    (good,) = model.predict(["A wonderful film with a great cast!"])
    assert good.label == "positive"
    assert model.sha256 == published.sha256


def test_failed_proof_leaves_the_old_model_in_place(trained: TrainedModel, tmp_path: Path) -> None:
    path = tmp_path / "reviews.onnx"
    publish(trained, path)
    before = contents(tmp_path)
    # The irregular forms are forgotten, so the table lacks them and the graph sees other words.
    wrong = replace(trained, irregular=frozenset())

    with pytest.raises(ProofFailed):
        publish(replace(wrong, texts=[*wrong.texts, "wolves and children"] * 2), path)

    assert contents(tmp_path) == before


def test_what_cannot_be_described_leaves_all_old_files_in_place(tmp_path: Path) -> None:
    path = tmp_path / "small.onnx"
    publish(small(), path)
    before = contents(tmp_path)
    other = small(Setting("multinomial", 1.0))

    with pytest.raises(UnicodeError):
        publish(replace(other, command="half a character: \ud800"), path)

    assert contents(tmp_path) == before


def test_two_runs_give_the_same_bytes_whatever_the_hash_seed(
    trained: TrainedModel, tmp_path: Path, data_cache: Path
) -> None:
    kept, model = tmp_path / "kept.skops", tmp_path / "m.onnx"
    keep(trained, kept)
    digests = set()

    for seed in ("1", "4711"):
        command = [sys.executable, "-m", "addsup", "export", str(kept), str(model)]
        environment = {**os.environ, "PYTHONHASHSEED": seed, "DATA_CACHE": str(data_cache)}
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
        digests.add(hashlib.sha256(model.read_bytes()).hexdigest())

    assert digests == {hashlib.sha256(exported(trained)).hexdigest()}


def test_model_opens_without_any_locale(trained: TrainedModel, tmp_path: Path) -> None:
    publish(trained, tmp_path / "m.onnx")
    script = "import sys; from pathlib import Path; from addsup.inference.model import Model;"
    script += "Model.load(Path(sys.argv[1]))"
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "LOCPATH": str(tmp_path / "none")}

    subprocess.run(
        [sys.executable, "-c", script, tmp_path / "m.onnx"], cwd=ROOT, env=environment, check=True
    )


@pytest.mark.slow
def test_a_kept_pipeline_gives_the_same_files_plots_included(
    tmp_path: Path, data_cache: Path
) -> None:
    def run(*words: str) -> None:
        command = [sys.executable, "-m", "addsup", *words]
        environ = {**os.environ, "DATA_CACHE": str(data_cache)}
        done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr[-2_000:]

    write_mails(tmp_path / "mail.csv")
    trained, converted = tmp_path / "trained" / "mail.onnx", tmp_path / "converted" / "mail.onnx"
    run(
        *("train", "--data", str(tmp_path / "mail.csv"), "--text-column", "body"),
        *("--label-column", "kind", "--no-tune", "--repeats", "1", "--quiet"),
        *("--keep", str(tmp_path / "mail.skops"), "--export", str(trained)),
    )
    run("export", str(tmp_path / "mail.skops"), str(converted))

    def files(folder: Path) -> dict[str, bytes]:
        return {
            str(path.relative_to(folder)): path.read_bytes().replace(b"/converted/", b"/trained/")
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    assert files(converted.parent) == files(trained.parent)
    assert {"mail.md", "mail/words.svg", "mail/reliability.svg"} <= files(trained.parent).keys()
