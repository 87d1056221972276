"""Errors of export, in one tree.

ExportError
├── NotConvertible    the pipeline holds something that has no converter here
├── BadSample         the texts or labels given with a pipeline cannot be used
├── ProofFailed       the graph does not answer as scikit-learn does
├── NotReadable       a model file or the reviews to ask it cannot be used
├── NotVerified       a model file is not what it claims to be
└── NotSigned         a model file cannot be signed
"""

from __future__ import annotations

from addsup.inference.errors import AddsupError


class ExportError(AddsupError):
    """The command failed and what was there is untouched; the message says why."""


class NotConvertible(ExportError):
    """The pipeline holds a step or a setting that has no converter here."""


class BadSample(ExportError):
    """The texts or labels that were given with a pipeline cannot be used."""


class ProofFailed(ExportError):
    """The graph does not answer as scikit-learn does."""


class NotReadable(ExportError):
    """A model file, or the reviews to ask it, cannot be used."""


class NotVerified(ExportError):
    """A model file is damaged, altered, or does not answer as it should."""


class NotSigned(ExportError):
    """A model file cannot be signed."""
