"""What comes in and goes out: parsing, validation, response documents, content negotiation."""
