"""What the API is: an OpenAPI document, and the page at /docs that shows it."""
