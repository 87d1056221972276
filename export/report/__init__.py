"""Report: what a person reads and looks at beside a model file."""
