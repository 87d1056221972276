"""Looks up known vulnerabilities in the pinned packages: python -m audit (`make audit`).

Exit status: 0 none is known, 1 some are, 3 no advisory service could be asked.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from audit.asking import Asker, NotAnswered, Vulnerable

ROOT = Path(__file__).resolve().parent.parent
#: What serving installs first: a package is reported for the first file that pins it.
PINNED = [ROOT / f"requirements-{use}.txt" for use in ("serve", "train", "dev")]


def main(arguments: Sequence[str] | None = None) -> int:
    """Audit the files that are named, else all; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m audit", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, default=PINNED, help="requirement files")
    parser.add_argument("--osv-url", help="ask the service with OSV's interface at this address")
    parser.add_argument("--timeout", type=int, default=15, help="seconds to wait for a service")
    given = parser.parse_args(arguments)
    names = ", ".join(file.name for file in given.files)
    try:
        asker = Asker.find(given.osv_url, given.timeout)
        found = asker.audit(given.files)
    except NotAnswered as reason:
        print(f"Nothing is known of {names}: no advisory service could be asked.", reason)
        return 3
    for each in found:
        print(_sentence(each, given.files))
    print(f"{names}: {len(found) or 'no'} known vulnerabilities, says {asker.service}.")
    return 1 if found else 0


def _sentence(found: Vulnerable, files: Sequence[Path]) -> str:
    pin = f"{found.name}=={found.version}"
    place = next((f.name for f in files if f"\n{pin} " in f"\n{f.read_text()}"), files[-1].name)
    way_out = f"mended in {', '.join(found.mended)}" if found.mended else "not mended yet"
    return f"{pin} ({place}): {found.advisory}, {way_out}"


if __name__ == "__main__":
    sys.exit(main())
