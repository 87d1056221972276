"""Analyzer settings: how a text is read, as data in the model file."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

#: What counts as a token of the article's normalised text, for scikit-learn and ONNX alike.
TOKEN_PATTERN: Final = "[a-z][a-z]+"

Accents = Literal["ascii", "unicode"] | None


class Analyzer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How text is read, as data in the model file.

    Attributes:
        kind: "letters" is the article's rule: every character but a to z and A to Z parts words;
            the others are scikit-learn's `analyzer`.
        lowercase: whether case is ignored.
        strip_accents: as scikit-learn's.
        token_pattern: what a token is, for Python's `re`; of a group in it, what that matches.
        ngram_range: fewest and most tokens (or characters) of a term. With "letters" the graph
            makes the terms of several words.
        normal_form: "NFC" if texts are composed first, so that one typed in another form is read
            the same; of "word" only. None in files of 1.0.
        within: what "char_wb" takes n-grams of: chunks between white space, as scikit-learn does,
            or the words that "letters" or "word" would find.
        separator: stands between the terms in the text that the graph takes.
    """

    kind: Literal["letters", "word", "char", "char_wb"] = "word"
    lowercase: bool = True
    strip_accents: Accents = None
    token_pattern: str = r"(?u)\b\w\w+\b"
    ngram_range: tuple[int, int] = (1, 1)
    normal_form: Literal["NFC"] | None = None
    within: Literal["chunks", "letters", "word"] = "chunks"
    separator: str = " "


#: The article's cleaning, which a model file has that says nothing of it.
ARTICLE: Final = Analyzer(kind="letters", token_pattern=TOKEN_PATTERN)
