"""Pages for people: the form, the verdict with its reasons, the model summary."""
