"""What training hands to export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sklearn.pipeline import Pipeline

from server.inference.analyzer import Normaliser
from server.inference.manifest import DataSet, Figures


@dataclass(frozen=True, slots=True)
class Candidate:
    """A fitted pipeline that may become a model file, with all that the file must say of itself.

    Attributes:
        pipeline: fitted on normalised text; steps `tfidf` and `classifier`.
        normaliser: what it was trained with, WordNet's lemmatiser included.
        irregular: the words whose lemma WordNet lists as an exception.
        reviews: the n raw reviews of the data set, for the proof.
        data: where they come from.
        figures: how well it does.
        parameters: what it was fitted with, by name; JSON values.
    """

    pipeline: Pipeline
    normaliser: Normaliser
    irregular: frozenset[str]
    reviews: Sequence[str]
    data: DataSet
    figures: Figures
    parameters: dict[str, Any]

    @property
    def labels(self) -> tuple[str, ...]:
        """The K labels, in the order of the probabilities."""
        return tuple(self.pipeline.classes_.tolist())

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """The V terms, in the order of the tf-idf columns."""
        return tuple(self.pipeline.named_steps["tfidf"].get_feature_names_out().tolist())
