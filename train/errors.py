"""Errors of training: everything that it refuses to go on with.

The message is one sentence (or a few) that names the place and the way out; the command prints
it and exits non-zero.
"""

from __future__ import annotations

from addsup.inference.errors import AddsupError


class TrainError(AddsupError):
    """Training cannot go on; the message says why and what to do."""


class BadData(TrainError):
    """The labelled text is missing, malformed or unfit for training."""


class BadOption(TrainError):
    """Options contradict one another."""


class SourceUnavailable(TrainError):
    """A resource is not in the cache and no source supplied it."""


class CannotWriteError(TrainError):
    """A file cannot be written; what was there is untouched."""


class KeptFileError(TrainError):
    """A kept pipeline is missing, damaged, too old, or holds types that are not trusted."""


class ComparisonFileError(TrainError):
    """A file is no comparison of classifiers."""
