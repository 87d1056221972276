"""Predictions measured in this process, without HTTP."""
