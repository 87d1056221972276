"""Evaluation: how well a recipe does on text that it has not seen."""
