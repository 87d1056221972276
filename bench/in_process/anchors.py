"""Anchors in this process: other classifiers on the same texts, and the least that reading costs.

fastText is what people take for speed; hashing and a linear model is scikit-learn at its quickest.
Neither removes stop words or lemmatises, and fastText is given letters only, as this server reads.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from addsup.train.data.labelled import LabelledText
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import SGDClassifier

from bench.environments import environment_of, python_with
from bench.errors import PeerNotInstalled
from bench.places import CACHE, PEERS

Predict = Callable[[Sequence[str]], object]

FASTTEXT: Final = PEERS / "fasttext.txt"
TRIES: Final = 50
NOT_LETTERS: Final = re.compile("[^a-zA-Z]+")
WORDS: Final = re.compile("[a-z]+")


def anchors(sentences: LabelledText, vocabulary: Sequence[str]) -> dict[str, Predict]:
    """Name -> what classifies texts; fastText only where it can be installed."""
    found = {"hashing": hashing(sentences), "scan": scan(vocabulary)}
    try:
        return {"fasttext": fasttext(sentences), **found}
    except PeerNotInstalled as error:
        print(f"Not measured: {error}", file=sys.stderr)
        return found


def fasttext(sentences: LabelledText) -> Predict:
    """fastText, supervised with its defaults.

    Raises:
        PeerNotInstalled: there is no wheel of it for this Python.
    """
    python_with(FASTTEXT)
    (packages,) = environment_of(FASTTEXT).glob("lib/python3*/site-packages")
    sys.path.append(str(packages))  # last, so that all but fastText comes from here
    import fasttext as module

    module.FastText.eprint = lambda *_: None
    lines = CACHE / "fasttext.txt"
    pairs = zip(sentences.labels, sentences.texts, strict=True)
    lines.write_text("".join(f"__label__{label} {letters(text)}\n" for label, text in pairs))
    model = _trained(module, lines)

    def predict(texts: Sequence[str]) -> Any:
        if len(texts) == 1:
            return model.predict(letters(texts[0]))
        return model.predict(list(map(letters, texts)))

    return predict


def _trained(module: Any, lines: Path) -> Any:
    """A model; this release says "Encountered NaN" now and then, so it is tried again."""
    for _ in range(TRIES):
        try:
            return module.train_supervised(str(lines), verbose=0)
        except RuntimeError:
            continue
    raise PeerNotInstalled(f"fastText failed {TRIES} times in training")


def letters(text: str) -> str:
    """The article's cleaning but for stop words and lemmas."""
    return NOT_LETTERS.sub(" ", text).lower()


def hashing(sentences: LabelledText) -> Predict:
    """scikit-learn without a vocabulary: hashing, and a linear model fitted by SGD."""
    vectoriser = HashingVectorizer()
    classifier = SGDClassifier(loss="log_loss", random_state=0)
    classifier.fit(vectoriser.transform(sentences.texts), sentences.labels)
    return lambda texts: classifier.predict_proba(vectoriser.transform(texts))


def scan(vocabulary: Sequence[str]) -> Predict:
    """One pass that finds words and looks them up: no reader in Python is quicker than that."""
    get = {term: number for number, term in enumerate(vocabulary)}.get

    def read(texts: Sequence[str]) -> list[list[int | None]]:
        return [list(map(get, WORDS.findall(text.lower()))) for text in texts]

    return read
