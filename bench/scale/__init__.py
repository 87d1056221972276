"""Benchmarks at scale: files of texts, streams, clusters and large training sets."""
