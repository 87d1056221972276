"""Management routes of /v2: configuration, statistics, and what is not offered."""

from __future__ import annotations

from typing import Final, NoReturn

from addsup.server.errors import ProblemError, ProblemType
from addsup.server.http.request import Reply, Request
from addsup.server.http.routing import Route
from addsup.server.open_inference.routes import MODEL, PLATFORM, find_model, of_model
from addsup.server.schemas.negotiation import respond
from addsup.server.schemas.open_inference import (
    LABEL,
    PROBABILITIES,
    TEXT,
    ConfiguredTensor,
    Duration,
    InferenceStatistics,
    ModelConfiguration,
    ModelStatistics,
    RepositoryModel,
    Statistics,
)

#: Extensions of the protocol that change a server or look into it: path -> methods.
NOT_OFFERED: Final = {
    "/v2/repository/models/<name>/load": ("POST",),
    "/v2/repository/models/<name>/unload": ("POST",),
    "/v2/systemsharedmemory/<path:rest>": ("GET", "POST"),
    "/v2/cudasharedmemory/<path:rest>": ("GET", "POST"),
    "/v2/trace/setting": ("GET", "POST"),
    f"{MODEL}/trace/setting": ("GET", "POST"),
    "/v2/logging": ("GET", "POST"),
    f"{MODEL}/generate": ("POST",),
    f"{MODEL}/generate_stream": ("POST",),
}


def configuration(request: Request) -> Reply:
    """The model's configuration, as Triton's clients read it."""
    model = find_model(request)
    document = ModelConfiguration(
        request.names["name"],
        PLATFORM,
        "onnxruntime",
        request.server.settings.max_texts,
        [ConfiguredTensor(TEXT, "TYPE_STRING", [1])],
        [
            ConfiguredTensor(LABEL, "TYPE_STRING", [1]),
            ConfiguredTensor(PROBABILITIES, "TYPE_FP64", [len(model.labels)]),
        ],
    )
    return respond(request, document)


def statistics(request: Request) -> Reply:
    """What the model has done, in all workers."""
    model, server = find_model(request), request.server
    requests, texts, seconds = server.metrics.inferences(model.version)
    spent, nothing = Duration(requests, round(seconds * 1e9)), Duration(0, 0)
    stats = InferenceStatistics(
        success=spent,
        fail=nothing,
        queue=nothing,
        compute_input=nothing,
        compute_infer=spent,
        compute_output=nothing,
    )
    name = server.settings.served_name
    document = Statistics([ModelStatistics(name, model.version, texts, requests, stats)])
    return respond(request, document)


def repository_index(request: Request) -> Reply:
    """The one model that there is."""
    name, version = request.server.settings.served_name, request.server.model.version
    return respond(request, [RepositoryModel(name, version, "READY", "")])


def not_offered(_request: Request) -> NoReturn:
    """Say that a part of the protocol is not offered.

    Raises:
        ProblemError: HTTP 501.
    """
    raise ProblemError(
        ProblemType.NOT_IMPLEMENTED,
        "This part of the protocol is not offered here; the extensions that are stand at /v2.",
    )


ROUTES: Final = (
    *of_model("/config", "GET", configuration),
    Route("/v2/models/stats", "protocol", {"GET": statistics}),
    *of_model("/stats", "GET", statistics),
    Route("/v2/repository/index", "protocol", {"POST": repository_index}),
    *(
        Route(path, "protocol", dict.fromkeys(methods, not_offered))
        for path, methods in NOT_OFFERED.items()
    ),
)
