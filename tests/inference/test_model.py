"""Model: one loaded model file, predicting."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from addsup.inference.analyzer import LETTERS_ONLY
from addsup.inference.errors import ModelFileError
from addsup.inference.model import Model, checksum_file, read_trusted
from addsup.inference.session import open_session
from addsup.inference.text_checks import problem_with
from tests.places import ROOT

SHIPPED = ROOT / "models" / "sentiment.onnx"


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.load(SHIPPED)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the shipped model and its checksum."""
    path = tmp_path / "model.onnx"
    shutil.copy(SHIPPED, path)
    shutil.copy(checksum_file(SHIPPED), checksum_file(path))
    return path


def test_golden_texts_get_the_probabilities_of_scikit_learn(model: Model) -> None:
    model.try_out()

    golden = model.manifest.golden
    predictions = model.predict([each.text for each in golden])
    for each, prediction in zip(golden, predictions, strict=True):
        assert prediction.probabilities
        expected = pytest.approx(each.probabilities, abs=1e-6)
        assert list(prediction.probabilities.values()) == expected


def test_a_batch_of_any_size_is_answered_in_order(model: Model) -> None:
    texts = ["A wonderful film." if number % 3 else "Awful." for number in range(200)]

    labels = [each.label for each in model.predict(texts)]

    assert labels == ["positive" if number % 3 else "negative" for number in range(200)]
    assert model.predict([]) == []


def test_texts_of_any_length_are_answered_as_each_alone(model: Model) -> None:
    texts = ["Good film. " * (number % 7) ** 3 + "Awful!" * (number % 3) for number in range(60)]

    together, explained = model.predict(texts), model.explain(texts)

    for text, one, (other, why) in zip(texts, together, explained, strict=True):
        (alone,) = model.predict([text])
        assert (one.label, one.words, one.known_words) == (
            alone.label,
            alone.words,
            alone.known_words,
        )
        assert one == other
        assert (why is None) == (one.label is None)
        if one.probability and alone.probability:
            assert one.probability == pytest.approx(alone.probability, abs=1e-12)


def test_columns_are_the_predictions_by_column(model: Model) -> None:
    texts = ["A great film.", "Zxqv wvutq.", "Awful na\u00efve plot.", *["good film"] * 200]

    found, expected = model.columns(texts), model.predict(texts)

    assert model.columns([]).probabilities.shape == (0, len(model.labels))
    assert found.words.tolist() == [each.words for each in expected]
    assert found.known_words.tolist() == [each.known_words for each in expected]
    assert found.unread_letters == [each.unread_letters for each in expected]
    for row, each in zip(found.probabilities.tolist(), expected, strict=True):
        assert each.probabilities in (None, dict(zip(model.labels, row, strict=True)))


def test_a_run_is_bounded_by_its_tokens(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[tuple[int, int]] = []
    run = model.run

    def noted(texts: list[str], *outputs: str) -> object:
        sizes.append((len(texts), max(text.count(" ") + 1 for text in texts)))
        return run(texts, *outputs)

    monkeypatch.setattr(model, "run", noted)
    model.probabilities(["good film"] * 500 + ["good " * 20_000] * 30)

    assert sum(count for count, _ in sizes) == 530
    assert max(count * longest for count, longest in sizes) <= model.tokens_a_run
    assert max(count for count, _ in sizes) <= model.texts_a_run


@pytest.mark.parametrize("damage", ["byte", "no checksum", "empty checksum", "no file"])
def test_a_damaged_file_is_refused_by_name(copy: Path, damage: str) -> None:
    if damage == "byte":
        content = bytearray(copy.read_bytes())
        content[1000] ^= 1
        copy.write_bytes(content)
    elif damage == "no file":
        copy.unlink()
    else:
        checksum_file(copy).unlink()
        if damage == "empty checksum":
            checksum_file(copy).touch()

    with pytest.raises(ModelFileError, match=r"^Cannot serve .*model.onnx: "):
        read_trusted(copy)


CONTENT = SHIPPED.read_bytes()


def test_a_session_has_one_thread_and_no_arena() -> None:
    options = open_session(CONTENT).get_session_options()

    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (1, 1)
    assert not options.enable_cpu_mem_arena
    assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"


@pytest.mark.parametrize("content", [b"", b"not a graph", CONTENT[:5000]])
def test_what_is_no_graph_is_refused(content: bytes) -> None:
    with pytest.raises(ModelFileError):
        open_session(content)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (None, "missing_text"),
        (7, "wrong_type"),
        (b"good", "wrong_type"),
        ("good " * 3, "text_too_long"),
        ("", "empty_text"),
        (" \n\u3000", "empty_text"),
        ("12:30 !", "text_without_letters"),
        ("good", None),
    ],
)
def test_a_text_has_at_most_one_problem(text: object, code: str | None) -> None:
    assert problem_with(text, LETTERS_ONLY, max_chars=10) == code
