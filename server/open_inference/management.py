"""Management routes of /v2: configuration, statistics, and what is not offered."""

from __future__ import annotations

from typing import Final, NoReturn

from addsup.server.errors import ProblemError, ProblemType
from addsup.server.http.request import Reply, Request
from addsup.server.http.routing import Route
from addsup.server.open_inference.routes import MODEL, PLATFORM, find_model, of_model
from addsup.server.open_inference.tensors import LABEL, PROBABILITIES, TEXT
from addsup.server.schemas.responses import respond

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

    def tensor(name: str, kind: str, size: int = 1) -> dict[str, object]:
        return {"name": name, "data_type": f"TYPE_{kind}", "dims": [size]}

    document = {
        "name": request.names["name"],
        "platform": PLATFORM,
        "backend": "onnxruntime",
        "max_batch_size": request.server.settings.max_texts,
        "input": [tensor(TEXT, "STRING")],
        "output": [tensor(LABEL, "STRING"), tensor(PROBABILITIES, "FP64", len(model.labels))],
    }
    return respond(request, document)


def statistics(request: Request) -> Reply:
    """What the model has done, in all workers; there is no queue but the worker's own."""
    model, server = find_model(request), request.server
    requests, texts, seconds = server.metrics.inferences(model.version)
    spent, nothing = {"count": requests, "ns": round(seconds * 1e9)}, {"count": 0, "ns": 0}
    where = dict.fromkeys(("fail", "queue", "compute_input", "compute_output"), nothing)
    of_model = {
        "name": server.settings.served_name,
        "version": model.version,
        "inference_count": texts,
        "execution_count": requests,
        "inference_stats": {"success": spent, **where, "compute_infer": spent},
    }
    return respond(request, {"model_stats": [of_model]})


def repository_index(request: Request) -> Reply:
    """The one model that there is."""
    name, version = request.server.settings.served_name, request.server.model.version
    return respond(request, [{"name": name, "version": version, "state": "READY", "reason": ""}])


def not_offered(_request: Request) -> NoReturn:
    """Say that a part of the protocol is not offered (ProblemError, HTTP 501)."""
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
