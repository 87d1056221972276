"""Servers measured over HTTP: this one, plain Flask and peers, in interleaved rounds."""
