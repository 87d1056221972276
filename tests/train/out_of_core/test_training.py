"""`addsup train --data FOLDER`, as it is typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from addsup.__main__ import main
from addsup.inference.model import Model
from tests.clusters import Cluster, running_cluster
from tests.train.out_of_core.conftest import Row, made_up, write, write_folder


@pytest.fixture
def folder(tmp_path: Path, rows: list[Row]) -> Path:
    return write_folder(tmp_path / "in", rows)


def numbers(path: Path) -> dict[str, np.ndarray]:
    return {each.name: numpy_helper.to_array(each) for each in onnx.load(path).graph.initializer}


def train(*arguments: str | Path) -> int:
    export = [] if "--export" in arguments else ["--no-export"]
    return main(["train", *map(str, arguments), "--quiet", *export])


@pytest.mark.usefixtures("data_cache")
@pytest.mark.parametrize("classifier", ["gaussian", "bernoulli"])
def test_folder_becomes_a_model_file_that_is_proved(
    folder: Path,
    tmp_path: Path,
    fitted: list[Row],
    capsys: pytest.CaptureFixture[str],
    classifier: str,
) -> None:
    target = tmp_path / "m.onnx"

    status = train("--data", folder, "--no-tune", "--classifier", classifier, "--export", target)

    said = capsys.readouterr().out
    assert status == 0
    assert f"{folder}: 600 texts (200 bad, 200 good, 200 so-so)" in said
    assert f"that the fit on {len(fitted)} has not seen" in said
    assert "Equal to scikit-learn" in said
    model = Model.load(target)
    assert model.labels == ("bad", "good", "so-so")
    assert model.manifest.data.texts == len(fitted)
    assert model.manifest.figures.accuracy
    assert model.manifest.figures.accuracy.mean > 0.4
    assert (tmp_path / "m.md").exists()


@pytest.mark.usefixtures("data_cache")
def test_settings_are_chosen_on_a_sample(
    folder: Path, fitted: list[Row], capsys: pytest.CaptureFixture[str]
) -> None:
    few = ("--max-minutes", "0.001")  # the cheapest setting alone

    assert train("--data", folder, "--classifier", "multinomial", *few) == 0

    said = capsys.readouterr().out
    assert f"A sample of {folder}: {len(fitted)} texts" in said
    assert f"Fitted on {len(fitted)} texts: classifier=multinomial" in said


@pytest.mark.usefixtures("data_cache")
def test_glob_and_kept_pipeline(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept.skops"

    assert train("--data", folder / "[01].csv", "--no-tune", "--keep", kept) == 0

    assert "[01].csv: 300 texts" in capsys.readouterr().out
    assert kept.exists()


@pytest.mark.usefixtures("data_cache")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--classifier", "svm"], "choose one of these with --classifier, or give svm one file"),
        (["--repeats", "2"], "--repeats goes with one file"),
        (["--max-memory", "1k"], "give a smaller --max-terms"),
        (["--label-column", "kind"], 'no column "kind"'),
    ],
)
def test_what_does_not_go_with_a_folder_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    assert train("--data", folder, "--no-tune", *options) == 1

    error = capsys.readouterr().err
    assert error.startswith("addsup train: ")
    assert said in error


def test_compare_takes_one_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "--data", str(folder), "--quiet"]) == 1

    assert "compare takes one file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("one text", "good")] * 50, "has 1 different labels"),
        ([(f"text {i}", "good" if i else "bad") for i in range(50)], '1 texts labelled "bad"'),
        ([(f"text {i % 2}", "bad good".split()[i % 2]) for i in range(90)], "too few"),
        ([(f"text {i}", "") for i in range(50)], "line 2 has no label"),
    ],
)
def test_rows_that_cannot_be_learnt_from_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: list[Row], said: str
) -> None:
    write(tmp_path / "in" / "a.csv", rows)

    assert train("--data", tmp_path / "in") == 1

    assert said in capsys.readouterr().err


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with running_cluster() as running:
        yield running


@pytest.mark.slow
@pytest.mark.usefixtures("data_cache")
def test_cluster_makes_the_same_model(tmp_path: Path, cluster: Cluster) -> None:
    folder = write_folder(tmp_path / "in", made_up(3_000), files=7)
    options = ("--data", folder, "--no-tune", "--export")

    assert train(*options, tmp_path / "here.onnx") == 0
    assert train("--scheduler", cluster.address, *options, tmp_path / "there.onnx") == 0

    here, there = numbers(tmp_path / "here.onnx"), numbers(tmp_path / "there.onnx")
    assert here.keys() == there.keys()
    for name, values in here.items():
        np.testing.assert_array_equal(values, there[name], err_msg=name)
