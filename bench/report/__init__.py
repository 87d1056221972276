"""What was measured as a document, and whether what must be shown was."""
