"""Model file -> predictions, without Flask."""
