"""Inspection: what a model file says of itself, for people and as JSON."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import msgspec
import onnx

from addsup.export.graph.input_text import input_text
from addsup.inference.errors import ModelFileError
from addsup.inference.manifest import Figures, Manifest, from_metadata
from addsup.inference.model import read_checked
from addsup.inference.signature import signature_file
from addsup.train.evaluation.console_report import named_intervals


@dataclass(frozen=True, slots=True)
class Inspection:
    """A model file, read but not run.

    Attributes:
        path: where it is.
        sha256: of its bytes.
        size: in bytes.
        checksum: "fits", or why the checksum beside it does not.
        signature: name of the signature beside it; None when there is none. It is not checked here.
        inputs: name -> type and shape of each input of the graph.
        outputs: the same of each output.
        operators: operator -> how many nodes of it.
        manifest: the rest of what it says.
    """

    path: Path
    sha256: str
    size: int
    checksum: str
    signature: str | None
    inputs: dict[str, str]
    outputs: dict[str, str]
    operators: dict[str, int]
    manifest: Manifest


def inspect(path: Path) -> Inspection:
    """Read the model file *path*.

    Raises:
        ModelFileError: it is missing, no ONNX file, or not one of ours.
    """
    content = read_model_file(path)
    model = parse_graph(path, content)
    signature = signature_file(path)
    try:
        manifest = from_metadata({entry.key: entry.value for entry in model.metadata_props})
    except ModelFileError as refusal:
        raise ModelFileError(f"{path} cannot be inspected: {refusal}.") from None
    return Inspection(
        path=path,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        checksum=_checksum(path),
        signature=signature.name if signature.exists() else None,
        inputs=_described(model.graph.input),
        outputs=_described(model.graph.output),
        operators=dict(sorted(Counter(map(_operator, model.graph.node)).items())),
        manifest=manifest,
    )


def read_model_file(path: Path) -> bytes:
    """The bytes of *path*, whole or not.

    Raises:
        ModelFileError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read: {error.strerror}.") from None


def parse_graph(path: Path, content: bytes) -> onnx.ModelProto:
    """The graph in the *content* of *path*.

    Raises:
        ModelFileError: it is no ONNX file.
    """
    try:
        return onnx.load_from_string(content)
    except Exception:  # protobuf raises classes of its own, one for each implementation
        raise ModelFileError(f"{path} is not an ONNX file.") from None


def _operator(node: onnx.NodeProto) -> str:
    return f"{node.domain}.{node.op_type}".lstrip(".")


def _checksum(path: Path) -> str:
    try:
        read_checked(path)
    except ModelFileError as refusal:
        return str(refusal)
    return "fits"


def _described(values: Any) -> dict[str, str]:
    return {value.name: _type(value.type.tensor_type) for value in values}


def _type(tensor: Any) -> str:
    kind = onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type).name.replace("object", "string")
    sizes = [str(dim.dim_value or "N") for dim in tensor.shape.dim]
    return f"{kind}[{', '.join(sizes)}]"


def as_json(found: Inspection) -> bytes:
    """All of it as JSON: what the graph is, then each field of the manifest."""
    graph = {field.name: getattr(found, field.name) for field in fields(found)[1:-1]}
    whole = {"file": found.path.name, **graph, **msgspec.structs.asdict(found.manifest)}
    return msgspec.json.format(msgspec.json.encode(whole))


def inspection_lines(found: Inspection) -> Iterator[str]:
    """The gist of it as lines for the terminal."""
    manifest, data = found.manifest, found.manifest.data
    counts = ", ".join(f"{n:,} {label}" for label, n in data.texts_by_label.items())
    sections: dict[str, Mapping[str, object]] = {
        f"{found.path}: {found.size:,} bytes": {
            "sha256": found.sha256,
            "checksum": found.checksum,
            "signature": f"{found.signature} (check it with verify)" if found.signature else "none",
            "labels": ", ".join(manifest.labels),
            "vocabulary": f"{len(manifest.vocabulary):,} terms",
            "lemmas": f"{len(manifest.lemmas):,} word forms",
            "stop words": f"{len(manifest.stop_words):,}",
            "golden": f"{len(manifest.golden)} texts to replay at start",
        },
        f"\nGraph. {input_text(manifest)}": found.inputs | found.outputs,
        "\nOperators": found.operators,
        "\nData": {
            "name": data.name,
            "texts": f"{data.texts:,}: {counts}",
            "licence": data.licence,
            "sha256": data.sha256,
        },
        "\nParameters": manifest.parameters,
        f"\nFigures. {manifest.figures.protocol}": dict(named_figures(manifest.figures)),
        "\nVersions": manifest.versions,
    }
    for title, values in sections.items():
        yield title
        width = max(map(len, values), default=0)
        yield from (f"  {name:<{width}}  {value}" for name, value in values.items())


def named_figures(figures: Figures) -> Iterator[tuple[str, str]]:
    """Name and value of each figure, in words; the hold-out last."""
    yield from named_intervals(figures)
    if held_out := figures.held_out:
        yield f"accuracy on {held_out.texts:,} {held_out.which}", f"{held_out.accuracy:.3f}"
    if splits := figures.hold_outs:
        yield (
            f"accuracy over {splits.splits} such splits",
            f"{splits.mean:.3f} (standard deviation {splits.deviation:.3f})",
        )
        yield (
            "the article's settings over these",
            f"{splits.article_mean:.3f} (standard deviation {splits.article_deviation:.3f})",
        )
