"""Every error of export, in one tree.

ExportError
├── NotConvertible    the pipeline holds something that has no converter here
├── ProofFailed       the graph does not answer as scikit-learn does
└── NotKept           a kept pipeline cannot be read
"""

from __future__ import annotations


class ExportError(Exception):
    """Nothing was exported and the old model file is untouched; the message says why."""


class NotConvertible(ExportError):
    """The pipeline holds a step or a setting that has no converter here."""


class ProofFailed(ExportError):
    """The graph does not answer as scikit-learn does."""


class NotKept(ExportError):
    """A kept pipeline is missing, damaged, or holds types that are not trusted."""
