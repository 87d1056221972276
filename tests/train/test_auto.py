"""Without a classifier named, the best of all kinds is trained, and what was compared is said."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from sklearn.svm import LinearSVC

from addsup.__main__ import main
from addsup.inference.model import Model
from addsup.train.classifiers import KINDS, NBSVM

RANDOM = np.random.default_rng(0)


def write(path: Path, labels: tuple[str, ...]) -> Path:
    """Texts in which noise is common and one rare word says the label."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["text", "label"])
        for number in range(60):
            label = labels[number % len(labels)]
            noise = [f"noise{n}" for n in RANDOM.permutation(40)[: RANDOM.integers(1, 12)]]
            rows.writerow([" ".join([*noise, f"sign{label}"]), label])
    return path


@pytest.mark.usefixtures("data_cache")
def test_best_kind_is_trained_and_the_comparison_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = ("up", "down", "so-so")
    data, target = write(tmp_path / "a.csv", labels), tmp_path / "a.onnx"

    assert main(["train", str(data), "--repeats", "0", "--quiet", "--export", str(target)]) == 0

    said = capsys.readouterr().out
    assert "Chosen by cross-validated loss: " in said
    for kind in KINDS.values():
        assert f"\n  {kind.title} " in said
    (best,) = (line for line in said.splitlines() if line.endswith(": chosen"))
    assert ", right 1.000" in best
    assert "Equal to scikit-learn" in said
    assert [found.label for found in Model.load(target).predict([f"sign{x}" for x in labels])] == [
        *labels
    ]


@pytest.mark.usefixtures("data_cache")
def test_nb_svm_is_served_by_the_graph(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, target = write(tmp_path / "a.csv", ("a", "b", "c")), tmp_path / "a.onnx"
    options = ("--classifier", "nb-svm", "--no-tune", "--repeats", "0", "--quiet")

    assert main(["train", str(data), *options, "--export", str(target)]) == 0

    assert "Equal to scikit-learn" in capsys.readouterr().out
    assert Model.load(target).manifest.parameters["classifier"] == "nb-svm"


def test_nb_svm_is_an_svm_on_terms_times_their_log_count_ratios() -> None:
    X = sparse.csr_matrix(RANDOM.poisson(0.5, (90, 12)).astype(float))
    y = np.array(["a", "b", "c"] * 30)

    found = NBSVM(C=0.5).fit(X, y)

    for number, label in enumerate("abc"):
        p, q = (1 + X[(y == label) == side].toarray().sum(axis=0) for side in (True, False))
        ratio = np.log((p / np.abs(p).sum()) / (q / np.abs(q).sum()))
        svm = LinearSVC(C=0.5, random_state=0, max_iter=10_000)
        svm.fit(X.toarray() * ratio, y == label)
        expected = svm.decision_function(X.toarray() * ratio)
        np.testing.assert_allclose(found.decision_function(X)[:, number], expected, atol=1e-3)
