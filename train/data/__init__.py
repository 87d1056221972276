"""Data: labelled text, where it comes from, and what is odd about it."""
