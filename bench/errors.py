"""Errors of benchmarks: why a measurement cannot be had.

BenchmarkError
├── BenchmarkFailed        a server did not start, or answered wrongly: its figures do not count
├── NothingAnswered        nobody was answered in time, and nothing failed: too slow to be measured
├── WrkMissing             the load generator is not installed
└── PeerNotInstalled       pip could not install what a server needs; peers are done without
"""

from __future__ import annotations


class BenchmarkError(Exception):
    """Its text is a sentence for whoever runs the benchmark."""


class BenchmarkFailed(BenchmarkError):
    """A server did not start, or answered wrongly: its figures do not count."""


class NothingAnswered(BenchmarkError):
    """Nobody was answered in time, and nothing failed: too slow to be measured."""


class WrkMissing(BenchmarkError):
    """The load generator is not installed."""


class PeerNotInstalled(BenchmarkError):
    """Pip could not install what a server needs; if it is a peer, the others are measured."""
