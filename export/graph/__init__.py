"""Graph: a fitted pipeline as the bytes of an ONNX model file."""
