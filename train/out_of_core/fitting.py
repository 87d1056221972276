"""Fitting from sums: the pipeline that scikit-learn would fit on the same rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.naive_bayes import BernoulliNB
from sklearn.pipeline import Pipeline

from addsup.train.calibration import Calibrated, Calibration
from addsup.train.classifiers import KINDS
from addsup.train.hyperparameters import Setting
from addsup.train.out_of_core.moments import Sums
from addsup.train.out_of_core.vocabulary import Vocabulary
from addsup.train.sparse_gaussian_nb import SparseGaussianNB

#: The classifiers whose fits are sums over the rows.
ABLE = ("gaussian", "multinomial", "complement", "bernoulli")


def fitted_weighting(setting: Setting, vocabulary: Vocabulary) -> Pipeline:
    """Fitted weighting, normalised texts -> [n, V]: all of the pipeline but its classifier."""
    vectoriser = setting.vectoriser().set_params(vocabulary=list(vocabulary.terms))
    vectoriser.fit([""])
    vectoriser.idf_ = vocabulary.idf
    steps = [("tfidf", vectoriser), *setting.pipeline().steps[1:-1]]
    X = sparse.csr_matrix((1, len(vocabulary.terms)))
    for _, step in steps[1:]:
        step.fit(X)
    return Pipeline(steps)


def fitted_classifier(setting: Setting, sums: Sums, labels: tuple[str, ...]) -> Any:
    """Fitted classifier of *setting*.

    Naive Bayes of counts needs no more than the sum of the rows for each label, so it is fitted on
    one row a label, its mean, which weighs as much as there are rows.
    """
    made = KINDS[setting.classifier].make(setting.value)
    if isinstance(made, SparseGaussianNB):
        return made.set_moments(sums.moments(), sums.rows, np.array(labels))
    presence = isinstance(made, BernoulliNB)
    if presence:
        made.set_params(binarize=None)  # the means are shares of rows, and no longer 0 or 1
    made.fit(sums.mean, np.array(labels), sample_weight=sums.rows)
    return made.set_params(binarize=0.0) if presence else made


def calibrated_pipeline(weighted: Pipeline, fitted: Any, calibration: Calibration) -> Pipeline:
    """Calibrated pipeline, from its fitted parts."""
    return Pipeline([*weighted.steps, ("classifier", Calibrated.around(fitted, calibration))])
