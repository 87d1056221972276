"""Pipeline: reads a fitted scikit-learn pipeline into one description of it."""
