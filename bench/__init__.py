"""Measurements, printed side by side. Ratios within one run count; absolute times do not."""
