"""Middleware: what each request passes before and after a view."""
