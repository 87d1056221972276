"""The script on a model's card, in onnxruntime for Node.js and for browsers."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from addsup import Model
from tests.clients.conftest import ONNXRUNTIME, node_modules, run
from tests.places import ROOT

pytestmark = pytest.mark.clients

CARD = (ROOT / "models" / "sentiment.md").read_text()
(SCRIPT,) = re.findall(r"```javascript\n(.*?)```", CARD, re.DOTALL)


@pytest.mark.parametrize("package", ["onnxruntime-node", "onnxruntime-web"])
def test_the_card_s_script_gives_the_same_numbers(package: str, tmp_path: Path) -> None:
    model = Model.load(ROOT / "models" / "sentiment.onnx")
    (read,) = re.findall(r'"string", \[(".*?")\]', SCRIPT)
    script = SCRIPT.replace("onnxruntime-node", package, 1)
    script = script.replace("models/sentiment.onnx", str(ROOT / "models" / "sentiment.onnx"))
    (tmp_path / "script.cjs").write_text(script)
    (tmp_path / "node_modules").symlink_to(node_modules(ONNXRUNTIME) / "node_modules")

    label, numbers = run(["node", tmp_path / "script.cjs"], tmp_path).split(" ", 1)

    (expected,) = model.run([json.loads(read)], "probabilities")
    assert label == model.labels[int(np.argmax(expected))]
    np.testing.assert_allclose(json.loads(numbers), expected[0], rtol=0, atol=1e-14)
