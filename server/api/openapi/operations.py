"""Every operation of the API: what it takes, what it answers, and which errors are its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from addsup.server.errors import ProblemType
from addsup.server.schemas import open_inference as v2
from addsup.server.schemas.parsing import BatchRequest, LenientBatchRequest, TextRequest
from addsup.server.schemas.responses import (
    BatchDocument,
    ModelDocument,
    PredictionDocument,
    StateDocument,
    VersionDocument,
)

#: What is answered where there is no operation, so under no operation either.
OUTSIDE: Final = (
    ProblemType.ROUTE_NOT_FOUND,
    ProblemType.METHOD_NOT_ALLOWED,
    ProblemType.NOT_IMPLEMENTED,
)

UNREADABLE: Final = (
    ProblemType.EMPTY_BODY,
    ProblemType.MALFORMED_JSON,
    ProblemType.WRONG_TYPE,
    ProblemType.UNKNOWN_FIELD,
    ProblemType.DUPLICATE_FIELD,
    ProblemType.UNSUPPORTED_MEDIA_TYPE,
)
BAD_TEXT: Final = (
    ProblemType.EMPTY_TEXT,
    ProblemType.TEXT_WITHOUT_LETTERS,
    ProblemType.TEXT_TOO_LONG,
    ProblemType.TOO_MANY_TEXTS,
    ProblemType.NOT_READY,
)

TEXT: Final = "A wonderful film with a great cast."
TENSOR: Final = {"name": "text", "shape": [1], "datatype": "BYTES", "data": [TEXT]}


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path.

    Attributes:
        method: in lower case, as OpenAPI has it.
        path: with parameters in braces.
        group: the heading that it stands under.
        summary: what it does.
        replies: the types of a successful answer; none if it is not JSON.
        text: the media type of an answer that is not JSON, or may be something else.
        bodies: the types that the JSON body may have.
        form: the type of the body as a URL-encoded form.
        requests: example bodies, by what they show.
        answers: example answers, by what they show.
        query: parameters of the query.
        problems: errors that only some operations have.
        key: the setting with the token that it asks for, if that is set.
        is_list: whether a successful answer is a list of what `replies` has.
    """

    method: str
    path: str
    group: str
    summary: str
    replies: tuple[type, ...] = ()
    text: str | None = None
    bodies: tuple[type, ...] = ()
    form: type | None = None
    requests: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    query: tuple[dict[str, Any], ...] = ()
    problems: tuple[ProblemType, ...] = ()
    key: str | None = None
    is_list: bool = False


EXPLAIN: Final = {
    "name": "explain",
    "in": "query",
    "description": "1 adds what each word speaks for; 2 (or loo), too, what would be without it.",
    # A number, since generated clients pass one; the word is for people.
    "schema": {"type": "integer", "enum": [0, 1, 2], "default": 0},
}

PREDICT: Final = Operation(
    "post",
    "/predict",
    "Predictions",
    "Classify one text or a batch",
    replies=(PredictionDocument, BatchDocument),
    bodies=(TextRequest, BatchRequest, LenientBatchRequest),
    form=TextRequest,
    requests={
        "one text": {"text": TEXT},
        "a batch": {"texts": [TEXT, "What a waste of time."]},
        "each by itself": {"texts": [TEXT], "on_error": "item"},
    },
    answers={
        "one text": {
            "label": "positive",
            "probability": 0.99,
            "probabilities": {"negative": 0.01, "positive": 0.99},
            "words": 4,
            "known_words": 4,
        },
        "nothing known": {
            "label": None,
            "probability": None,
            "probabilities": None,
            "words": 1,
            "known_words": 0,
            "reason": "The model knows none of these words, so it has nothing to go on.",
        },
    },
    query=(EXPLAIN,),
    problems=(
        *UNREADABLE,
        *BAD_TEXT,
        ProblemType.MALFORMED_FORM,
        ProblemType.BAD_PARAMETER,
        ProblemType.MISSING_TEXT,
        ProblemType.TEXT_AND_TEXTS,
    ),
    key="api_key",
)

ABOUT: Final = (
    Operation(
        "get",
        "/model",
        "Facts",
        "The model's card: labels, figures, data, versions, sha256",
        replies=(ModelDocument,),
        problems=(ProblemType.NOT_READY,),
    ),
    Operation(
        "get",
        "/version",
        "Facts",
        "The versions of what runs",
        replies=(VersionDocument,),
        problems=(ProblemType.NOT_READY,),
    ),
    Operation("get", "/openapi.json", "Facts", "This document", text="application/json"),
)

