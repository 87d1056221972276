"""Applications that this server is compared with.

Each takes `{"text": ...}` and `{"texts": [...]}` on /predict and has its own environment.
"""
