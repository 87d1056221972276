"""Settings: all that can be set, and what is accepted."""

from __future__ import annotations

from pathlib import Path

import pytest

from addsup.server.errors import SettingError, StartupError
from addsup.server.settings import Settings
from tests.places import ROOT


def test_empty_environment_gives_the_documented_defaults() -> None:
    settings = Settings.from_environment({})

    assert settings == Settings()
    assert settings.address == "0.0.0.0:8000"
    assert settings.model_path == ROOT / "models" / "sentiment.onnx"


def test_each_variable_sets_its_field() -> None:
    environ = {
        "PORT": "80",
        "HOST": "127.0.0.1",
        "ROOT_PATH": "texts/",
        "WEB_CONCURRENCY": "3",
        "THREADS": "8",
        "MAX_CONNECTIONS": "9",
        "MODEL_PATH": "/srv/other.onnx",
        "MODEL_NAME": "mine",
        "MODEL_PUBLIC_KEY": "/srv/public.pem",
        "MODEL_CHECK_SECONDS": "14",
        "MAX_TEXT_CHARS": "10",
        "MAX_TEXTS": "11",
        "MAX_EXPLAINED_WORDS": "15",
        "MAX_REPLY_BYTES": "200000",
        "MAX_BODY_BYTES": "12",
        "LOG_LEVEL": "DEBUG",
        "LOG_FORMAT": "Text",
        "API_KEY": "k" * 16,
        "METRICS_TOKEN": "t" * 16,
        "CORS_ORIGINS": "https://a.example, http://localhost:3000",
        "MAX_CONCURRENCY": "13",
        "TRUSTED_HOSTS": "Example.org, 127.0.0.1",
        "TRUSTED_PROXIES": "1",
        "KEEP_ALIVE_SECONDS": "620",
    }

    settings = Settings.from_environment(environ)

    expected: dict[str, object] = {
        "port": 80,
        "root_path": "/texts",
        "model_path": Path("/srv/other.onnx"),
        "model_public_key": Path("/srv/public.pem"),
        "log_level": "debug",
        "log_format": "text",
        "cors_origins": frozenset({"https://a.example", "http://localhost:3000"}),
        "trusted_hosts": frozenset({"example.org", "127.0.0.1"}),
    }
    for name, given in environ.items():
        found = getattr(settings, name.lower())
        assert found == expected.get(name.lower(), int(given) if given.isdigit() else given)
    assert list(environ) == [variable.name for variable in Settings.documented()]


@pytest.mark.parametrize("variable", ["API_KEY", "METRICS_TOKEN"])
@pytest.mark.parametrize("value", ["too short", "with a space in between", "caf\u00e9" * 5])
def test_secret_that_is_not_accepted_is_not_shown(variable: str, value: str) -> None:
    with pytest.raises(SettingError) as refusal:
        Settings.from_environment({variable: value})

    assert str(refusal.value) == (
        f"{variable} has a value that is not accepted; it must be "
        "16 to 512 printable ASCII characters without a space."
    )


def test_variable_that_is_empty_counts_as_not_set() -> None:
    assert Settings.from_environment({"PORT": "", "WEB_CONCURRENCY": " "}) == Settings()


def test_relative_model_path_is_taken_from_the_current_folder() -> None:
    settings = Settings.from_environment({"MODEL_PATH": "mine.onnx"})

    assert settings.model_path == Path.cwd() / "mine.onnx"


@pytest.mark.parametrize(
    ("variable", "value", "accepted"),
    [
        ("PORT", "http", "a whole number from 1 to 65535"),
        ("PORT", "0", "a whole number from 1 to 65535"),
        ("PORT", "65536", "a whole number from 1 to 65535"),
        ("PORT", "8_000", "a whole number from 1 to 65535"),
        ("PORT", "\u0663", "a whole number from 1 to 65535"),
        ("HOST", "local host", "an IP address, a host name, or unix: and the path of a socket"),
        ("HOST", "256.0.0.1", "an IP address, a host name, or unix: and the path of a socket"),
        ("HOST", "unix:", "an IP address, a host name, or unix: and the path of a socket"),
        ("HOST", "-a", "an IP address, a host name, or unix: and the path of a socket"),
        ("HOST", "1.2.3", "an IP address, a host name, or unix: and the path of a socket"),
        ("HOST", "a:80", "an IP address, a host name, or unix: and the path of a socket"),
        ("ROOT_PATH", "/a b", "a path such as /addsup"),
        ("ROOT_PATH", "//a//b", "a path such as /addsup"),
        ("MODEL_NAME", "a/b", "letters, digits, and any of . _ ~ -"),
        ("MODEL_PATH", "/usr", "the path of a file, or of a folder with one .onnx file in it"),
        ("WEB_CONCURRENCY", "-1", "a whole number from 1 to 256"),
        ("WEB_CONCURRENCY", "2.5", "a whole number from 1 to 256"),
        ("THREADS", "many", "a whole number from 1 to 512"),
        ("MAX_TEXT_CHARS", "9" * 5000, "a whole number from 1 to 1000000"),
        ("MAX_TEXTS", "0", "a whole number from 1 to 100000"),
        ("MAX_BODY_BYTES", "1 MiB", "a whole number from 1 to 1073741824"),
        ("LOG_LEVEL", "loud", "one of debug, info, warning, error"),
        ("LOG_FORMAT", "xml", "one of json, text"),
        (
            "CORS_ORIGINS",
            "example.org",
            "origins such as https://example.org, with commas between, or *",
        ),
        (
            "CORS_ORIGINS",
            "https://a/b",
            "origins such as https://example.org, with commas between, or *",
        ),
        (
            "CORS_ORIGINS",
            "*, https://a",
            "origins such as https://example.org, with commas between, or *",
        ),
        ("TRUSTED_PROXIES", "heroku", "a whole number from 0 to 5"),
    ],
)
def test_bad_value_is_refused_with_its_name_and_what_is_accepted(
    variable: str, value: str, accepted: str
) -> None:
    with pytest.raises(SettingError) as refusal:
        Settings.from_environment({variable: value})

    assert str(refusal.value) == f"{variable} is {value!r}, but must be {accepted}."