HEALTH: Final = (
    Operation(
        "get",
        "/livez",
        "Operation",
        "The process answers",
        replies=(StateDocument,),
        answers={"alive": {"status": "live"}},
    ),
    Operation(
        "get",
        "/readyz",
        "Operation",
        "The model has reproduced its golden texts",
        replies=(StateDocument,),
        answers={"ready": {"status": "ready"}},
        problems=(ProblemType.NOT_READY,),
    ),
    Operation(
        "get",
        "/metrics",
        "Operation",
        "Counts of all workers, for Prometheus",
        text="text/plain",
        key="metrics_token",
    ),
)


def _of_the_protocol() -> tuple[Operation, ...]:
    """Those under /v2; all that names a model is there with and without a version."""
    plain = (
        ("/v2", "What the server is", v2.ServerMetadata, ()),
        ("/v2/health/live", "The process answers", v2.Live, ()),
        ("/v2/health/ready", "The model is ready", v2.Ready, (ProblemType.NOT_READY,)),
    )
    of_model = (ProblemType.NOT_READY, ProblemType.MODEL_NOT_FOUND)
    found = [
        Operation("get", path, PROTOCOL, summary, (reply,), problems=problems, key="api_key")
        for path, summary, reply, problems in plain
    ]
    for model in ("/v2/models/{name}", "/v2/models/{name}/versions/{version}"):
        for path, summary, reply in (
            (model, "What the model takes and gives", v2.ModelMetadata),
            (f"{model}/ready", "The model is ready", v2.ModelReady),
            (f"{model}/config", "The model's configuration", v2.ModelConfiguration),
            (f"{model}/stats", "What the model has done so far", v2.Statistics),
        ):
            found.append(
                Operation(
                    "get", path, PROTOCOL, summary, (reply,), problems=of_model, key="api_key"
                )
            )
        found.append(_infer(f"{model}/infer"))
    ready = (ProblemType.NOT_READY,)
    return (
        *found,
        Operation(
            *("get", "/v2/models/stats", PROTOCOL, "What the model has done so far"),
            replies=(v2.Statistics,),
            problems=ready,
            key="api_key",
        ),
        Operation(
            *("post", "/v2/repository/index", PROTOCOL, "The models that there are"),
            replies=(v2.RepositoryModel,),
            problems=ready,
            key="api_key",
            is_list=True,
        ),
    )


def _of_version_1() -> tuple[Operation, ...]:
    """Those under /v1."""
    return (
        Operation(
            *("get", "/v1/models", VERSION_1, "The models that there are"),
            replies=(v2.V1Models,),
            key="api_key",
        ),
        Operation(
            *("get", "/v1/models/{name}", VERSION_1, "The model is ready"),
            replies=(v2.ModelReady,),
            problems=(ProblemType.NOT_READY, ProblemType.MODEL_NOT_FOUND),
            key="api_key",
        ),
        Operation(
            *("post", "/v1/models/{name}:predict", VERSION_1, "Classify the texts"),
            replies=(BatchDocument,),
            bodies=(v2.V1Request,),
            requests={"one text": {"instances": [TEXT]}},
            problems=(
                *UNREADABLE,
                *BAD_TEXT,
                ProblemType.MISSING_FIELD,
                ProblemType.MODEL_NOT_FOUND,
            ),
            key="api_key",
        ),
    )


def _infer(path: str) -> Operation:
    return Operation(
        "post",
        path,
        PROTOCOL,
        "Classify the texts of a BYTES tensor",
        replies=(v2.InferenceResponse,),
        bodies=(v2.InferenceRequest,),
        requests={
            "one text": {"id": "7", "inputs": [TENSOR]},
            "labels only": {"inputs": [TENSOR], "outputs": [{"name": "label"}]},
        },
        problems=(
            *UNREADABLE,
            *BAD_TEXT,
            ProblemType.MISSING_FIELD,
            ProblemType.MODEL_NOT_FOUND,
            ProblemType.UNKNOWN_TENSOR,
            ProblemType.WRONG_TENSOR,
            ProblemType.BINARY_TENSOR,
        ),
        key="api_key",
    )


PROTOCOL: Final = "Open Inference Protocol"
VERSION_1: Final = "KServe, version 1"

OPERATIONS: Final = (PREDICT, *ABOUT, *HEALTH, *_of_the_protocol(), *_of_version_1())


def common_problems() -> tuple[ProblemType, ...]:
    """Those that any operation may answer with: all that none has to itself."""
    own = {problem for operation in OPERATIONS for problem in operation.problems}
    apart = {*own, *OUTSIDE, ProblemType.UNAUTHORIZED}
    return tuple(problem for problem in ProblemType if problem not in apart)
