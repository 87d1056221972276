"""Data as people bring them go through `addsup train`, or are refused with the way out."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from addsup import export_pipeline
from addsup.__main__ import main
from addsup.inference.errors import AddsupError
from addsup.inference.model import Model

ADJECTIVES = {"pos": "superb lovely brilliant moving", "neg": "dull awful broken boring"}
QUICK = ["--classifier", "multinomial", "--no-tune", "--repeats", "0", "--quiet"]


def rows(count: int = 40) -> list[tuple[str, str]]:
    """Different texts of two labels, and their labels."""
    found = []
    for number in range(count):
        label, place = ("pos", "neg")[number % 2], number // 2
        words = ADJECTIVES[label].split()
        noun = ("plot", "cast", "voice", "scene")[place // 16 % 4]
        found.append((f"{words[place % 4]} {words[place // 4 % 4]} {noun} in this film", label))
    return found


def csv_of(pairs: list[tuple[str, str]], header: str = "text,label") -> str:
    lines = [f'"{text}","{label}"' for text, label in pairs]
    return "\n".join([header, *lines] if header else lines) + "\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data_cache: Path) -> Path:
    """The current folder, empty."""
    monkeypatch.setenv("DATA_CACHE", str(data_cache))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def train(*arguments: str | Path) -> int:
    return main(["train", *map(str, arguments), *QUICK])


def test_a_model_is_replaced_only_if_that_is_asked_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "sentiment.csv").write_text(csv_of(rows(41)))
    (folder / "sentiment.onnx").write_bytes(b"the model in use")

    assert train("sentiment.csv") == 2

    assert "--export sentiment.onnx" in capsys.readouterr().err
    assert (folder / "sentiment.onnx").read_bytes() == b"the model in use"
    assert train("sentiment.csv", "--export", "sentiment.onnx") == 0
    assert Model.load(folder / "sentiment.onnx").labels == ("neg", "pos")


def test_a_missing_header_is_told_without_the_text_and_the_way_out_works(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "mail.csv").write_text(csv_of(rows(), header=""))

    assert train("mail.csv") == 1

    said = capsys.readouterr().err
    assert "--no-header --text-column 1" in said
    assert "superb" not in said
    way_out = ["--no-header", "--text-column", "1", "--label-column", "2"]
    assert train("mail.csv", *way_out, "--no-export") == 0
    assert "mail.csv: 40 texts (20 neg, 20 pos)" in capsys.readouterr().out


def test_a_constant_model_is_refused_and_nothing_written(tmp_path: Path) -> None:
    found, labels = zip(*rows(), strict=True)
    texts = [f"{text.capitalize()}." for text in found]
    nothing = LogisticRegression(C=1e-6, l1_ratio=1, solver="liblinear")
    pipeline = make_pipeline(TfidfVectorizer(), nothing).fit(texts, labels)

    with pytest.raises(AddsupError, match="answers 40 different texts with the same"):
        export_pipeline(pipeline, tmp_path / "m.onnx", texts, quiet=True)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("positive", "negative", "joined"),
    [
        (["pos", "POS", "pos\u200b"], ["neg", "Neg"], "100 texts (50 neg, 50 pos)"),
        (["1", "1.0"], ["0", "0.0"], "100 texts (50 0, 50 1)"),
        (["True", "true"], ["False", "false"], "100 texts (50 False, 50 True)"),
    ],
)
def test_labels_that_are_one_to_people_are_told_and_joined_by_an_option(
    positive: list[str],
    negative: list[str],
    joined: str,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    spellings = {"pos": positive, "neg": negative}
    names = [(text, spellings[label], i) for text, label, i in numbered()]
    odd = [(text, alike[i % len(alike)]) for text, alike, i in names]
    (folder / "mail.csv").write_text(csv_of(odd))

    train("mail.csv", "--no-export")
    told = caplog.text
    assert train("mail.csv", "--no-export", "--join-labels") == 0

    assert f"{len(positive + negative)} labels look like 2: " in told
    assert "--join-labels makes them one each" in told
    assert joined in capsys.readouterr().out


def numbered() -> list[tuple[str, str, int]]:
    return [(text, label, number // 2) for number, (text, label) in enumerate(rows(100))]


def test_a_cell_with_several_labels_is_told(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    several = [(text, label if i % 3 else f"{label}#long") for text, label, i in numbered()]
    (folder / "mail.csv").write_text(csv_of(several))

    train("mail.csv", "--no-export")

    said = '34 texts seem to have several labels in a cell, parted by "#" ("pos#long", "neg#long")'
    assert said in caplog.text


def test_a_list_of_one_label_is_that_label_and_one_of_two_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [json.dumps({"text": text, "label": [label]}) for text, label in rows()]
    lines[2] = json.dumps({"text": rows()[2][0], "label": {"choices": ["pos"]}})
    (folder / "mail.jsonl").write_text("\n".join(lines))
    assert train("mail.jsonl", "--no-export") == 0

    lines[1] = json.dumps({"text": "x", "label": ["pos", "long"]})
    (folder / "mail.jsonl").write_text("\n".join(lines))
    assert train("mail.jsonl", "--no-export") == 1

    assert 'line 2: the text has 2 labels ("pos", "long"), and a model' in capsys.readouterr().err


@pytest.mark.parametrize("data", ["mail.csv", "*.csv"])
def test_empty_rows_and_rare_labels_are_left_out_by_an_option(
    data: str,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    rare = [(f"an odd one {i}", f"rare{i}") for i in range(9)]
    odd = [*rows(120), ("", "pos"), ("fine", ""), *rare]
    (folder / "mail.csv").write_text(csv_of(odd))

    assert train(data, "--no-export") == 1
    assert "--skip-empty" in capsys.readouterr().err
    assert train(data, "--no-export", "--skip-empty") == 1
    assert "--drop-rare" in capsys.readouterr().err
    assert train(data, "--no-export", "--skip-empty", "--drop-rare", "20") == 0

    assert f"{data}: 120 texts (60 neg, 60 pos)" in capsys.readouterr().out
    assert "left out are 9 labels with 9 texts" in caplog.text


def write_split(path: Path, pairs: list[tuple[str, str]]) -> None:
    """A Parquet file as Hugging Face's datasets writes it, labels as numbers of a ClassLabel."""
    names = ["neg", "pos"]
    features = {"label": {"names": names, "_type": "ClassLabel"}}
    table = pa.table(
        {
            "text": [text for text, _ in pairs],
            "label": [names.index(label) for _, label in pairs],
        }
    )
    kept = {"huggingface": json.dumps({"info": {"features": features}})}
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table.replace_schema_metadata(kept), path)


