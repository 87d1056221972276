"""The command line: help, errors, exit status, and what it imports."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from addsup.__main__ import COMMANDS, main
from addsup.commands import score as score_command
from addsup.options import CLASSIFIERS, LANGUAGES, METRICS
from addsup.tables.formats import FORMATS
from addsup.train.classifiers import KINDS
from addsup.train.metrics.losses import METRICS as LOSSES
from addsup.train.text import languages
from tests.places import ROOT

ADDSUP = [sys.executable, "-m", "addsup"]


def run(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a terminal of 80 columns."""
    return subprocess.run(
        [*ADDSUP, *words],
        env={**os.environ, "COLUMNS": "80", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_fits_80_columns_and_has_examples(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    assert main([name, "--help"]) == 0

    shown = capsys.readouterr().out
    assert shown.startswith(f"Usage: addsup {name}")
    assert max(map(len, shown.splitlines())) <= 80
    assert name == "version" or f"addsup {name} " in shown.partition("Example")[2]


def test_without_a_word_the_commands_are_listed_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    assert main([]) == 0

    shown = capsys.readouterr().out
    commands = shown.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()
    assert [line.split()[0] for line in commands] == list(COMMANDS)
    assert not any(line.endswith("...") for line in commands)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["serv"], "addsup: No such command 'serv'."),
        (["--fast"], "addsup: No such option '--fast'."),
        (["train", "--repeats", "-1"], "addsup train: Invalid value for '--repeats': -1 "),
        (["train", "--classifier", "forest"], "addsup train: Invalid value for '--classifier': "),
        (["train", "--max-terms", "0"], "addsup train: Invalid value for '--max-terms': 0 "),
        (["train", "--max-memory", "much"], "addsup train: Invalid value for '--max-memory': "),
        (["train", "--max-minutes", "inf"], "addsup train: Invalid value for '--max-minutes': "),
        (["train", "--language", "xx"], "addsup train: Invalid value for '--language': "),
        (["train", "a.csv", "--data", "b.csv"], "addsup train: Give the data once"),
        (["compare", "--repeats", "0"], "addsup compare: Invalid value for '--repeats': 0 "),
        (["score", "m.onnx", "a.csv"], "addsup score: Missing argument 'OUTPUT'."),
        (["score", "m", "a", "b", "--format", "xml"], "addsup score: Invalid value for '--format'"),
        (["serve", "--workers", "3"], "addsup serve: No such option '--workers'."),
        (["serve", "a.onnx", "b.onnx"], "addsup serve: Got unexpected extra argument (b.onnx)"),
    ],
)
def test_wrong_usage_is_a_sentence_and_status_2(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2

    printed = capsys.readouterr()
    assert printed.err.startswith(sentence)
    assert printed.err.count("\n") == 1
    assert printed.err.endswith(" --help.\n")
    assert printed.out == ""


@pytest.mark.usefixtures("data_cache")
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["train", "none.csv"], "addsup train: none.csv "),
        (["compare", "none.csv"], "addsup compare: none.csv "),
        (["export", "none.skops", "m.onnx"], "addsup export: none.skops "),
        (["inspect", "none.onnx"], "addsup inspect: none.onnx "),
        (["evaluate", "none.onnx", "none.csv"], "addsup evaluate: "),
        (["diff", "none.onnx", "none.onnx"], "addsup diff: "),
        (["predict", "--model", "none.onnx", "Fine."], "addsup predict: "),
        (["score", "none.onnx", "a.csv", "b.csv"], "addsup score: "),
    ],
)
def test_bad_data_are_a_sentence_and_status_1(
    words: list[str],
    sentence: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)

    assert main(words) == 1

    printed = capsys.readouterr()
    assert printed.err.startswith(sentence)
    assert printed.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


WITHOUT = """
import sys
from importlib.abc import MetaPathFinder

class Missing(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name in sys.argv[1].split():
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
from addsup.__main__ import main
sys.exit(main(sys.argv[2:]))
"""


def without(missing: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command where the modules *missing* cannot be imported."""
    command = [sys.executable, "-c", WITHOUT, missing, *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("missing", "words", "extra"),
    [
        ("sklearn", ["train", "mail.csv"], "train"),
        ("addsup.train", ["train", "mail.csv"], "train"),
        ("addsup.train addsup.export", ["inspect", "models/sentiment.onnx"], "train"),
        ("addsup.score", ["score", "m.onnx", "a.csv", "b.csv"], "score"),
        ("gunicorn", ["serve"], "serve"),
    ],
)
def test_a_command_whose_extra_is_not_installed_says_how_to_install_it(
    missing: str, words: list[str], extra: str
) -> None:
    done = without(missing, *words)

    assert done.returncode == 1
    name = missing.split()[-1]
    install = f"{name} is not installed: pip install 'addsup[{extra}]'"
    assert done.stderr == f"addsup {words[0]}: {install}\n"


def test_help_and_predict_need_no_extra() -> None:
    extras = "addsup.train addsup.export addsup.score addsup.server addsup.tables pandas sklearn"

    assert without(extras, "--help").returncode == 0
    assert all(without(extras, name, "--help").returncode == 0 for name in ("train", "score"))
    assert without(extras, "predict", "A fine film.").stdout.startswith("positive ")


@pytest.mark.parametrize("code", ["import addsup", "from addsup.__main__ import main; main([])"])
def test_neither_the_package_nor_its_help_imports_numpy(code: str) -> None:
    traced = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True, check=True
    )

    imported = {line.rpartition("|")[2].strip() for line in traced.stderr.splitlines()}
    assert "addsup" in imported
    assert not imported & {"numpy", "onnxruntime", "flask", "sklearn", "pandas", "pyarrow"}


def test_choices_are_those_of_the_rooms() -> None:
    """They are written down twice, since help would take seconds to import the rooms."""
    assert tuple(KINDS) == CLASSIFIERS
    assert tuple(LOSSES) == METRICS
    assert tuple(languages.LANGUAGES) == LANGUAGES
    assert tuple(FORMATS) == tuple(score_command.FORMATS.choices)


@pytest.mark.parametrize("words", ["inspect models/sentiment.onnx --json", "--help"])
def test_a_reader_that_stops_early_gets_no_traceback(words: str) -> None:
    command = f"'{sys.executable}' -m addsup {words} | head -n 1"

    done = subprocess.run(
        command, shell=True, cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.stdout in ("{\n", "Usage: addsup [OPTIONS] COMMAND [ARGS]...\n")
    assert done.stderr == ""


def test_ctrl_c_is_one_line_and_status_130() -> None:
    running = subprocess.Popen(
        [*ADDSUP, "predict", "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdin and running.stdout
    running.stdin.write("A fine film.\n")
    running.stdin.flush()
    running.stdout.readline()  # so it reads on
    time.sleep(0.1)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=30)

    assert running.returncode == 130
    assert errors == "addsup predict: stopped.\n"


def test_words_are_completed_by_the_shell() -> None:
    done = run(_ADDSUP_COMPLETE="bash_complete", COMP_WORDS="addsup ver", COMP_CWORD="1")

    assert done.stdout.split() == ["plain,verify", "plain,version"]


def test_versions_are_those_of_what_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["version"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("addsup 2.")
    assert {line.split()[0] for line in lines} >= {"python", "numpy", "onnxruntime", "gunicorn"}
