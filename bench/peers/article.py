"""The app of the article, written afresh: both pickles are loaded again for each review.

So is the list of stop words, for each word of it, as the usual one-liner of such articles does.
"""

from __future__ import annotations

import re
from typing import Any

from flask import Flask, request
from nltk.corpus import stopwords, wordnet
from nltk.stem import WordNetLemmatizer

from bench.peers.work import CLASSIFIER, VECTORISER, classify, unpickled

wordnet.ensure_loaded()  # two threads of Gunicorn must not load it at once

app = Flask("article")


@app.post("/predict")
def predict() -> dict[str, Any]:
    """Clean, unpickle, classify."""
    lemmatizer = WordNetLemmatizer()
    words = re.sub("[^a-zA-Z]", " ", request.get_json()["review"]).lower().split()
    lemmas = [
        lemmatizer.lemmatize(word) for word in words if word not in set(stopwords.words("english"))
    ]
    (prediction,) = classify([" ".join(lemmas)], unpickled(VECTORISER), unpickled(CLASSIFIER))
    return prediction
