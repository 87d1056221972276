"""The page about models lists the commands of `python -m export`, and no others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from export.__main__ import parser

ROOT = Path(__file__).resolve().parents[2]
MODELS = (ROOT / "docs" / "models.md").read_text()


def commands() -> set[str]:
    (choice,) = (action for action in parser()._actions if action.dest == "command")
    return set(choice.choices or ())


def test_every_command_is_in_its_page() -> None:
    assert set(re.findall(r"^\| `python -m export (\w+)", MODELS, re.MULTILINE)) == commands()


@pytest.mark.parametrize("command", sorted(commands()))
def test_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        parser().parse_args([command, "--help"])

    assert stop.value.code == 0
    assert f"usage: python -m export {command}" in capsys.readouterr().out
