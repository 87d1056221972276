"""Standard clients, from their packages, against the real server; docs/clients.md lists them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.clients.conftest import (
    CHECKERS,
    NPM,
    ONNXRUNTIME,
    PACKAGES,
    SCRIPTS,
    environment,
    node_modules,
    results,
    run,
)
from tests.live import LiveServer
from tests.places import ROOT

pytestmark = pytest.mark.clients

BOTH = ["positive", "negative"]
PAGE = ROOT / "docs" / "clients.md"


@pytest.fixture
def openapi(live_server: LiveServer, tmp_path: Path) -> Path:
    """The OpenAPI document of the server, as a file."""
    path = tmp_path / "openapi.json"
    path.write_bytes(live_server.ask("/openapi.json").body)
    return path


def test_kserve_sdk(live_server: LiveServer) -> None:
    assert results("kserve", "kserve_sdk.py", live_server.url) == {
        "live": True,
        "ready": True,
        "model": True,
        "json": BOTH,
        "binary": BOTH,
        "v1": BOTH,
        "v1 model": True,
    }


def test_tritonclient_and_its_aio(live_server: LiveServer) -> None:
    found = results("tritonclient", "triton_sdk.py", f"127.0.0.1:{live_server.port}")

    assert found == {
        "defaults": BOTH,
        "probabilities": [2, 2],
        "gzip compression": BOTH,
        "deflate compression": BOTH,
        "json": BOTH,
        "config": "sentiment",
        "statistics": True,
        "index": "READY",
        "load": "501",
        "shared memory": "501",
        "trace": "501",
        "aio": BOTH,
        "aio json": BOTH,
    }


def test_mlserver_infer(live_server: LiveServer, tmp_path: Path) -> None:
    requests = tmp_path / "requests.jsonl"
    tensor = {"name": "text", "shape": [1], "datatype": "BYTES"}
    lines = [{"inputs": [{**tensor, "data": [text]}]} for text in ("A wonderful film.", "Awful.")]
    requests.write_text("".join(json.dumps(line) + "\n" for line in lines))
    replies = tmp_path / "replies.jsonl"

    run(
        [
            *(environment("mlserver") / "mlserver", "infer", "-m", "sentiment"),
            *("-u", f"127.0.0.1:{live_server.port}", "-i", requests, "-o", replies),
        ]
    )

    found = [json.loads(line) for line in replies.read_text().splitlines()]
    found.sort(key=lambda reply: reply["parameters"]["batch_index"])
    assert [reply["outputs"][0]["data"] for reply in found] == [["positive"], ["negative"]]


def test_openapi_python_client(live_server: LiveServer, openapi: Path, tmp_path: Path) -> None:
    generate = environment("openapi-python-client") / "openapi-python-client"
    folder = tmp_path / "client"
    run([generate, "generate", "--path", openapi, "--output-path", folder, "--meta", "none"])

    found = results("openapi-python-client", "python_client.py", tmp_path, live_server.url)

    assert found == {
        "one": "positive",
        "batch": ["negative", None],
        "explained": ["A", "wonderful", "film"],
        "infer": ["negative"],
        "problem": "empty_text",
    }


def generated(openapi: Path, language: str, folder: Path) -> Path:
    """What openapi-generator makes for *language*."""
    if not shutil.which("java"):
        pytest.skip("java is not installed: apt-get install default-jre-headless")
    program = environment("openapi-generator-cli") / "openapi-generator-cli"
    run([program, "generate", "-i", openapi, "-g", language, "-o", folder])
    return folder


def test_openapi_generator_for_python(
    live_server: LiveServer, openapi: Path, tmp_path: Path
) -> None:
    folder = generated(openapi, "python", tmp_path / "generated")

    found = results("openapi-generator-cli", "generated_client.py", folder, live_server.url)

    assert found == {
        "one": "positive",
        "batch": ["negative", None],
        "explained": ["A", "wonderful", "film"],
        "infer": ["negative"],
        "from_dict": {"texts": ["Awful."]},
    }


def compiled(folder: Path, script: str) -> Path:
    """The JavaScript of *script* in *folder*, which has to compile with --strict."""
    modules = node_modules()
    (folder / "node_modules").symlink_to(modules / "node_modules")
    shutil.copy(SCRIPTS / script, folder)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "node.d.ts").write_text("declare const process: { argv: string[] };")
    tsc = modules / "node_modules" / ".bin" / "tsc"
    options = ["--strict", "--target", "es2022", "--module", "es2022", "--lib", "es2022,dom"]
    run([tsc, *options, "--moduleResolution", "bundler", script, "node.d.ts"], folder)
    return folder / Path(script).with_suffix(".js")


def test_openapi_typescript_and_fetch(
    live_server: LiveServer, openapi: Path, tmp_path: Path
) -> None:
    program = node_modules() / "node_modules" / ".bin" / "openapi-typescript"
    run([program, openapi, "-o", tmp_path / "api.ts"])
    script = compiled(tmp_path, "fetch.ts")

    assert json.loads(run(["node", script, live_server.url])) == {
        "one": "positive",
        "batch": ["negative", None],
        "infer": ["negative"],
        "problem": "empty_text",
    }


def test_openapi_generator_for_typescript_fetch(
    live_server: LiveServer, openapi: Path, tmp_path: Path
) -> None:
    generated(openapi, "typescript-fetch", tmp_path / "generated")
    script = compiled(tmp_path, "generated.ts")
    for path in (tmp_path / "generated").rglob("*.js"):  # Node asks for whole file names
        path.write_text(re.sub(r"(from '\.[^']*?)(/index)?';", _whole(path), path.read_text()))
    script.write_text(script.read_text().replace("generated/index", "generated/index.js"))

    assert json.loads(run(["node", script, live_server.url])) == {
        "one": "positive",
        "batch": ["negative", None],
        "infer": ["negative"],
    }


def _whole(path: Path):  # type: ignore[no-untyped-def]
    def name(found: re.Match[str]) -> str:
        target = path.parent / found[1].removeprefix("from '")
        return f"{found[1]}/index.js';" if target.is_dir() else f"{found[1]}.js';"

    return name


def test_the_page_has_every_client_with_its_version() -> None:
    page = PAGE.read_text()
    rows = dict(re.findall(r"^\| ([\w./-]+) \| ([\d.]+) \|", page, re.MULTILINE))

    main = [packages[0] for packages in PACKAGES.values()]
    tried = {re.split(r"[\[=]", each)[0]: each.split("==")[1] for each in main}
    tried |= dict(each.split("@") for each in (*NPM, *ONNXRUNTIME))
    assert rows == {name: version for name, version in tried.items() if name not in CHECKERS}
