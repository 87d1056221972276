"""Management routes of /v2: configuration, statistics, and what is not offered."""

from __future__ import annotations

from typing import Final, NoReturn

from addsup.server.errors import ProblemError, ProblemType
from addsup.server.extensions import current
from addsup.server.open_inference.routes import (
    MODEL,
    MODEL_VERSION,
    PLATFORM,
    find_model,
    open_inference,
)
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
from flask import Response

#: Extensions of the protocol that change a server or look into it: path -> methods.
NOT_OFFERED: Final = {
    "/repository/models/<name>/load": ("POST",),
    "/repository/models/<name>/unload": ("POST",),
    "/systemsharedmemory/<path:rest>": ("GET", "POST"),
    "/cudasharedmemory/<path:rest>": ("GET", "POST"),
    "/trace/setting": ("GET", "POST"),
    f"{MODEL}/trace/setting": ("GET", "POST"),
    "/logging": ("GET", "POST"),
    f"{MODEL}/generate": ("POST",),
    f"{MODEL}/generate_stream": ("POST",),
}

__all__ = ["open_inference"]


@open_inference.get(f"{MODEL}/config")
@open_inference.get(f"{MODEL_VERSION}/config")
def configuration(name: str, version: str | None = None) -> Response:
    """The model's configuration, as Triton's clients read it."""
    model = find_model(name, version)
    return respond(
        ModelConfiguration(
            name,
            PLATFORM,
            "onnxruntime",
            current().settings.max_texts,
            [ConfiguredTensor(TEXT, "TYPE_STRING", [1])],
            [
                ConfiguredTensor(LABEL, "TYPE_STRING", [1]),
                ConfiguredTensor(PROBABILITIES, "TYPE_FP64", [len(model.labels)]),
            ],
        )
    )


@open_inference.get("/models/stats")
@open_inference.get(f"{MODEL}/stats")
@open_inference.get(f"{MODEL_VERSION}/stats")
def statistics(name: str | None = None, version: str | None = None) -> Response:
    """What the model has done, in all workers."""
    carried = current()
    name = name or carried.settings.model_name
    model = find_model(name, version)
    requests, texts, seconds = carried.metrics.inferences(model.version)
    spent, nothing = Duration(requests, round(seconds * 1e9)), Duration(0, 0)
    stats = InferenceStatistics(
        success=spent,
        fail=nothing,
        queue=nothing,
        compute_input=nothing,
        compute_infer=spent,
        compute_output=nothing,
    )
    return respond(Statistics([ModelStatistics(name, model.version, texts, requests, stats)]))


@open_inference.post("/repository/index")
def repository_index() -> Response:
    """The one model that there is."""
    carried = current()
    model = carried.model
    return respond([RepositoryModel(carried.settings.model_name, model.version, "READY", "")])


def not_offered(**_names: str) -> NoReturn:
    """Say that a part of the protocol is not offered.

    Raises:
        ProblemError: HTTP 501.
    """
    raise ProblemError(
        ProblemType.NOT_IMPLEMENTED,
        "This part of the protocol is not offered here; the extensions that are stand at /v2.",
    )


for _path, _methods in NOT_OFFERED.items():
    open_inference.add_url_rule(_path, view_func=not_offered, methods=_methods)
