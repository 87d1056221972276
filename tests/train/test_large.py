"""A data set of 25,000 full-length reviews on one machine."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import GaussianNB

from addsup.inference.analyzer import Normaliser
from addsup.inference.model import Model
from addsup.train.data.dataset import load_labelled_text
from addsup.train.data.wordnet import WordNet, stop_words
from addsup.train.hyperparameters import Setting
from tests.places import ROOT
from tests.train.large import write_large

PAGE = os.sysconf("SC_PAGE_SIZE")

SECONDS = 60
BYTES = 2**30


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "large.tsv"
    write_large(path)
    return path


def resident(root: int) -> int:
    """Bytes of memory that process *root* and its descendants hold."""
    parents, sizes = {}, {}
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit():
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                parents[int(entry.name)], sizes[int(entry.name)] = int(fields[1]), int(fields[21])
        except OSError:
            continue  # it has ended

    def descends(process: int) -> bool:
        return process == root or (process in parents and descends(parents[process]))

    return PAGE * sum(size for process, size in sizes.items() if descends(process))


@pytest.mark.slow
def test_25_000_full_length_reviews_train_in_a_minute_and_a_gibibyte_exported_too(
    large: Path, tmp_path: Path, data_cache: Path
) -> None:
    assert large.stat().st_size > 33_000_000
    command = [
        sys.executable,
        "-u",
        "-m",
        "addsup",
        "train",
        "--data",
        large,
        "--no-tune",
        "--repeats",
        "0",
    ]
    command += ["--quiet", "--export", tmp_path / "large.onnx"]
    start, fitted, peaks = time.monotonic(), 0.0, [0]

    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "DATA_CACHE": str(data_cache)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        watching = threading.Thread(target=watch, args=(process, peaks))
        watching.start()
        assert process.stdout
        for line in process.stdout:
            if line.startswith("Fitted on all 25,000 texts"):
                fitted = time.monotonic() - start
        watching.join()

    print(f"{fitted:.1f} s, {time.monotonic() - start - fitted:.1f} s more for the export")
    print(f"{max(peaks) / 2**20:.0f} MiB")
    assert process.returncode == 0
    assert 0 < fitted < SECONDS
    assert max(peaks) < BYTES
    assert Model.load(tmp_path / "large.onnx").manifest.data.texts == 25_000


def watch(process: subprocess.Popen[str], peaks: list[int]) -> None:
    """Look at the memory of *process* ten times a second, until it ends."""
    while process.poll() is None:
        peaks.append(resident(process.pid))
        time.sleep(0.1)


@pytest.mark.slow
def test_statistics_are_those_that_scikit_learn_computes_in_memory(
    large: Path, data_cache: Path
) -> None:
    normaliser = Normaliser(stop_words(data_cache), WordNet.load(data_cache).lemmatize)
    labelled = load_labelled_text(large)
    some = labelled.frame.iloc[::5]  # all of it would not fit densely
    texts, labels = [normaliser.normalise(text) for text in some["text"]], list(some["label"])

    ours = Setting().pipeline().fit(texts, labels)

    vectoriser = TfidfVectorizer(max_features=2000)
    theirs = GaussianNB().fit(vectoriser.fit_transform(texts).toarray(), labels)
    assert ours[0].vocabulary_ == vectoriser.vocabulary_
    np.testing.assert_array_equal(ours[0].idf_, vectoriser.idf_)
    np.testing.assert_allclose(ours[1].theta_, theirs.theta_, rtol=1e-11)
    np.testing.assert_allclose(ours[1].var_, theirs.var_, rtol=1e-9)
