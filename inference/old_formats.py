"""Old formats: the metadata of model files that 1.0 wrote, as those of today.

Format 1 reads a text as the article does; format 2 says how it reads. Both have one block, whose
parts are properties of their own, and call a text a review and the intercept a constant.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_BLOCK: Final = ("vocabulary", "stop_words", "lemmas")
_REST: Final = ("labels", "constant", "golden", "data", "figures", "parameters", "versions")

#: Format -> the parts of its block.
PARTS: Final = {1: _BLOCK, 2: (*_BLOCK, "analyzer")}

#: Format -> its properties.
PROPERTIES: Final = {number: ("format", *_REST, *parts) for number, parts in PARTS.items()}

RENAMED: Final = {
    "constant": "intercept",
    "review": "text",
    "reviews": "texts",
    "reviews_by_label": "texts_by_label",
}


def as_format_3(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The properties *stored*, which are of format 1 or 2, as those of format 3.

    Raises:
        KeyError, TypeError, AttributeError: they are not what these formats hold.
    """
    parts = PARTS[stored["format"]]
    fields = _renamed({name: value for name, value in stored.items() if name not in parts})
    fields["golden"] = [_renamed(each) for each in fields["golden"]]
    fields["data"] = _renamed(fields["data"])
    figures = fields["figures"]
    held_out = figures["held_out"] and _renamed(figures["held_out"])
    fields["figures"] = figures | {"held_out": held_out}
    return fields | {"format": 3, "blocks": [{name: stored[name] for name in parts}]}


def _renamed(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {RENAMED.get(name, name): value for name, value in fields.items()}
