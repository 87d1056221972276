"""What /proc says of all processes of one server."""

from __future__ import annotations

import subprocess
import sys

PARENT_THAT_GOES_FIRST = """
import os, subprocess, sys
from bench import processes
from bench.machine import Processors

SPIN = "import time\\nwhile time.process_time() < 0.5: pass"
LEAVE = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SPIN!r}])"

processes.adopt_orphans()
before = Processors.now()
subprocess.run([sys.executable, "-c", LEAVE], check=True)
os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
print(Processors.now().ours - before.ours)
"""


def test_what_a_process_has_used_whose_parent_has_gone_is_ours() -> None:
    script = [sys.executable, "-c", PARENT_THAT_GOES_FIRST]

    said = subprocess.run(script, check=True, capture_output=True, text=True)

    assert int(said.stdout) >= 40
