"""Text of the model card: what stands in every card, with places for what differs."""

from __future__ import annotations

from string import Template

from addsup.inference.manifest import Manifest
from addsup.train.text.languages import LANGUAGES

CARD = Template("""\
---
$front
---

# Model card: $title

Reads a text and says which of these labels fits it best, and how sure it is: $labels.
One file, `$file`, runs in onnxruntime; nothing in it is pickled.

- sha256: `$sha256`
- size: $size bytes, $terms terms, $lemmas word forms with their lemma

## Intended use

For short$language texts of the kind it was fitted on, one at a time or in batches, where a wrong
label does no harm: sorting, counting, a first impression. Not for decisions about people, and not
for texts of another kind or language without labelled ones of that kind to measure it on.

## How to use

```console
$$ addsup serve $path
$$ curl -s localhost:8000/predict -H 'Content-Type: application/json' -d '{"text": "..."}'
```

`from addsup import Model` and `Model.load(path).predict([text])` give the same answers in
a program of your own. With onnxruntime alone:

```python
$python```

$input_text
Any other onnxruntime takes the same, and gives the same numbers within 1e-14:

```javascript
$javascript```

`addsup inspect` prints what else the file says of itself.

## Data

$data

## How it was made

The model counts $terms terms of what it is given:

$parameters

Before the file was written, it was compared with scikit-learn on $proofs texts in the onnxruntime
that serves: labels all equal, probabilities within $proof_probability, contributions plus the
constant equal to the log-odds within a relative $proof_log_odds.

## Figures

$protocol

$figures

$confusion
$by_known_terms
All of it for programs: [$title.json]($title.json).
$plots
$comparison## Behaviour

What becomes of the labels of texts of the data set (1,000 at most) when these are changed. The
model was fitted on them, so it is surer of them than of others, whose labels turn more easily.

$behaviour

Moved is the mean change in the probability of the first label. The names are of women and men
from several parts of the world: where a label does not hold, a name alone has turned it.

## Limits

- It counts words and knows next to nothing of their order. Whoever writes "It is not true that ..."
  means the opposite; for two labels, the table above says how often the model notices. Irony is
  lost on it.
- It knows the words of its data; of a text about something else it knows little, and the reply's
  `known_words` says how little. Where it knows no word at all it gives no label.
- A misspelt word is an unknown word.$dropped
- A probability is as good as the figures say for texts like those of the data set, and no better
  than an opinion for others.

## Ethical considerations

- It repeats what is in its data. A word that happens to stand in texts of one label speaks for that
  label: names, places and groups of people among them. The strongest words and the table above show
  some of it; look before you rely on it.
- The file holds a few texts of the data set verbatim (the golden reviews that are replayed at
  start) and its vocabulary. Do not publish a model of texts that must stay private.
- Do not use it to judge the people who wrote the texts.

## How to reproduce

$command

The same data, versions and kind of processor give the same bytes; `addsup verify`
checks a file against all that this card claims.

$versions
""")

BY_KNOWN_TERMS = Template("""
By how many distinct terms of a text are known. Where the model is surer than it is right, the
confidence is above the share that is right:

$table
""")

OTHERS = Template("""\
## Other algorithms

The same texts and the same folds, each algorithm tuned and calibrated inside them:

$table

Brackets hold 95 % intervals, those of the differences paired fold by fold; p is that of McNemar's
exact test, and seconds are for one fit, all choices included. The table again:

```console
$$ $command
```

""")


def language(manifest: Manifest) -> str:
    """The language of the texts as two letters; empty if nobody said it."""
    said = str(manifest.parameters.get("language", ""))
    return said or ("en" if manifest.analyzer.kind == "letters" else "")


def language_name(manifest: Manifest) -> str:
    """The name of the language of the texts; empty if nobody said it."""
    code = language(manifest)
    return LANGUAGES[code].name.title() if code in LANGUAGES else code
