"""Labels: as cells hold them, those that are one to people, and those that are left out."""

from __future__ import annotations

import json
import logging
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from addsup.train.errors import BadData

if TYPE_CHECKING:
    from addsup.train.options import RowPolicy

LOG: Final = logging.getLogger("addsup.train")
#: What may part several labels in one cell.
PARTING: Final = "#|;,/+"


@dataclass(frozen=True, slots=True)
class Names:
    """Names of labels: key -> name of those that are joined, and the labels that are left out."""

    joined: Mapping[str, str] = field(default_factory=dict)
    dropped: Collection[str] = ()

    def __bool__(self) -> bool:
        """Whether any label has another name, or is left out."""
        return bool(self.joined or self.dropped)

    def __call__(self, label: str) -> str:
        """The name of *label*; empty if it is left out."""
        name = self.joined.get(_key(label), label)
        return "" if name in self.dropped else name


#: Every label under its own name.
AS_THEY_ARE: Final = Names()


def names_of(file: str, counts: Counter[str], policy: RowPolicy) -> Names:
    """Names of labels as *policy* says, from the rows of *file* that have each; notes odd ones."""
    groups: dict[str, list[str]] = {}
    for label, _ in counts.most_common():
        groups.setdefault(_key(label), []).append(label)
    alike = [labels for labels in groups.values() if len(labels) > 1]
    if alike:
        LOG.warning(_alike_text(file, alike, counts, policy.join_labels))
    joined = {_key(labels[0]): labels[0] for labels in alike} if policy.join_labels else {}
    by_name: Counter[str] = Counter()
    for label, count in counts.items():
        by_name[joined.get(_key(label), label)] += count
    _note_several(file, by_name)
    dropped = [label for label, count in by_name.items() if count < policy.drop_rare]
    if dropped:
        rows = sum(by_name[label] for label in dropped)
        LOG.warning(
            f"{file}: left out are {len(dropped)} labels with {rows:,} texts: {shown(dropped)}."
        )
    return Names(joined, frozenset(dropped))


def label_of(place: str, value: object) -> str:
    """The label in a cell, without surrounding white space; empty if there is none.

    A list of one label is that label, as doccano writes it, and so are Label Studio's choices.

    Raises:
        BadData: it is no text, number or truth value, or several; names the *place*.
    """
    if isinstance(value, dict) and value.keys() == {"choices"}:
        value = value["choices"]
    if isinstance(value, list) and len(value) < 2:
        value = value[0] if value else None
    if value is None or isinstance(value, str):
        return (value or "").strip()
    if isinstance(value, (bool, int, float)):
        return json.dumps(value)  # true, 1, 0.5: as the file has it
    if isinstance(value, list):
        raise BadData(
            f"{place}: the text has {len(value)} labels ({shown(list(map(str, value)))}), and a "
            "model gives one: keep one of them, or train a model for each."
        )
    found = json.dumps(value, default=repr)[:40]
    raise BadData(f"{place}: the label is {found}, not text or a number.")


def shown(labels: Collection[str]) -> str:
    """The first of *labels* in quotes, invisible characters escaped."""
    first = [f'"{_visible(label[:40])}"' for label in list(labels)[:5]]
    return ", ".join(first) + (f" and {len(labels) - 5:,} more" if len(labels) > 5 else "")


def _key(label: str) -> str:
    """What people see of *label*: equal for those that differ in case, spaces or form alone."""
    plain = unicodedata.normalize("NFKC", label).casefold()
    plain = "".join(each for each in plain if unicodedata.category(each) != "Cf")
    return re.sub(r"^(-?\d+)\.0+$", r"\1", " ".join(plain.split()))


def _visible(label: str) -> str:
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in label)


def _alike_text(file: str, alike: list[list[str]], counts: Counter[str], are_joined: bool) -> str:
    number = sum(map(len, alike))
    spelt = "; ".join(
        ", ".join(f'"{_visible(label[:40])}" ({counts[label]:,})' for label in labels[:5])
        for labels in alike[:5]
    )
    then = "they are joined" if are_joined else "--join-labels makes them one each"
    return f"{file}: {number} labels look like {len(alike)}: {spelt}: {then}."


def _note_several(file: str, counts: Counter[str]) -> None:
    """Say which labels are made of others, as if a cell held several."""
    for mark in PARTING:
        made = [
            label
            for label in counts
            if mark in label and any(part.strip() in counts for part in label.split(mark))
        ]
        if made:
            rows = sum(counts[label] for label in made)
            LOG.warning(
                f'{file}: {rows:,} texts seem to have several labels in a cell, parted by "{mark}" '
                f"({shown(made)}). Each of these is taken for one label: a model gives one a text."
            )
