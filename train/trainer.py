"""The whole way from rows to a fitted, calibrated pipeline: what cross-validation repeats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.pipeline import Pipeline

from train.calibration import Calibration
from train.data.corpus import Corpus, Rows
from train.hyperparameters import Setting
from train.tuning import Progress, Tried, search, tried


@dataclass(frozen=True, slots=True)
class Fitted:
    """A recipe's result on some rows."""

    setting: Setting
    calibration: Calibration
    pipeline: Pipeline

    @classmethod
    def plain(cls, corpus: Corpus, rows: Rows) -> Fitted:
        """The article's settings, neither tuned nor calibrated."""
        setting = Setting()
        pipeline = setting.pipeline().fit(corpus.texts[False][rows], corpus.labels[rows])
        return cls(setting, Calibration(), pipeline)

    def probabilities(self, corpus: Corpus, rows: Rows) -> npt.NDArray[np.float64]:
        """Probabilities of the K labels for *rows*, [n, K]."""
        texts = corpus.texts[self.setting.keep_negations][rows]
        probabilities: npt.NDArray[np.float64] = self.pipeline.predict_proba(texts)
        return probabilities


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model is made from rows, all choices included.

    Attributes:
        classifier: a key of `KINDS`.
        tune: whether the setting is searched for; if not, it is the article's.
        seed: of the folds that tuning and calibration use.
    """

    classifier: str = "gaussian"
    tune: bool = True
    seed: int = 0

    def fit(
        self,
        corpus: Corpus,
        rows: Rows,
        progress: Progress = iter,
    ) -> Fitted:
        """Choose, calibrate and fit on *rows* alone."""
        chosen = self._choose(corpus, rows, progress)
        texts = corpus.texts[chosen.setting.keep_negations][rows]
        pipeline = chosen.setting.pipeline(chosen.calibration).fit(texts, corpus.labels[rows])
        return Fitted(chosen.setting, chosen.calibration, pipeline)

    def _choose(self, corpus: Corpus, rows: Rows, progress: Progress) -> Tried:
        if self.tune:
            return search(corpus, rows, self.classifier, self.seed, progress)
        setting = Setting(self.classifier)
        (only,) = tried(corpus, rows, setting, [setting.value], self.seed, progress)
        return only
