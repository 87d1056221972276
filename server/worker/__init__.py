"""A Gunicorn worker that holds under load, slow clients and shutdown; see README.md here.

It imports nothing else of the project: what it needs is handed to `worker.Worker`.
"""
