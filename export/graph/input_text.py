"""Input text of the graph: what it is, in a sentence and as scripts that make it."""

from __future__ import annotations

import json
from string import Template

from addsup.inference.analyzer_settings import Analyzer
from addsup.inference.blocks import GraphInput
from addsup.inference.manifest import Manifest

#: How each kind of analyzer makes terms of a text, as lines of Python.
LETTERS = """\
    words = re.sub("[^a-zA-Z]+", " ", text).lower().split()
    return " ".join(lemmas.get(word, word) for word in words if word not in stop_words)
"""
WORDS = """\
    words = re.findall($pattern, $text)
    words = [lemmas.get(word, word) for word in words if word not in stop_words]
    terms = [" ".join(words[i : i + n]) for n in $sizes for i in range(len(words) - n + 1)]
    return $separator.join(term for term in terms if term in vocabulary)
"""
CHARACTERS = """\
    text = re.sub(r"\\s\\s+", " ", $text)
    terms = [text[i : i + n] for n in $sizes for i in range(len(text) - n + 1)]
    return $separator.join(term for term in terms if term in vocabulary)
"""
INSIDE_WORDS = """\
    words = [f" {word} " for word in $words]
    terms = [w[i : i + n] for w in words for n in $sizes for i in range(len(w) - n + 1)]
    terms += [w for w in words if len(w) < $fewest]
    return $separator.join(term for term in terms if term in vocabulary)
"""
BODIES = {"letters": LETTERS, "word": WORDS, "char": CHARACTERS, "char_wb": INSIDE_WORDS}

LONGEST_PATTERN = 60

PYTHON = Template("""\
import json, re, unicodedata
import onnxruntime

session = onnxruntime.InferenceSession("$file")
blocks = json.loads(session.get_modelmeta().custom_metadata_map["blocks"])

$functions
text = $example
print(session.run(["label", "probabilities"], {"text": [$reads]}))
""")

FUNCTION = Template("""
def $name(text, block):
    stop_words, lemmas = set(block["stop_words"]), block["lemmas"]
    vocabulary = set(block["vocabulary"])
$body
""")

JAVASCRIPT = Template("""\
const ort = require("onnxruntime-node"); // or onnxruntime-web, in a browser

ort.InferenceSession.create("$file").then(async (session) => {
  const text = new ort.Tensor("string", $parts, $shape); // as read() gives it
  const { label, probabilities } = await session.run({ text });
  console.log(label.data[0], Array.from(probabilities.data));
});
""")


def input_text(manifest: Manifest) -> str:
    """What the input `text` of the graph holds, in a sentence or two."""
    if len(manifest.blocks) == 1:
        return _input_of(manifest.blocks[0].analyzer)
    several = [f"({i}) {_input_of(each.analyzer)}" for i, each in enumerate(manifest.blocks, 1)]
    return " ".join([f"{len(several)} strings a text, one for each of the blocks.", *several])


def _input_of(settings: Analyzer) -> str:
    if settings.kind == "letters":
        return (
            "Texts, each as its words in lower case with a space between: the letters a to z "
            "alone, without the stop words in the metadata, each word by its lemma there if it has "
            "one."
        )
    fewest, most = settings.ngram_range
    size = f"{fewest} to {most}" if most > fewest else f"{most}"
    made = {
        "word": f" of {size} of {words_found(settings)}",
        "char": f" of {size} characters in a row",
        "char_wb": f" of {size} characters in a row within a word and a space on each side of it",
    }
    return (
        f"Texts, each as its terms{made[settings.kind]}, those in the block's vocabulary, with "
        f"{json.dumps(settings.separator)} between; as scikit-learn's vectorisers read it with the "
        "settings in the block's analyzer."
    )


def words_found(settings: Analyzer) -> str:
    """The words that *settings* find; of a long pattern that nobody would read, what it is for."""
    if len(settings.token_pattern) > LONGEST_PATTERN:
        return "the words of any alphabet that the metadata's token_pattern finds"
    return f"the words that `{settings.token_pattern}` finds"


def python_example(manifest: Manifest, file: str, example: str) -> str:
    """A script that runs the model file *file* on the text *example* with onnxruntime alone."""
    settings = [each.analyzer for each in manifest.blocks]
    names = ["read"] if len(settings) == 1 else [f"read_{i}" for i in range(len(settings))]
    pairs = zip(names, settings, strict=True)
    reads = ", ".join(f"{name}(text, blocks[{i}])" for i, name in enumerate(names))
    return PYTHON.substitute(
        file=file,
        functions="\n".join(FUNCTION.substitute(name=n, body=_body(each)) for n, each in pairs),
        example=json.dumps(example, ensure_ascii=False),
        reads=reads if len(names) == 1 else f"[{reads}]",
    )


def javascript_example(file: str, read: GraphInput) -> str:
    """A script that runs *file* on a text that is read already, in Node.js."""
    parts = [read] if isinstance(read, str) else list(read)
    return JAVASCRIPT.substitute(
        file=file,
        parts=json.dumps(parts, ensure_ascii=False),
        shape="[1]" if isinstance(read, str) else f"[1, {len(parts)}]",
    )


def _body(settings: Analyzer) -> str:
    fewest, most = settings.ngram_range
    text = "text.lower()" if settings.lowercase else "text"
    if settings.strip_accents:
        text = f'unicodedata.normalize("NFKD", {text})'
        if settings.strip_accents == "ascii":
            text = f'{text}.encode("ascii", "ignore").decode()'
        else:
            text = f'"".join(c for c in {text} if not unicodedata.combining(c))'
    pattern = (
        'block["analyzer"]["token_pattern"]'
        if len(settings.token_pattern) > LONGEST_PATTERN
        else repr(settings.token_pattern)
    )
    words = {
        "chunks": f"{text}.split()",
        "letters": 're.sub("[^a-zA-Z]+", " ", text).lower().split()',
        "word": f"re.findall({pattern}, {text})",
    }
    return Template(BODIES[settings.kind]).substitute(
        pattern=pattern,
        words=words[settings.within],
        text=text,
        sizes=f"range({fewest}, {most + 1})" if most > fewest else f"[{fewest}]",
        fewest=fewest,
        separator=json.dumps(settings.separator),
    )
