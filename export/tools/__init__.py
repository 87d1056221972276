"""Tools for looking after model files."""
