"""Model file: one graph with its manifest, the same bytes, whole on the disk."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from addsup.export.graph import token_counts
from addsup.export.graph.model_file import OPSETS
from addsup.export.publish import write_model
from addsup.inference.manifest import Figures, HeldOut
from addsup.inference.model import TOKENS_A_RUN, Model, read_checked
from addsup.train.calibration import Calibration
from addsup.train.errors import CannotWriteError
from addsup.train.hyperparameters import Setting
from tests.export.small import LEMMAS, exported, small, small_model


def test_the_graph_takes_text_and_gives_label_probabilities_and_shares() -> None:
    content = exported(small())
    model = onnx.load_from_string(content)

    onnx.checker.check_model(model)
    assert [each.name for each in model.graph.input] == ["text"]
    assert [each.name for each in model.graph.output] == ["label", "probabilities", "ids", "shares"]
    assert {each.domain: each.version for each in model.opset_import} == OPSETS
    assert exported(small()) == content, "the same bytes"


def test_the_manifest_says_what_was_trained() -> None:
    manifest = small_model().manifest

    assert manifest.labels == ("down", "up")
    assert set(manifest.vocabulary) == {"bad", "dull", "film", "fine", "good", "story"}
    assert manifest.lemmas.items() >= LEMMAS.items()
    assert manifest.stop_words == ("a", "the")
    assert {"numpy", "scikit-learn"} <= manifest.versions.keys()


def test_golden_texts_go_from_the_surest_of_one_label_to_that_of_another() -> None:
    golden = small_model().manifest.golden

    first = [each.probabilities[0] for each in golden]
    assert len(golden) == 8
    assert first == sorted(first)
    assert first[0] < 0.5 < first[-1]


@pytest.mark.parametrize("most", [2, 100_000])
def test_terms_are_counted_in_one_node_or_for_many_by_scattering(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_counts, "MOST_IN_A_NODE", most)
    trained = small(setting=Setting("multinomial", 0.5))
    model = Model(exported(trained))
    texts = trained.pipeline_texts(["good good film good", "bad", "zxqv", "story fine story"])

    assert model.probabilities(texts) == pytest.approx(
        np.array(trained.pipeline.predict_proba(texts)), abs=1e-12
    )


def test_explanations_of_many_labels_are_made_in_runs_that_fit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each holds a number for every token and label."""
    labels = [f"label {chr(97 + n // 8)}{chr(97 + n % 8)}" for n in range(40)]
    words = [f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(160)]
    texts = [" ".join(words[4 * n : 4 * n + 4]) for n in range(40)]
    pipeline = Setting("multinomial").pipeline(Calibration(0.7)).fit(texts, labels)
    counts = ((1,) * 40,) * 40
    figures = Figures(protocol="None.", held_out=HeldOut(1600, 0.5, counts))
    model = Model(exported(replace(small(), pipeline=pipeline, figures=figures, texts=texts)))
    sizes: list[int] = []
    run = Model.run

    def noted(model: Model, *arguments: Any) -> Any:
        found = run(model, *arguments)
        sizes.append(found[-1].size)
        return found

    monkeypatch.setattr(Model, "run", noted)
    explained = model.explain(texts * 30)

    assert [prediction.label for prediction, _ in explained] == labels * 30
    assert len(sizes) > 1
    assert max(sizes) <= TOKENS_A_RUN


def test_the_checksum_is_in_the_form_of_sha256sum_and_fits(tmp_path: Path) -> None:
    path = tmp_path / "new" / "mine.onnx"

    digest = write_model(path, b"content")

    assert digest == hashlib.sha256(b"content").hexdigest()
    assert (tmp_path / "new" / "mine.onnx.sha256").read_text() == f"{digest}  mine.onnx\n"
    assert read_checked(path) == b"content"


def test_unwritable_folder_leaves_the_old_model_in_place(tmp_path: Path) -> None:
    write_model(tmp_path / "m.onnx", b"old")
    (tmp_path / "m.onnx.sha256").unlink()
    (tmp_path / "m.onnx.sha256").mkdir()

    with pytest.raises(CannotWriteError, match="Cannot write"):
        write_model(tmp_path / "m.onnx", b"new")

    assert sorted(file.name for file in tmp_path.iterdir()) == ["m.onnx", "m.onnx.sha256"]
