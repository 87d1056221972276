"""Benchmarks: measurements side by side. Ratios within one run count, not absolute times."""
