"""Containers of the image: read-only, as a user it does not know, without a network or rights."""

from __future__ import annotations

import errno
import json
import sys
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest

from addsup.inference.analyzer import LETTERS_ONLY
from addsup.inference.model import Model
from addsup.server.settings import Settings
from tests.image.conftest import Builder
from tests.image.container import MODEL, NAME, PORT, Container, run_once, running_container
from tests.image.sandbox import ANY_UID, Unpacked, unpacked
from tests.live import running_server
from tests.places import ROOT

pytestmark = pytest.mark.image

GOOD = "A wonderful film with great acting."
BAD = "An awful waste of time, the worst plot."
FORM = {"Content_Type": "application/x-www-form-urlencoded"}


def form(review: str) -> str:
    return urllib.parse.urlencode({"review": review})


@pytest.fixture(scope="module")
def score_image(builder: Builder) -> Iterator[Unpacked]:
    """The image of Dockerfile.score."""
    with unpacked(builder("localhost/addsup-score-test", "--file", "Dockerfile.score")) as image:
        yield image


def test_form_predict_and_readyz_answer(container: Container) -> None:
    page = container.ask("/", "POST", form(GOOD), Accept="text/html", **FORM)
    good, bad = container.predict({"review": GOOD}), container.predict({"review": BAD})

    assert container.port == PORT
    assert container.ask("/readyz").json == {"status": "ready"}
    assert "<title>positive" in page.text
    assert (good.json["label"], bad.json["label"]) == ("positive", "negative")


def test_golden_reviews_are_answered_as_when_exported(container: Container) -> None:
    manifest = Model.load(Settings().model_path).manifest
    golden = [each for each in manifest.golden if LETTERS_ONLY.reads(each.text)]

    answer = container.predict({"reviews": [each.text for each in golden]})

    answered = [each["probabilities"] for each in answer.json["predictions"]]
    expected = [dict(zip(manifest.labels, each.probabilities, strict=True)) for each in golden]
    compared = [pair for pair in zip(answered, expected, strict=True) if pair[0] is not None]
    assert len(compared) > 1
    assert all(got == pytest.approx(want, abs=1e-6) for got, want in compared)


def test_server_is_process_1_of_another_user_with_no_rights(container: Container) -> None:
    status = dict(line.split(":\t", 1) for line in container.proc("status").splitlines())

    assert status["NSpid"].split()[-1] == "1"
    assert status["Uid"].split() == status["Gid"].split() == [str(ANY_UID)] * 4
    assert {status[f"Cap{kind}"] for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb")} == {"0" * 16}
    assert status["NoNewPrivs"] == "1"


def test_environment_has_the_image_s_variables_and_no_locale(
    container: Container, image: Unpacked
) -> None:
    entries = container.proc("environ").rstrip("\0").split("\0")
    environ = dict(entry.split("=", 1) for entry in entries)

    assert environ.keys() - image.environment.keys() <= {"PORT", "PWD"}
    assert [name for name in environ if name.startswith("LC_")] == []


def test_there_is_no_route_out_of_the_container(container: Container) -> None:
    assert container.proc("net/route").count("\n") == 1, "only the heading"
    assert [line.split()[0] for line in container.proc("net/dev").splitlines()[2:]] == ["lo:"]


@pytest.mark.parametrize("folder", ["/", "/etc", "/pycache", "/venv"])
def test_root_cannot_be_written_to(image: Unpacked, folder: str) -> None:
    write = f"open({folder!r} + '/new', 'x')"

    ended = run_once(image, "python", "-c", write)

    assert f"[Errno {errno.EROFS}]" in ended.stderr


def test_sigterm_ends_it_with_status_0(image: Unpacked) -> None:
    with running_container(image) as container:
        status = container.stop()

        assert status == 0
        assert f"Listening on http://localhost:{PORT}" in container.printed()
        assert "Traceback" not in container.printed()


def test_damaged_model_file_is_refused_with_a_sentence(image: Unpacked, tmp_path: Path) -> None:
    content = bytearray(Path(f"{image.root}{MODEL}").read_bytes())
    content[len(content) // 2] ^= 1
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(content)

    ended = run_once(image, options=["--ro-bind", str(damaged), MODEL])

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"addsup serve: Cannot serve {MODEL}: its sha256 is ")
    assert ended.stderr.endswith("the file is damaged or was replaced without its checksum.\n")
    assert ended.stderr.count("\n") == 1


def test_health_check_of_the_image_tells_ready_from_not(
    container: Container, image: Unpacked
) -> None:
    kind, *healthcheck = image.config["Healthcheck"]["Test"]

    ready = container.execute(*healthcheck, PORT=str(PORT))
    nobody = container.execute(*healthcheck, PORT=str(PORT + 1))

    assert kind == "CMD"
    assert (ready.returncode, ready.stderr) == (0, "")
    assert nobody.returncode == 1
    assert nobody.stderr == "The server does not answer: [Errno 111] Connection refused\n"


@pytest.mark.usefixtures("image")
def test_run_image_serves_on_the_port_it_is_given() -> None:
    """As `make run-image` does: with this machine's network, as the user the image names."""
    run = [str(ROOT / "image" / "run")]

    with running_server(run, IMAGE=NAME, ENGINE="buildah", PYTHON=sys.executable) as server:
        assert server.predict({"review": GOOD}).json["label"] == "positive"


def test_image_for_scoring_scores_standard_input(score_image: Unpacked) -> None:
    rows = "".join(json.dumps({"id": n, "text": "A great film."}) + "\n" for n in range(3))
    command = [*score_image.config["Entrypoint"], MODEL, "-", "-", "--input-format", "jsonl"]

    ended = run_once(score_image, *command, stdin=rows)

    assert ended.returncode == 0, ended.stderr
    scored = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [(row["id"], row["label"]) for row in scored] == [(n, "positive") for n in range(3)]


def test_image_for_scoring_is_a_worker_of_dask_too(score_image: Unpacked) -> None:
    ended = run_once(score_image, "python", "-m", "dask", "worker", "--version")

    assert ended.returncode == 0, ended.stderr
