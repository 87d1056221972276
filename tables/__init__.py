"""Rows from files and addresses, and back: one reader, one writer, one policy for odd rows."""
