"""Tuning: which settings are tried, within which bounds, and which is chosen."""
