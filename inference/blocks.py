"""Blocks: the ways in which a model reads one text, whose terms it adds up.

A model of one block gives the graph a string for each text. One of several, such as words beside
the characters within them, gives it a row of strings, and each term is shown on the words as the
first block of words has them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from math import lcm
from typing import Any, Final, Protocol

from addsup.inference.analyzer import (
    CHUNK,
    Chunks,
    Normaliser,
    Tokenizer,
    Word,
    table_lookup,
    tokenizer,
)
from addsup.inference.manifest import Block
from addsup.inference.terms import reader

#: What the graph takes of a text: the string of its only block, or a tuple with one for each.
GraphInput = Any

#: The column of a term where it is counted, and the numbers of the words that make it up.
Located = tuple[int, tuple[int, ...]]


class Reading(Protocol):
    """What a model reads of a text.

    Attributes:
        tokenizer: finds what a text must have to be read at all.
    """

    tokenizer: Tokenizer

    def read(self, text: str) -> tuple[GraphInput, int, int]:
        """What the graph takes of *text*, how many words it has, and how many are known."""

    def tokens(self, graph_input: GraphInput) -> int:
        """How many tokens the graph makes of *graph_input*."""

    def join(self, terms: Sequence[str], block: int) -> GraphInput:
        """What the graph takes of a text of these *terms* of one block."""

    def locate(self, text: str) -> tuple[list[Word], list[Located]]:
        """The words of *text*, and the known terms that they make up."""


class OneBlock:
    """The only block of a model, or one of several."""

    def __init__(self, block: Block, start: int = 0) -> None:
        """Read as *block* says; *start* is the number of its first column."""
        self.settings = block.analyzer
        self.tokenizer = tokenizer(block.analyzer)
        self.normaliser = Normaliser(
            frozenset(block.stop_words), table_lookup(block.lemmas), self.tokenizer
        )
        self.reader = reader(block.analyzer, self.normaliser, block.vocabulary, block.lemmas)
        self.columns = {term: start + i for i, term in enumerate(block.vocabulary)}
        self.separator = block.analyzer.separator
        self.read = self.reader.read

    def tokens(self, graph_input: str) -> int:
        return graph_input.count(self.separator) + 1

    def join(self, terms: Sequence[str], block: int = 0) -> str:  # noqa: ARG002
        return self.separator.join(terms)

    def locate(self, text: str) -> tuple[list[Word], list[Located]]:
        words = list(self.normaliser.words(text))
        return words, [
            (column, members)
            for term, members in self.reader.occurrences(words, text)
            if (column := self.columns.get(term)) is not None
        ]


class SeveralBlocks:
    """Two blocks or more, side by side."""

    def __init__(self, blocks: Sequence[OneBlock]) -> None:
        self.blocks = blocks
        of_words = [each for each in blocks if not each.settings.kind.startswith("char")]
        self.shown: Final = (of_words or blocks)[0]
        of_chunks = [each for each in blocks if isinstance(each.tokenizer, Chunks)]
        self.reads_chunks = bool(of_chunks)
        self.tokenizer = (of_chunks or blocks)[0].tokenizer  # chunks are in every text

    def read(self, text: str) -> tuple[GraphInput, int, int]:
        parts, words, known = zip(*[each.read(text) for each in self.blocks], strict=True)
        return parts, max(words), max(known)

    def tokens(self, graph_input: Sequence[str]) -> int:
        pairs = zip(self.blocks, graph_input, strict=True)
        return sum(each.tokens(part) for each, part in pairs)

    def join(self, terms: Sequence[str], block: int) -> GraphInput:
        parts = [""] * len(self.blocks)
        parts[block] = self.blocks[block].join(terms)
        return tuple(parts)

    def locate(self, text: str) -> tuple[list[Word], list[Located]]:
        shown = list(self.shown.normaliser.words(text))
        if self.reads_chunks:
            shown = _with_chunks(text, shown)
        return shown, [
            (column, _spread(members, over))
            for each in self.blocks
            for words, found in [each.locate(text)]
            for over in [_overlaps(words, shown)]
            for column, members in found
        ]


def open_blocks(blocks: Sequence[Block]) -> Reading:
    """The reading of *blocks*, which are those of a model file.

    Raises:
        re.error: the token pattern of one is none.
    """
    if len(blocks) == 1:
        return OneBlock(blocks[0])
    starts = accumulate((len(each.vocabulary) for each in blocks), initial=0)
    return SeveralBlocks([OneBlock(*each) for each in zip(blocks, starts)])  # noqa: B905


def _with_chunks(text: str, words: Sequence[Word]) -> list[Word]:
    """*words* and whatever of *text*, between white space, has none of them in it."""
    starts, ends = [word.start for word in words], [word.end for word in words]
    chunks = (match.span() for match in CHUNK.finditer(text))
    bare = [
        Word(start, end, text[start:end].lower())
        for start, end in chunks
        if bisect_right(ends, start) == bisect_left(starts, end)
    ]
    return sorted([*words, *bare], key=lambda word: word.start)


def _overlaps(words: Sequence[Word], shown: Sequence[Word]) -> list[tuple[int, ...]]:
    """For each of *words* the numbers of those *shown* that it overlaps, or of the next one."""
    starts, ends = [word.start for word in shown], [word.end for word in shown]

    def of(word: Word) -> tuple[int, ...]:
        first, last = bisect_right(ends, word.start), bisect_left(starts, word.end)
        return tuple(range(first, last)) or (min(first, len(shown) - 1),)

    return list(map(of, words))


def _spread(members: Sequence[int], over: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """The numbers of the words shown for *members*, each with the same weight as before."""
    each = [over[member] for member in members]
    times = lcm(*map(len, each))
    return tuple(number for numbers in each for number in numbers * (times // len(numbers)))
