"""Benchmarks in this process: predictions without HTTP."""
