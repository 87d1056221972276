"""Cleaning: analyzer, stop words and lemmas for a data set, by what is in it and what was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from addsup.inference.analyzer import LETTERS_ONLY, Normaliser, tokenizer
from addsup.inference.analyzer_settings import ARTICLE, Analyzer
from addsup.train.data.wordnet import WordNet, stop_word_lists
from addsup.train.errors import BadOption, SourceUnavailable
from addsup.train.hyperparameters import NEGATIONS
from addsup.train.options import TrainOptions
from addsup.train.term_counts import StopWords
from addsup.train.text.languages import LANGUAGES, guess_language, word_pattern
from addsup.train.text.word_forms import Stems, snowball
from addsup.train.wording import percent_text

#: Of the letters; more of them outside a to z, and the article's rule would lose too much.
MOST_UNREAD: Final = 0.02

UNKNOWN: Final = (
    "The texts have few stop words of any known language, and are read as English (--analyzer "
    "unicode reads words of any)."
)


@dataclass(frozen=True, slots=True)
class Cleaning:
    """Way of cleaning texts.

    Attributes:
        analyzer: finds the words.
        normalisers: which stop words are dropped -> what drops them and finds lemmas.
        language: two letters; empty if it is not known.
        irregular: the words whose lemma WordNet lists as an exception; empty without WordNet.
        stems: the stems of words; None if they are not looked for.
        notes: sentences on it for the user.
    """

    analyzer: Analyzer
    normalisers: Mapping[StopWords, Normaliser]
    language: str
    irregular: frozenset[str] = frozenset()
    stems: Stems | None = None
    notes: tuple[str, ...] = ()

    def parameters(self) -> dict[str, Any]:
        """What the model file says of it; nothing where it is the article's."""
        if self.analyzer == ARTICLE:
            return {}
        language = {"language": self.language} if self.language else {}
        return {"analyzer": "unicode", **language, "stem": self.stems is not None}


def cleaning_for(texts: Sequence[str], options: TrainOptions) -> Cleaning:
    """Way of cleaning for *texts*, all that there are, as the *options* ask for it.

    To tune, there is a choice of stop words: all, all but negations, and none.

    Raises:
        BadOption: the article's analyzer was asked for in another language than English, or stems
            of a language that has no stemmer.
    """
    share = unread_share(texts)
    notes: tuple[str, ...] = ()
    if options.language is None and options.analyzer != "article":
        language, notes = _guessed(texts, options)
        options = replace(options, language=language)
    analyzer = options.analyzer
    if analyzer is None:
        is_english = options.language in (None, "en") and share <= MOST_UNREAD
        analyzer = "article" if is_english and not options.stem else "unicode"
        if analyzer == "article" and options.language is None:
            notes = (UNKNOWN,)
    clean = _article(share, options) if analyzer == "article" else _unicode(texts, share, options)
    if options.kind == "auto" and not options.is_out_of_core:
        as_typed = Normaliser(frozenset(), str, tokenizer(clean.analyzer))
        clean = replace(clean, normalisers={**clean.normalisers, "as typed": as_typed})
    return replace(clean, notes=(*clean.notes, *notes))


def _guessed(texts: Sequence[str], options: TrainOptions) -> tuple[str | None, tuple[str, ...]]:
    """Language of *texts* by their stop words, and what to say of it; None if it is not known."""
    try:
        found = guess_language(texts, stop_word_lists(progress=not options.quiet))
    except SourceUnavailable:
        return None, ()
    if found is None:
        return None, ()
    language, share = found
    if language == "en":
        return language, ()
    name = LANGUAGES[language].name.title()
    note = f"{percent_text(share)} of the words are {name} stop words: the texts are read as {name}"
    return language, (f"{note} (--language says otherwise).",)


def unread_share(texts: Sequence[str]) -> float:
    """The share of the letters of *texts* that are not from a to z."""
    letters = sum(sum(map(str.isalpha, text)) for text in texts)
    return sum(map(LETTERS_ONLY.unread_letters, texts)) / max(1, letters)


def _article(share: float, options: TrainOptions) -> Cleaning:
    if options.language not in (None, "en") or options.stem:
        raise BadOption(
            "--analyzer article reads English, by WordNet's lemmas: use --analyzer unicode with "
            "--language or --stem."
        )
    wordnet = WordNet.load(progress=not options.quiet)
    normalisers = {
        dropped: Normaliser(words, wordnet.lemmatize)
        for dropped, words in _lists("english", options).items()
    }
    note = f"{percent_text(share)} of the letters are outside a to z, and are not read."
    irregular = frozenset(wordnet.exceptions)
    return Cleaning(ARTICLE, normalisers, "en", irregular, notes=(note,) if share else ())


def _unicode(texts: Sequence[str], share: float, options: TrainOptions) -> Cleaning:
    analyzer = Analyzer(token_pattern=word_pattern(), normal_form="NFC")
    splitter, language = tokenizer(analyzer), LANGUAGES.get(options.language or "")
    stems, irregular = None, frozenset[str]()
    lemma: Callable[[str], str] = str
    if options.stem:
        if language is None or not language.has_stemmer:
            able = ", ".join(code for code, each in LANGUAGES.items() if each.has_stemmer)
            raise BadOption(f"--stem needs --language with one of {able}.")
        words = (word for text in texts for word in splitter.tokens(text))
        lemma = stems = Stems(words, snowball(language.name))
    elif options.language == "en":
        wordnet = WordNet.load(progress=not options.quiet)
        irregular, lemma = frozenset(wordnet.exceptions), LemmaOfLetters(wordnet.lemmatize)
    lists = _lists(language.name, options) if language else {"none": frozenset()}
    about = (
        f"{len(lists['all'])} stop words are dropped (--language {options.language})."
        if language
        else f"No stop words are dropped; --language drops them for {', '.join(LANGUAGES)}."
    )
    alphabet = (
        f"{percent_text(share)} of the letters are outside a to z: words of any alphabet are read "
        "(--analyzer unicode)."
    )
    return Cleaning(
        analyzer,
        {dropped: Normaliser(words, lemma, splitter) for dropped, words in lists.items()},
        options.language or "",
        irregular,
        stems,
        (alphabet, about),
    )


def _lists(language: str, options: TrainOptions) -> dict[StopWords, frozenset[str]]:
    """Which stop words are dropped -> these words."""
    words = stop_word_lists(progress=not options.quiet)[language]
    if not options.tune:
        return {"all": words}
    lists: dict[StopWords, frozenset[str]] = {"all": words, "none": frozenset()}
    if language == "english":
        lists["all but negations"] = words - NEGATIONS
    return lists


@dataclass(frozen=True, slots=True)
class LemmaOfLetters:
    """WordNet's lemma of words in letters from a to z, if it has two letters or more."""

    lemmatize: Callable[[str], str]

    def __call__(self, word: str) -> str:
        """The lemma of *word*; *word* itself if it has another letter."""
        if not (word.isascii() and word.isalpha()):
            return word
        lemma = self.lemmatize(word)
        return lemma if len(lemma) > 1 else word
