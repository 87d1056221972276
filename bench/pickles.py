"""Pickles of the peers, and the folder of NLTK's data that they read."""

from __future__ import annotations

import pickle
import shutil
from typing import Final

import nltk
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import GaussianNB

from addsup.inference.model import Model
from addsup.train.data.dataset import imdb_sentences
from addsup.train.data.download import ensure
from addsup.train.data.resources import WORDNET
from bench import CACHE, MODEL
from bench.peers.pickled import FOLDER, nltk_cleaning

NLTK_DATA: Final = CACHE / "nltk_data"


def make_pickles() -> None:
    """Fit scikit-learn on the shipped model's data, with its stop words and vocabulary."""
    manifest = Model.load(MODEL).manifest
    shutil.copytree(
        ensure(WORDNET) / "corpora/wordnet", NLTK_DATA / "corpora/wordnet", dirs_exist_ok=True
    )
    (NLTK_DATA / "corpora/wordnet/lexnames").touch()  # NLTK opens it, and lemmas do not need it
    stop_words = NLTK_DATA / "corpora/stopwords/english"
    stop_words.parent.mkdir(exist_ok=True)
    stop_words.write_text("\n".join(manifest.stop_words) + "\n")

    nltk.data.path.insert(0, str(NLTK_DATA))
    sentences = imdb_sentences()
    vectoriser = TfidfVectorizer(vocabulary=manifest.vocabulary)
    tfidf = vectoriser.fit_transform(map(nltk_cleaning(), sentences.texts))
    # Unsmoothed, it would be certain of the wrong label as soon as a word is new in a class.
    classifier = GaussianNB(var_smoothing=0.1).fit(tfidf.toarray(), sentences.labels)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "vectoriser").write_bytes(pickle.dumps(vectoriser))
    (FOLDER / "classifier").write_bytes(pickle.dumps(classifier))
