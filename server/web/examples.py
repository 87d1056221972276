"""Examples to try on the page: written for the shipped model, or taken from the model file."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from addsup.inference.model import Model

#: Reviews written for the shipped model: what each is called -> what it says.
OF_FILMS: Final = {
    "A clear no": "What a waste of time. The acting is awful, the jokes are worse. I left early.",
    "A clear yes": "A wonderful film! Great cast, beautiful music, and I loved every minute of it.",
    "Torn": "The plot is bad and far too long, but the cast is great and the music is lovely.",
    "Irony": "Oh great, two more hours of my life that I will never get back. Just what I needed.",
    "A long one": (
        "I expected very little. For the first half hour that is what I got: a slow start, flat "
        "jokes, and a plot that I had seen before.\nThen the daughter comes home, and the film "
        "wakes up. The two leads are wonderful together. The music is beautiful and never gets in "
        "the way. Even the dog can act! I could have done without the car chase, which is stupid "
        "and far too long. But the last scene is excellent, and half of the audience cried."
    ),
}

#: Name of what a model learned from -> reviews written for it.
WRITTEN: Final = {"UCI Sentiment Labelled Sentences, IMDb": OF_FILMS}

#: Labels of which an example is shown, and characters that one may have.
MOST_LABELS: Final = 4
MOST_CHARS: Final = 600


def noun(model: Model | None) -> str:
    """What the page calls a text: a review only where the model has learnt from reviews."""
    return "review" if model is None or model.manifest.data.name in WRITTEN else "text"


@lru_cache(maxsize=2)
def examples(model: Model) -> dict[str, str]:
    """What to try with *model*: the surest golden text of each label, and the most torn."""
    manifest = model.manifest
    if manifest.data.name in WRITTEN:
        return WRITTEN[manifest.data.name]
    golden = [each for each in manifest.golden if len(each.text) <= MOST_CHARS]
    found: dict[str, str] = {}
    for number, label in enumerate(manifest.labels):
        sure = max(golden, key=lambda each: each.probabilities[number], default=None)
        if sure and max(sure.probabilities) == sure.probabilities[number]:
            found[f"Surely {label}"] = sure.text.strip()
        if len(found) == MOST_LABELS:
            break
    torn = min(golden, key=lambda each: max(each.probabilities), default=None)
    if torn and torn.text.strip() not in found.values():
        found["Torn"] = torn.text.strip()
    return found
