"""Debian's nginx and haproxy in front of the real server, with connections that they use again."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import LiveServer, free_port, stop, wait_for_port

NGINX = """
daemon off; master_process off; worker_processes 1; pid {folder}/pid; error_log stderr warn;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    upstream server {{ server 127.0.0.1:{server}; keepalive 4; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://server;
            proxy_http_version 1.1;
            proxy_request_buffering off;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
        }}
    }}
}}
"""
HAPROXY = """
defaults
    mode http
    timeout connect 5s
    timeout client 20s
    timeout server 20s
frontend here
    bind 127.0.0.1:{port}
    default_backend there
backend there
    http-reuse always
    server one 127.0.0.1:{server}
"""


def start(name: str, folder: Path, server: LiveServer) -> tuple[subprocess.Popen[bytes], int]:
    """Start the proxy *name* in front of *server*; its process and port."""
    command, port = shutil.which(name), free_port()
    if not command:
        pytest.skip(f"{name} is not installed: apt-get install {name}")
    path = folder / f"{name}.conf"
    text = NGINX if name == "nginx" else HAPROXY
    path.write_text(text.format(folder=folder, server=server.port, port=port))
    arguments = ["-c", str(path), "-p", str(folder)] if name == "nginx" else ["-f", str(path)]
    process = subprocess.Popen([command, *arguments], stderr=subprocess.DEVNULL)
    wait_for_port(process, port)
    return process, port


@pytest.fixture(scope="session", params=["nginx", "haproxy"])
def proxy(
    request: pytest.FixtureRequest,
    live_server: LiveServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[int]:
    """Give the port of a proxy in front of the server."""
    process, port = start(request.param, tmp_path_factory.mktemp(request.param), live_server)
    yield port
    stop(process)
