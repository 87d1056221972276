"""Trainer: from rows to a fitted, calibrated pipeline; the whole of it is cross-validated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.pipeline import Pipeline

from addsup.train.calibration import Calibration
from addsup.train.data.corpus import Corpus
from addsup.train.hyperparameters import Setting
from addsup.train.metrics.figures import Fold
from addsup.train.term_counts import Rows
from addsup.train.tuning.search import Progress, Tried, search


@dataclass(frozen=True, slots=True)
class Fitted:
    """Result of a recipe on some rows.

    Attributes:
        setting: that was chosen.
        calibration: likewise.
        pipeline: fitted.
        tried: the choice, and the best of each other classifier; empty without a search.
    """

    setting: Setting
    calibration: Calibration
    pipeline: Pipeline
    tried: tuple[Tried, ...] = ()

    @classmethod
    def plain(cls, corpus: Corpus, rows: Rows) -> Fitted:
        """Pipeline with the article's settings, neither tuned nor calibrated."""
        setting = Setting(stop_words=corpus.stop_words)
        texts = corpus.texts[setting.stop_words][rows]
        return cls(setting, Calibration(), setting.pipeline().fit(texts, corpus.labels[rows]))

    def predict_fold(self, corpus: Corpus, fitted_rows: Rows, tested_rows: Rows) -> Fold:
        """Predictions for *tested_rows* of a pipeline that has seen *fitted_rows*."""
        X = self.pipeline[:-1].transform(corpus.texts[self.setting.stop_words][tested_rows])
        probabilities, known = self.pipeline[-1].predict_proba(X), np.diff(X.indptr)
        truth = corpus.truth[tested_rows]
        return Fold(tested_rows, truth, probabilities, len(fitted_rows), known.astype(np.int64))


@dataclass(frozen=True, slots=True)
class Recipe:
    """Recipe by which a model is made from rows, all choices included.

    Attributes:
        settings: that are searched.
        seed: of the folds that tuning and calibration use.
        metric: a key of `METRICS`, which ranks settings.
    """

    settings: tuple[Setting, ...]
    seed: int = 0
    metric: str = "log-loss"

    def fit(self, corpus: Corpus, rows: Rows, progress: Progress = iter) -> Fitted:
        """Fitted pipeline, chosen, calibrated and fitted on *rows* alone."""
        tried = search(corpus, rows, self.settings, self.seed, self.metric, progress)
        chosen = tried[0]
        texts = corpus.texts[chosen.setting.stop_words][rows]
        pipeline = chosen.setting.pipeline(chosen.calibration).fit(texts, corpus.labels[rows])
        return Fitted(chosen.setting, chosen.calibration, pipeline, tried)
