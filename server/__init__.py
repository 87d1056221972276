"""The slim part: cleans a review, runs the model file, answers over HTTP.

Imports neither `train` nor `export`, and nothing that only they need.
"""

import os

# ONNX Runtime's Linux wheels report usage, from a thread that does not survive a fork, unless this
# stands in the environment before the first import, whichever module that is in.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

#: Of the server and its API; see CHANGELOG.md.
VERSION = "1.0.0"
