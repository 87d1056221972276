"""Fitted pipeline -> one ONNX graph, proved equal to scikit-learn, described, and written."""
