"""Manifest: the typed form of the ONNX metadata, which is what a model file says of itself.

Each field is one metadata property, written as JSON, so that any ONNX viewer shows them. Export
writes a manifest, the server reads it; both through this module. Formats 1 and 2, which 1.0 wrote,
are read as the one block that they describe.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType

from addsup.inference.analyzer_settings import ARTICLE, Analyzer
from addsup.inference.errors import ModelFileError
from addsup.inference.old_formats import PROPERTIES, as_format_3

#: The layout below. An older server refuses it, rather than read it as one of its own.
FORMAT: Final = 3


class Block(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way of reading a text, and the terms that are counted in it.

    Attributes:
        vocabulary: V_b terms, in the order of the graph's `ids`, behind those of earlier blocks.
        stop_words: words that cleaning drops.
        lemmas: word -> lemma, for every word that is not its own lemma and whose lemma is in the
            vocabulary.
        analyzer: how text is read.
    """

    vocabulary: tuple[str, ...]
    stop_words: tuple[str, ...] = ()
    lemmas: dict[str, str] = {}
    analyzer: Analyzer = ARTICLE


class Golden(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text with the probabilities scikit-learn gave it, in the order of the labels."""

    text: str
    probabilities: tuple[float, ...]


class DataSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The labelled text that the model was fitted on.

    Attributes:
        overlap: where else these texts are, so that they are no test there.
        words: mean number of words a text, stop words left out.
        unknown_words: share of the words of a text that are in no other.
    """

    name: str
    sha256: str
    texts: int
    texts_by_label: dict[str, int]
    licence: str
    overlap: str | UnsetType = UNSET
    words: float | UnsetType = UNSET
    unknown_words: float | UnsetType = UNSET


class Interval(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A figure from cross-validation with its 95 % confidence interval."""

    mean: float
    low: float
    high: float


class Bin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One bar of the reliability diagram: predictions that were about equally sure.

    Attributes:
        predicted: mean probability that they gave the label they chose.
        observed: share of them that is right.
        count: how many there are.
    """

    predicted: float
    observed: float
    count: int


class EvidenceGroup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Predictions for texts with about as many known terms.

    Attributes:
        fewest: how many distinct known terms these texts have at least.
        most: and at most; None for any number.
        count: how many predictions there are.
        accuracy: share of them that is right.
        confidence: mean probability that they gave the label they chose.
        log_loss: mean negative logarithm of the true label's probability, in nats.
    """

    fewest: int
    most: int | None
    count: int
    accuracy: float
    confidence: float
    log_loss: float

    @property
    def terms(self) -> str:
        """The numbers of known terms, in words."""
        if self.most is None:
            return f"{self.fewest} or more"
        return f"{self.fewest}" if self.fewest == self.most else f"{self.fewest} to {self.most}"


class Confused(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often texts of one label were taken for another."""

    true: str
    predicted: str
    count: int


class HeldOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a fit on the rest makes of the texts held out.

    Attributes:
        texts: how many were held out.
        accuracy: share of them that is right.
        confusion: [K][K] counts; row: true label, column: predicted; empty for many labels.
        given_to: what was given these texts, where it is not known whether they were held out.
    """

    texts: int
    accuracy: float
    confusion: tuple[tuple[int, ...], ...]
    given_to: str | UnsetType = UNSET

    @property
    def which(self) -> str:
        """Which texts these are: held out, or given by somebody who may have fitted on them."""
        return f"given to {self.given_to}" if self.given_to else "held out"


class HoldOuts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Accuracy over many splits like the one of `HeldOut`, for one split alone says little.

    Attributes:
        splits: how many.
        mean: accuracy of the recipe, chosen, calibrated and fitted anew on each.
        deviation: standard deviation of that between splits.
        article_mean: accuracy of the article's settings on the same splits.
        article_deviation: and its standard deviation.
    """

    splits: int
    mean: float
    deviation: float
    article_mean: float
    article_deviation: float


class Figures(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How well the recipe does on text that it has not seen.

    Everything but `held_out` comes from cross-validation and is None when that was left out;
    `held_out` is None when whoever exported a pipeline of their own gave no labelled texts.

    Attributes:
        protocol: one sentence that says how the figures were computed.
        accuracy: share that is right.
        roc_auc: area under the ROC curve; for more than two labels the mean of each against the
            rest.
        log_loss: mean negative logarithm of the true label's probability, in nats.
        brier: mean squared error of the probabilities, between 0 and 1 for two labels.
        calibration_error: expected calibration error: how far, on average, the probability of the
            chosen label is from the share that is right among equally sure predictions.
        f1: label -> harmonic mean of its precision and recall.
        confusion: [K][K] counts over all repeats; row: true label, column: predicted. Empty for
            many labels.
        reliability: the bins behind `calibration_error`, by rising probability.
        held_out: the one split into a training and a test part.
        most_confused: for many labels, the pairs most often confused, by falling count.
        by_evidence: how sure and how right it is, by how many terms of a text are known.
        hold_outs: accuracy over more splits like `held_out`; in files of 1.0.
        unanswered: share without known terms, which get no label and count as not right.
    """

    protocol: str
    held_out: HeldOut | None
    accuracy: Interval | None = None
    roc_auc: Interval | None = None
    log_loss: Interval | None = None
    brier: Interval | None = None
    calibration_error: Interval | None = None
    f1: dict[str, Interval] | None = None
    confusion: tuple[tuple[int, ...], ...] | None = None
    reliability: tuple[Bin, ...] | None = None
    most_confused: tuple[Confused, ...] | UnsetType = UNSET
    by_evidence: tuple[EvidenceGroup, ...] | UnsetType = UNSET
    hold_outs: HoldOuts | UnsetType = UNSET
    unanswered: float | UnsetType = UNSET

    @property
    def matrix(self) -> tuple[tuple[int, ...], ...]:
        """[K][K] counts over all repeats, or else of the texts held out; empty without either."""
        return self.confusion or (self.held_out.confusion if self.held_out else ())

    def confused(self, labels: Sequence[str]) -> tuple[Confused, ...]:
        """Which of the *labels* are taken for which, by falling count."""
        return self.most_confused or most_confused(self.matrix, labels)


def most_confused(matrix: Sequence[Sequence[int]], labels: Sequence[str]) -> tuple[Confused, ...]:
    """Which of the *labels* are taken for which, by falling count, from [K][K] counts."""
    found = [
        Confused(labels[i], labels[j], count)
        for i, row in enumerate(matrix)
        for j, count in enumerate(row)
        if count and i != j
    ]
    return tuple(sorted(found, key=lambda each: -each.count))


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All that the server needs beside the graph, and all that a person may ask.

    Attributes:
        format: version of this layout.
        labels: the K labels, in the order of the graph's `probabilities`.
        intercept: K - 1 numbers, the log-odds of labels[1:] against labels[0] before any word is
            counted; with the graph's `shares` summed over the tokens they give the log-odds.
        blocks: B ways of reading a text; what their terms add is added up.
        golden: texts to replay at start.
        data: what it was fitted on.
        figures: how well it does.
        parameters: what it was fitted with, by name.
        versions: package -> version used to make the file.
    """

    format: int
    labels: tuple[str, ...]
    intercept: tuple[float, ...]
    blocks: tuple[Block, ...]
    golden: tuple[Golden, ...]
    data: DataSet
    figures: Figures
    parameters: dict[str, Any]
    versions: dict[str, str]

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """The V terms of all blocks, in the order of the graph's `ids`."""
        return tuple(term for block in self.blocks for term in block.vocabulary)

    @property
    def analyzer(self) -> Analyzer:
        """How the first block reads a text, whose words are those of explanations."""
        return self.blocks[0].analyzer

    @property
    def stop_words(self) -> tuple[str, ...]:
        """The stop words of the first block."""
        return self.blocks[0].stop_words

    @property
    def lemmas(self) -> dict[str, str]:
        """The table of lemmas of the first block."""
        return self.blocks[0].lemmas

    def to_metadata(self) -> dict[str, str]:
        """The manifest as ONNX metadata properties: name -> JSON, keys sorted."""
        return {
            name: msgspec.json.encode(getattr(self, name), order="deterministic").decode()
            for name in sorted(self.__struct_fields__)
        }


def from_metadata(metadata: Mapping[str, str]) -> Manifest:
    """Read a manifest back from ONNX metadata properties.

    Raises:
        ModelFileError: a property is missing, is not JSON, has another type, or the layout is of
            another version.
    """
    if "format" not in metadata:
        raise ModelFileError("it is an ONNX file, but not one that `addsup export` wrote")
    try:
        found = msgspec.json.decode(metadata["format"])
        names = PROPERTIES.get(found, Manifest.__struct_fields__)
        raw = {name: msgspec.json.decode(metadata[name]) for name in names}
        if found in PROPERTIES:
            raw = as_format_3(raw)
        manifest = msgspec.convert(raw, Manifest)
    except KeyError as missing:
        raise ModelFileError(f"its metadata have no {missing.args[0]!r}") from None
    except (msgspec.MsgspecError, TypeError, AttributeError) as error:
        raise ModelFileError(f"its metadata cannot be read: {error}") from None
    if manifest.format != FORMAT:
        raise ModelFileError(f"its metadata are of format {manifest.format}, not 1 to {FORMAT}")
    return manifest
