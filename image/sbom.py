"""Bill of materials: what is installed where it runs, as CycloneDX 1.6 JSON on stdout.

`make sbom` hands it to the image's own Python, so the list is of the image, not of a requirement
file: the distributions in its environment, Python, and the Debian packages of its base. It holds no
time and no random number: the same image gives the same bytes.
"""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any
from urllib.parse import quote

DPKG_STATUS = Path("/var/lib/dpkg/status")


def document() -> dict[str, Any]:
    """The whole bill of materials."""
    components = [python(), *map(wheel, distributions()), *debian_packages()]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "container", "name": "addsup", "bom-ref": "image"}},
        "components": sorted(components, key=lambda component: str(component["purl"])),
    }


def component(kind: str, name: str, version: str, qualifiers: str = "") -> dict[str, Any]:
    """One installed thing; its purl (package URL) is its identity."""
    purl = f"pkg:{kind}/{name}@{quote(version, safe='')}{qualifiers}"
    return {
        "type": "library",
        "name": name.rpartition("/")[2],
        "version": version,
        "purl": purl,
        "bom-ref": purl,
    }


def python() -> dict[str, Any]:
    """The interpreter, which no package manager knows of in the official image."""
    return component("generic", "python", platform.python_version()) | {"type": "platform"}


def wheel(distribution: Distribution) -> dict[str, Any]:
    """A Python distribution, with its licence where it states one in SPDX's terms."""
    metadata = distribution.metadata
    found = component("pypi", metadata["Name"].lower().replace("_", "-"), metadata["Version"])
    if "License-Expression" in metadata:
        found["licenses"] = [{"expression": metadata["License-Expression"]}]
    return found


def debian_packages() -> Iterator[dict[str, Any]]:
    """What dpkg has installed; nothing on a base that has no dpkg."""
    entries = DPKG_STATUS.read_text("utf-8").split("\n\n") if DPKG_STATUS.exists() else []
    for entry in entries:
        fields = dict(line.split(": ", 1) for line in entry.splitlines() if ": " in line)
        if fields.get("Status", "").endswith(" installed"):
            architecture = f"?arch={fields['Architecture']}"
            yield component("deb", f"debian/{fields['Package']}", fields["Version"], architecture)


if __name__ == "__main__":
    json.dump(document(), sys.stdout, indent=1)
    sys.stdout.write("\n")