def test_splits_of_a_folder_are_used_as_their_names_say(
    folder: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    every = rows(100)
    write_split(folder / "reviews/data/train-00000-of-00002.parquet", every[:40])
    write_split(folder / "reviews/data/train-00001-of-00002.parquet", every[40:59])
    write_split(folder / "reviews/data/test-00000-of-00001.parquet", every[59:90])
    write_split(folder / "reviews/data/validation-00000-of-00001.parquet", every[90:])

    assert train("reviews", "--export", "m.onnx") == 0

    assert "reviews: 59 texts (29 neg, 30 pos)" in capsys.readouterr().out
    assert (
        "reviews: trained on data/train-00000-of-00002.parquet, data/train-00001-of-00002.parquet; "
        "tested with data/test-00000-of-00001.parquet; not read: "
        "data/validation-00000-of-00001.parquet."
    ) in caplog.text
    made = Model.load(folder / "m.onnx")
    assert made.labels == ("neg", "pos")
    assert made.manifest.data.texts == 59


def test_a_file_for_each_text_is_read_with_the_folder_as_its_label(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, (text, label) in enumerate(rows()):
        (folder / "mail" / label).mkdir(parents=True, exist_ok=True)
        (folder / "mail" / label / f"{number}.txt").write_text(text)

    assert train("mail", "--no-export") == 0

    assert "mail: 40 texts (20 neg, 20 pos)" in capsys.readouterr().out


def test_lines_of_fasttext_are_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"__label__{label} {text}" for text, label in rows()]
    (folder / "mail.txt").write_text("\n".join(lines))
    assert train("mail.txt", "--no-export") == 0
    assert "mail.txt: 40 texts (20 neg, 20 pos)" in capsys.readouterr().out

    (folder / "mail.txt").write_text("\n".join([*lines, "no label here"]))
    assert train("mail.txt", "--no-export") == 1
    assert "mail.txt" in (said := capsys.readouterr().err) and "line 41" in said


@pytest.mark.parametrize("name", ["mail.xlsx", "mail.txt"])
def test_files_that_hold_no_table_are_refused_with_the_way_out(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / name).write_bytes(b"PK\3\4 and more")

    assert train(name, "--no-export") == 1

    said = {"mail.xlsx": "save its sheet as CSV", "mail.txt": "__label__"}
    assert said[name] in capsys.readouterr().err
