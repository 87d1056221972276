"""Vocabulary: how often each term is there, and in how many texts, added up over batches.

What is rare is dropped where there are more terms than are to be kept in memory, as in lossy
counting (Manku and Motwani, VLDB 2002): what a term can have lost at the most is known, so either
the commonest terms are certain, and are counted once more, or a sentence says that they are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from addsup.train.errors import BadOption
from addsup.train.out_of_core.cleaned import Reading, select_rows
from addsup.train.term_counts import NgramRange, WordUsage, counter

if TYPE_CHECKING:
    from addsup.train.out_of_core.parts import Part

#: Terms in memory; of more, the rarer half is dropped. A term takes about 200 bytes.
MOST_TERMS: Final = 2_000_000

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class TermCounts:
    """Counts of the terms of some texts.

    Attributes:
        terms: V terms -> their indices in the counts, in the order of these.
        times: [V], how often each is there; at least, if some were lost.
        texts: [V], in how many texts each is; likewise.
        total: how many texts there are.
        most_lost: how often a term can be there beyond what was counted.
    """

    terms: dict[str, int]
    times: Numbers
    texts: Numbers
    total: int
    most_lost: int = 0

    @classmethod
    def none(cls) -> TermCounts:
        """Counts of no texts."""
        return cls({}, np.array([], np.int64), np.array([], np.int64), 0)

    def merged(self, other: TermCounts) -> TermCounts:
        """Counts of these texts and the *other*; neither is changed."""
        terms = dict(self.terms)
        indices = np.array([terms.setdefault(each, len(terms)) for each in other.terms], np.int64)
        times, texts = np.zeros((2, len(terms)), np.int64)
        for total, one, two in (
            (times, self.times, other.times),
            (texts, self.texts, other.texts),
        ):
            total[: len(one)] = one
            total[indices] += two
        lost = self.most_lost + other.most_lost
        return TermCounts(terms, times, texts, self.total + other.total, lost)._pruned()

    def _pruned(self) -> TermCounts:
        if len(self.terms) <= MOST_TERMS:
            return self
        least = int(np.partition(self.times, -MOST_TERMS // 2)[-MOST_TERMS // 2])
        kept = [(term, at) for term, at in self.terms.items() if self.times[at] > least]
        indices = np.array([at for _, at in kept], np.int64)
        return TermCounts(
            {term: i for i, (term, _) in enumerate(kept)},
            self.times[indices],
            self.texts[indices],
            self.total,
            self.most_lost + least,
        )

    def usage(self) -> WordUsage | None:
        """Use of words, if the terms are words; None if some were lost."""
        if self.most_lost:
            return None
        words = int(self.times.sum())
        alone = int(self.times[self.texts == 1].sum())
        return WordUsage(words / max(1, self.total), alone / max(1, words))

    def candidates(self, number: int) -> list[str]:
        """Terms that may be among the *number* commonest, sorted; no others are.

        Raises:
            BadOption: terms that were dropped may be, too.
        """
        enough = number <= len(self.terms)
        least = int(np.partition(self.times, -number)[-number]) if enough else 0
        if self.most_lost >= least:
            raise BadOption(
                f"Which {number:,} terms are the commonest cannot be known: there are more than "
                f"{MOST_TERMS:,}, and they are about equally rare. Give a smaller --max-terms."
            )
        return sorted(
            term for term, at in self.terms.items() if self.times[at] + self.most_lost >= least
        )

    def commonest(self, number: int) -> Vocabulary:
        """Vocabulary of the *number* commonest terms, as of `TfidfVectorizer(max_features=...)`."""
        names = sorted(self.terms)
        indices = np.array([self.terms[name] for name in names], np.int64)
        times = self.times[indices].astype(np.float64)
        chosen = np.arange(len(names))
        if number < len(names):
            # The very expression of scikit-learn, for it decides between equally common terms.
            chosen = np.sort((-times).argsort()[:number])
        # As TfidfTransformer computes it with smooth_idf.
        idf = np.log((self.total + 1.0) / (self.texts[indices[chosen]] + 1.0)) + 1.0
        return Vocabulary(tuple(names[i] for i in chosen), idf)


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """Vocabulary: V terms, sorted, and the inverse document frequency of each, [V]."""

    terms: tuple[str, ...]
    idf: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Counting:
    """Counting of terms.

    Attributes:
        reading: of the parts.
        ngram_range: terms of as few and as many words.
        terms: these alone; None for all.
    """

    reading: Reading
    ngram_range: NgramRange
    terms: Sequence[str] | None = None

    def count_part(self, part: Part) -> TermCounts:
        """Counts of those texts of *part* that are fitted on.

        Raises:
            BadData: they cannot be read, or lack text or label.
        """
        total = TermCounts.none()
        for cleaned in self.reading.cleaned(part):
            fitted = cleaned.within(2 * self.reading.share)
            total = total.merged(self._counted(select_rows(cleaned.texts, fitted)))
        return total

    def _counted(self, texts: Sequence[str]) -> TermCounts:
        vectoriser = counter(self.ngram_range).set_params(vocabulary=self.terms)
        try:
            counts = vectoriser.fit_transform(texts)
        except ValueError:  # scikit-learn's for an empty vocabulary
            return replace(TermCounts.none(), total=len(texts))
        times = np.asarray(counts.sum(axis=0), np.int64).ravel()
        in_texts = np.bincount(counts.indices, minlength=len(times))
        terms = {term: i for i, term in enumerate(vectoriser.get_feature_names_out().tolist())}
        return TermCounts(terms, times, in_texts, len(texts))
