"""Model file -> predictions and contributions, with NumPy and ONNX Runtime alone."""
