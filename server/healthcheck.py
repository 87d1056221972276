"""`python -m addsup.server.healthcheck`: for container engines, which ask by running a command.

Exit status 0 if the server on this machine is ready, else 1 with a line that says why not.
"""

from __future__ import annotations

import os
import socket
import sys
from http.client import HTTPConnection, HTTPException

from addsup.server.errors import StartupError
from addsup.server.settings import Settings
from addsup.server.settings.accepted import UNIX

PATIENCE = 4.0  # seconds, less than the engine's own


def main() -> None:
    """Ask /readyz on the address the server listens on; 0.0.0.0 and :: mean this machine."""
    try:
        settings = Settings.from_environment(os.environ)
        is_socket = settings.host.startswith(UNIX)
        host = "localhost" if is_socket else settings.host
        connection = HTTPConnection(host, settings.port, timeout=PATIENCE)
        if is_socket:
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.settimeout(PATIENCE)
            connection.sock.connect(settings.host.removeprefix(UNIX))
        connection.request("GET", "/readyz")
        status = connection.getresponse().status
    except (StartupError, HTTPException, OSError) as failure:
        sys.exit(f"The server does not answer: {failure}")
    if status != 200:
        sys.exit(f"The server is not ready: /readyz answers {status}.")


if __name__ == "__main__":
    main()
