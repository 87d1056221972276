"""What this server is compared with, written afresh for the comparison.

Each app takes `{"review": ...}` and, but for the article's, `{"reviews": [...]}` on /predict, and
runs in an environment of its own (`*.txt`, pinned) that never holds this server.
"""
