"""The slim part: cleans a review, runs the model file, answers over HTTP.

Imports neither `train` nor `export`, and nothing that only they need.
"""

#: Of the server and its API; see CHANGELOG.md.
VERSION = "0.1.0"
