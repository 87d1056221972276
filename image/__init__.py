"""Image: what builds the container image."""
