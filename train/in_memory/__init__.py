"""Training in memory: one file of labelled text -> fitted pipeline and figures, or a comparison."""
