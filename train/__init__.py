"""Labelled text -> fitted scikit-learn pipeline and honest figures."""
