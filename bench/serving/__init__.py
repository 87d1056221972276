"""Benchmarks over HTTP: this server, plain Flask and peers, in interleaved rounds."""
