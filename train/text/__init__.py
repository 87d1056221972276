"""Languages: what is known of each, and the stems of words."""
