"""Metrics: predictions on unseen text -> losses, and figures with intervals."""
