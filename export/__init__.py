"""Fitted pipeline -> one ONNX graph, proved equal to scikit-learn, described, and written."""

from export.own_pipeline import export_pipeline

__all__ = ["export_pipeline"]
