"""Why a measurement cannot be had.

BenchmarkError
├── BenchmarkFailed        a server did not start, or answered wrongly: no figure of this run counts
├── WrkMissing             the load generator is not installed
└── PeerNotInstalled       pip could not install a peer; the others are measured without it
"""

from __future__ import annotations


class BenchmarkError(Exception):
    """Its text is a sentence for whoever runs the benchmark."""


class BenchmarkFailed(BenchmarkError):
    """A server did not start, or answered wrongly: no figure of this run counts."""


class WrkMissing(BenchmarkError):
    """The load generator is not installed."""


class PeerNotInstalled(BenchmarkError):
    """Pip could not install a peer; the others are measured without it."""
