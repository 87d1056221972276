"""Builds the container image and runs it where there is no container engine."""