@pytest.mark.parametrize(
    ("host", "address", "url"),
    [
        ("0.0.0.0", "0.0.0.0:8000", "http://localhost:8000"),
        ("127.0.0.1", "127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("::", "[::]:8000", "http://localhost:8000"),
        ("::1", "[::1]:8000", "http://[::1]:8000"),
        ("[::1]", "[::1]:8000", "http://[::1]:8000"),
        ("LocalHost", "localhost:8000", "http://localhost:8000"),
        ("unix:/run/a.sock", "unix:/run/a.sock", "unix:/run/a.sock"),
    ],
)
def test_address_and_url_follow_the_host(host: str, address: str, url: str) -> None:
    settings = Settings.from_environment({"HOST": host})

    assert (settings.address, settings.url) == (address, url)


def test_the_only_model_of_a_folder_is_found(tmp_path: Path) -> None:
    (tmp_path / "mine.onnx").touch()
    (tmp_path / "mine.onnx.sha256").touch()

    settings = Settings.from_environment({"MODEL_PATH": str(tmp_path)})
    assert settings.model_path == tmp_path / "mine.onnx"
    assert settings.served_name == "mine"

    (tmp_path / "other.onnx").touch()
    with pytest.raises(SettingError, match=r"a folder with one \.onnx file in it"):
        Settings.from_environment({"MODEL_PATH": str(tmp_path)})


def test_old_names_are_read_and_said_to_be_old() -> None:
    environ = {"MAX_REVIEWS": "7", "MAX_REVIEW_CHARS": "8", "MAX_TEXT_CHARS": "9", "PORT": "1"}

    settings = Settings.from_environment(environ)

    assert (settings.max_texts, settings.max_text_chars) == (7, 9)
    assert Settings.outdated(environ) == [
        "MAX_REVIEW_CHARS is an old name: set MAX_TEXT_CHARS instead.",
        "MAX_REVIEWS is an old name: set MAX_TEXTS instead.",
    ]
    with pytest.raises(SettingError, match=r"^MAX_REVIEWS is 'many', but"):
        Settings.from_environment({"MAX_REVIEWS": "many"})


def test_a_secret_may_be_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{'k' * 16}\n")

    assert Settings.from_environment({"API_KEY_FILE": str(file)}).api_key == "k" * 16
    with pytest.raises(StartupError, match=r"^Set API_KEY or API_KEY_FILE, not both\.$"):
        Settings.from_environment({"API_KEY_FILE": str(file), "API_KEY": "k" * 16})
    file.write_text("short")
    with pytest.raises(SettingError, match=r"^API_KEY has a value that is not accepted"):
        Settings.from_environment({"API_KEY_FILE": str(file)})
    with pytest.raises(StartupError, match=r"METRICS_TOKEN_FILE is '/none', which cannot be read"):
        Settings.from_environment({"METRICS_TOKEN_FILE": "/none"})


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("CORS_ORIGIN", "CORS_ORIGIN is not a setting; CORS_ORIGINS is. "),
        ("TRUSTED_HOST", "TRUSTED_HOST is not a setting; TRUSTED_HOSTS is. "),
        ("MAX_TEXT_CHAR", "MAX_TEXT_CHAR is not a setting; MAX_TEXT_CHARS is. "),
        ("MODEL_PATH_FILE", "MODEL_PATH_FILE is not a setting: only secrets are read from a file."),
    ],
)
def test_a_variable_that_is_nearly_a_setting_is_refused(name: str, says: str) -> None:
    with pytest.raises(StartupError) as refusal:
        Settings.from_environment({name: "x"})

    assert str(refusal.value).startswith(says)


def test_variables_of_others_are_left_alone() -> None:
    others = "DYNO HOSTNAME PORTS LOG_DIR MODEL_PORT MODEL_SERVICE_HOST ADDSUP_PORT API_URL MAX_MAP"

    assert Settings.from_environment(dict.fromkeys(others.split(), "x")) == Settings()
