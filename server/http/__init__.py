"""HTTP: requests, replies, and the table of routes between them."""
