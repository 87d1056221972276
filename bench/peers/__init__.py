"""Applications that this server is compared with.

Each takes `{"review": ...}` and `{"reviews": [...]}` on /predict and has its own environment.
"""
