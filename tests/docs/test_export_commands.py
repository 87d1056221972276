"""The page about models lists the commands of `addsup export`, and no others."""

from __future__ import annotations

import re

import pytest
from addsup.export.__main__ import parser

from tests.places import ROOT

MODELS = (ROOT / "docs" / "models.md").read_text()


def commands() -> set[str]:
    (choice,) = (action for action in parser()._actions if action.dest == "command")
    return set(choice.choices or ())


def test_every_command_is_in_its_page() -> None:
    assert set(re.findall(r"^\| `addsup export (\w+)", MODELS, re.MULTILINE)) == commands()


@pytest.mark.parametrize("command", sorted(commands()))
def test_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        parser().parse_args([command, "--help"])

    assert stop.value.code == 0
    assert f"usage: addsup export {command}" in capsys.readouterr().out
