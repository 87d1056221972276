"""Model files that come with the package: `sentiment.onnx`, and its card and figures."""
