"""Classification: the one core behind the API, the page and /v2.

Validated texts in, predictions (and explanations, if asked for) out; counted as they are made. It
knows nothing of Flask or of how an answer looks.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from addsup.inference.predictions import Classification
from addsup.server.http.request import Request
from addsup.server.schemas.validation import check_explained, check_left_out


def classify(
    request: Request, texts: Sequence[str], *, explain: bool = False, leave_out: bool = False
) -> list[Classification]:
    """Classify *texts*, which have passed `schemas.validation`, in order.

    With *explain* each says what its words add; with *leave_out*, too, what the verdict would be
    without each. The model is that of the server of *request*, which counts this.

    Raises:
        ProblemError: the model is not loaded yet (HTTP 503), or there is more to explain than
            may be (413).
    """
    server = request.server
    model = server.model
    if explain:
        check_explained(texts, server.settings.max_explained_words, model.tokenizer)
        if leave_out:
            check_left_out(texts, model.tokenizer)
    started = time.perf_counter()
    if explain:
        explained = model.explain(texts, leave_out)
        found = [Classification(text, *pair) for text, pair in zip(texts, explained, strict=True)]
    else:
        found = list(map(Classification, texts, model.predict(texts)))
    if found:
        seconds = time.perf_counter() - started
        predictions = [each.prediction for each in found]
        request.amounts += server.metrics.of_predictions(predictions, seconds, model.version)
        request.texts += len(found)
    return found
