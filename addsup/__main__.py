"""`python -m addsup`: the command `addsup`."""

from __future__ import annotations

import importlib
import sys

COMMANDS = {"serve": "server", "train": "train", "score": "score", "export": "export"}


def main() -> int:
    """Hand over to the command named first."""
    name, *rest = sys.argv[1:]
    sys.argv[0] = f"addsup {name}"
    if name in ("inspect", "behaviour", "diff", "evaluate", "verify", "sign"):
        return importlib.import_module("addsup.export.__main__").main([name, *rest])
    if name == "export":
        return importlib.import_module("addsup.export.__main__").main(["convert", *rest])
    if name == "compare":
        return importlib.import_module("addsup.train.__main__").main([name, *rest])
    sys.argv[1:] = rest
    return importlib.import_module(f"addsup.{COMMANDS[name]}.__main__").main()


if __name__ == "__main__":
    sys.exit(main())
