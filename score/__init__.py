"""Scoring of whole files: a model file and a table of texts in, a table of labels out."""
