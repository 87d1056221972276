"""Files are written whole, and a kept pipeline comes back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import skops.io

from addsup.inference.manifest import Interval
from addsup.train.artifact import LearningPoint, UnseenPredictions, keep, read_kept
from addsup.train.errors import CannotWriteError, KeptFileError
from addsup.train.files import write_atomically
from tests.export.small import lemma, small

UNSEEN = UnseenPredictions(
    np.array([0, 1]),
    np.array([[0.8, 0.2], [0.3, 0.7]]),
    (LearningPoint(10, Interval(0.5, 0.4, 0.6)),),
)


@pytest.mark.parametrize("unseen", [None, UNSEEN])
def test_a_trained_model_survives_being_kept(
    tmp_path: Path, unseen: UnseenPredictions | None
) -> None:
    trained = replace(small(), unseen_predictions=unseen)

    keep(trained, tmp_path / "a.skops")
    read = read_kept(tmp_path / "a.skops", lemma)

    assert (read.labels, read.vocabulary) == (trained.labels, trained.vocabulary)
    assert (read.data, read.figures, read.parameters) == (
        trained.data,
        trained.figures,
        trained.parameters,
    )
    texts = ["good film", "bad story", ""]
    assert np.array_equal(read.pipeline.predict_proba(texts), trained.pipeline.predict_proba(texts))
    if unseen:
        assert read.unseen_predictions
        assert read.unseen_predictions.learning_curve == unseen.learning_curve


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"not an archive", "is not a pipeline that"),
        (skops.io.dumps({"format": 1, "pipeline": 1}), "holds no pipeline of this version"),
        (skops.io.dumps({"other": 1}), "holds no pipeline"),
    ],
)
def test_another_file_is_refused_with_a_sentence(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "a.skops"
    path.write_bytes(content)

    with pytest.raises(KeptFileError, match=sentence):
        read_kept(path, lemma)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(KeptFileError, match=r"a.skops cannot be read: No such file"):
        read_kept(tmp_path / "a.skops", lemma)


def test_a_file_is_written_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.txt"

    write_atomically(path, b"one")
    write_atomically(path, b"two")

    assert path.read_bytes() == b"two"
    assert list(path.parent.iterdir()) == [path]


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    (path / "inside").mkdir(parents=True)

    with pytest.raises(CannotWriteError, match=r"^Cannot write .*folder: "):
        write_atomically(path, b"one")
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]
