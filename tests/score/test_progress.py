from __future__ import annotations

from pathlib import Path

import pytest

from addsup.score import progress
from addsup.score.counts import Counts
from addsup.score.errors import ScoreError
from addsup.score.progress import Done
from addsup.tables.storage import Source, place_of

SOURCE = Source(None, "a.csv", 5, 7)


def test_what_was_done_is_found_again(tmp_path: Path) -> None:
    folder = place_of(str(tmp_path / "out"))
    state = progress.begun(folder, "m" * 64, {"a": 1})
    assert not state.is_done("a.csv", SOURCE)
    state.parts["a.csv"] = Done(5, 7, Counts(3, {"good": 3}))
    progress.save(folder, state)

    again = progress.begun(folder, "m" * 64, {"a": 1})

    assert again == state
    assert again.is_done("a.csv", SOURCE)


@pytest.mark.parametrize(
    ("model", "options", "says"),
    [("n" * 64, {"a": 1}, "the model mmmmmmmmmmmm, not nnnnnnnnnnnn"), ("m" * 64, {}, "options")],
)
def test_models_and_options_are_not_mixed(
    tmp_path: Path, model: str, options: dict[str, int], says: str
) -> None:
    folder = place_of(str(tmp_path))
    progress.save(folder, progress.begun(folder, "m" * 64, {"a": 1}))

    with pytest.raises(ScoreError, match=f"holds results of {says}.*give another output"):
        progress.begun(folder, model, options)


def test_input_that_has_changed_is_not_mixed_with_what_it_was(tmp_path: Path) -> None:
    state = progress.begun(place_of(str(tmp_path)), "m", {})
    state.parts["a.csv"] = Done(5, 8, Counts())

    with pytest.raises(ScoreError, match=r"a\.csv has changed"):
        state.is_done("a.csv", SOURCE)


def test_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("")

    with pytest.raises(ScoreError, match=r"is not empty \(it has thesis\.tex\)"):
        progress.begun(place_of(str(tmp_path)), "m", {})


def test_progress_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / progress.NAME).write_text("{")

    with pytest.raises(ScoreError, match=r"_progress\.json cannot be read"):
        progress.begun(place_of(str(tmp_path)), "m", {})


def test_progress_is_written_now_and_then_and_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = place_of(str(tmp_path))
    state = progress.begun(folder, "m" * 64, {})
    monkeypatch.setattr(progress, "SELDOM", 1e9)

    with progress.kept(folder, state) as note:
        for number in range(3):
            state.parts[f"{number}.csv"] = Done(5, 7, Counts(3))
            note()
        assert list(progress.begun(folder, "m" * 64, {}).parts) == ["0.csv"]

    assert progress.begun(folder, "m" * 64, {}) == state


def test_progress_is_written_when_the_command_is_interrupted(tmp_path: Path) -> None:
    folder = place_of(str(tmp_path))
    state = progress.begun(folder, "m" * 64, {})

    with pytest.raises(KeyboardInterrupt), progress.kept(folder, state):
        state.parts["a.csv"] = Done(5, 7, Counts(3))
        raise KeyboardInterrupt

    assert progress.begun(folder, "m" * 64, {}) == state
