"""What the server says of its work: a log line and some counts for each request."""
