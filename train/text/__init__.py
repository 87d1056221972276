"""Text as training reads it: languages, lemmas and stems, cleaning."""
