"""Pickles for the peers: two files like the article's, and a folder of NLTK's data.

The pickles hold scikit-learn's own TfidfVectorizer and GaussianNB with the settings of the shipped
model, fitted on the same cleaned sentences. The peers unpickle them; this server never does.
"""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path
from typing import Any, Final

from addsup.inference.analyzer import Normaliser
from addsup.inference.model import Model
from addsup.train.data.dataset import imdb_sentences
from addsup.train.data.download import ensure
from addsup.train.data.resources import STOP_WORDS_FILE, WORDNET, WORDNET_FOLDER
from addsup.train.data.wordnet import WordNet
from addsup.train.hyperparameters import from_parameters
from sklearn.naive_bayes import GaussianNB

from bench.places import CACHE, MODEL

NLTK_DATA: Final = CACHE / "nltk_data"
PICKLES: Final = CACHE / "pickles"


def make() -> None:
    """Write both folders anew."""
    model = Model.load(MODEL)
    _write_nltk_data(model.manifest.stop_words)
    vectoriser, classifier = fitted(model)
    PICKLES.mkdir(parents=True, exist_ok=True)
    for name, estimator in (("vectoriser", vectoriser), ("classifier", classifier)):
        (PICKLES / f"{name}.pickle").write_bytes(pickle.dumps(estimator))


def fitted(model: Model) -> tuple[Any, Any]:
    """The vectoriser and the classifier, not calibrated."""
    sentences = imdb_sentences()
    normaliser = Normaliser(frozenset(model.manifest.stop_words), WordNet.load().lemmatize)
    setting, _ = from_parameters(model.manifest.parameters)
    vectoriser = setting.vectoriser()
    tfidf = vectoriser.fit_transform([normaliser.normalise(text) for text in sentences.texts])
    classifier = GaussianNB(var_smoothing=setting.value)
    return vectoriser, classifier.fit(tfidf.toarray(), sentences.labels)


def _write_nltk_data(stop_words: tuple[str, ...]) -> None:
    """WordNet as it is; of the stop words those of the shipped model, which keeps negations."""
    target = NLTK_DATA / WORDNET_FOLDER
    if not target.is_dir():
        shutil.copytree(ensure(WORDNET) / WORDNET_FOLDER, target)
    listed = NLTK_DATA / STOP_WORDS_FILE.format("english")
    listed.parent.mkdir(parents=True, exist_ok=True)
    Path(listed).write_text("\n".join(stop_words) + "\n")
