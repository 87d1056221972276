"""Descriptions in the OpenAPI document: docstrings, told for readers of the API.

A docstring's first paragraphs describe the type; its section "Attributes" describes the members.
"""

from __future__ import annotations

import re
from inspect import cleandoc
from typing import Any, Final

SECTION: Final = re.compile(r"\n\nAttributes:\n")
MEMBER: Final = re.compile(r"^ {4}(\w+): (.+(?:\n {8}.+)*)", re.MULTILINE)


def describe(schema: dict[str, Any]) -> None:
    """Give the members of a *schema* their part of its description, in place."""
    text, *members = SECTION.split(cleandoc(schema.get("description", "")), maxsplit=1)
    if text:
        schema["description"] = _for_readers(text)
    for name, said in MEMBER.findall("".join(members)):
        described = schema["properties"].get(name, {})  # stored under another name
        if "$ref" not in described:  # some generators drop a reference that has neighbours
            described.setdefault("description", _for_readers(said))


def _for_readers(text: str) -> str:
    """*text* in the words of JSON, on one line, as a sentence."""
    said = " ".join(text.replace("None", "null").split())
    return said[:1].upper() + said[1:]
