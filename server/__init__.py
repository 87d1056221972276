"""The slim part: cleans a text, runs the model file, answers over HTTP.

Imports neither `train` nor `export`, and nothing that only they need.
"""
