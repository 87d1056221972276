"""Requests and replies of the Open Inference Protocol, version 2.

https://github.com/kserve/open-inference-protocol
"""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

TEXT: Final = "text"
LABEL: Final = "label"
PROBABILITIES: Final = "probabilities"

#: What standard clients send along, and what means nothing here.
Parameters = dict[str, Any]


class Tensor(msgspec.Struct, frozen=True):
    """What a model takes or gives. -1 in the shape stands for the number of texts."""

    name: str
    datatype: str
    shape: list[int]


class ServerMetadata(msgspec.Struct, frozen=True):
    """The answer of `GET /v2`."""

    name: str
    version: str
    extensions: list[str]


class ModelMetadata(msgspec.Struct, frozen=True):
    """The answer of `GET /v2/models/{name}`."""

    name: str
    versions: list[str]
    platform: str
    inputs: list[Tensor]
    outputs: list[Tensor]


class Live(msgspec.Struct, frozen=True):
    """The answer of `GET /v2/health/live`."""

    live: bool


class Ready(msgspec.Struct, frozen=True):
    """The answer of `GET /v2/health/ready`."""

    ready: bool


class ModelReady(msgspec.Struct, frozen=True):
    """The answer of `GET /v2/models/{name}/ready`."""

    name: str
    ready: bool


class InputTensor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The texts."""

    name: str
    shape: Annotated[
        list[Annotated[int, Meta(ge=0)]],
        Meta(min_length=1, max_length=2),
    ]
    datatype: str
    data: list[str | list[str]] | UnsetType = UNSET
    parameters: Parameters | UnsetType = UNSET


class WantedTensor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An output that is asked for."""

    name: str
    parameters: Parameters | UnsetType = UNSET


class InferenceRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The body of `POST /v2/models/{name}/infer`."""

    inputs: list[InputTensor]
    id: str | UnsetType | None = UNSET
    outputs: list[WantedTensor] | UnsetType = UNSET
    parameters: Parameters | UnsetType = UNSET
    model_name: str | UnsetType | None = UNSET  # sent by clients, and not used
    model_version: str | UnsetType | None = UNSET


class OutputTensor(msgspec.Struct, frozen=True):
    """What the model made of the texts, flat in row-major order."""

    name: str
    datatype: str
    shape: list[int]
    data: list[Any] | UnsetType = UNSET
    parameters: Parameters | UnsetType = UNSET


class InferenceResponse(msgspec.Struct, frozen=True):
    """The answer of `POST /v2/models/{name}/infer`."""

    model_name: str
    model_version: str
    outputs: list[OutputTensor]
    id: str | UnsetType = UNSET


class ConfiguredTensor(msgspec.Struct, frozen=True):
    """A tensor in a model's configuration, for one text."""

    name: str
    data_type: str
    dims: list[int]


class ModelConfiguration(msgspec.Struct, frozen=True):
    """The answer of `GET /v2/models/{name}/config`, in the terms of Triton's configuration."""

    name: str
    platform: str
    backend: str
    max_batch_size: int
    input: list[ConfiguredTensor]
    output: list[ConfiguredTensor]


class Duration(msgspec.Struct, frozen=True):
    """How often something happened, and how long that took."""

    count: int
    ns: int


class InferenceStatistics(msgspec.Struct, frozen=True):
    """Where the time of requests went; there is no queue but the worker's own."""

    success: Duration
    fail: Duration
    queue: Duration
    compute_input: Duration
    compute_infer: Duration
    compute_output: Duration


class ModelStatistics(msgspec.Struct, frozen=True):
    """What a model has done since the server started."""

    name: str
    version: str
    inference_count: int
    execution_count: int
    inference_stats: InferenceStatistics


class Statistics(msgspec.Struct, frozen=True):
    """The answer of `GET /v2/models/{name}/stats`."""

    model_stats: list[ModelStatistics]


class RepositoryModel(msgspec.Struct, frozen=True):
    """A model in the answer of `POST /v2/repository/index`."""

    name: str
    version: str
    state: str
    reason: str


class V1Models(msgspec.Struct, frozen=True):
    """The answer of `GET /v1/models`."""

    models: list[str]


class V1Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `POST /v1/models/{name}:predict`."""

    instances: list[str]
