"""Report of the choice among classifiers, as text for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from addsup.inference.manifest import Interval
from addsup.train.classifiers import KINDS
from addsup.train.tuning.search import Tried
from addsup.train.wording import signed_text


def chosen_text(tried: Sequence[Tried]) -> str:
    """What was chosen, against the best of each other classifier, a line each.

    The brackets hold 95 % intervals of the differences of losses, text by text.
    """
    chosen, *others = tried
    titles = [KINDS[each.setting.classifier].title for each in tried]
    width = max(map(len, titles))
    lines = [f"  {titles[0]:<{width}}  {chosen.loss:.3f}, right {chosen.accuracy:.3f}: chosen"]
    for title, each in zip(titles[1:], others, strict=True):
        apart = each.losses - chosen.losses
        mean, half = apart.mean(), 1.96 * apart.std(ddof=1) / np.sqrt(len(apart))
        difference = signed_text(Interval(mean, mean - half, mean + half))
        lines.append(
            f"  {title:<{width}}  {each.loss:.3f}, right {each.accuracy:.3f}: {difference}"
        )
    longest = chosen.setting.ngram_range[1]
    terms = "words" if longest == 1 else f"terms of up to {longest} words"
    head = (
        f"\nChosen by cross-validated loss: {titles[0]} of {terms}. The best of each classifier on "
        "all texts to train on, with the difference from the chosen:"
    )
    return "\n".join([head, *lines])
