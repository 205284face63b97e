"""Work that is killed at random moments loses, damages and mixes up nothing, and resumes.

`benchmarks/attack.py --minutes 30` does the same for long, and does it to training and the window as well.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the attack forks"),
]

REPOSITORY = Path(__file__).resolve().parents[2]


def test_a_few_kills_and_damaged_files_lose_nothing() -> None:
    attack("import", "bin", "predicting", "folder", "readers", "--kills", "3")


@pytest.mark.skipif(sys.platform != "linux" or shutil.which("cc") is None, reason="needs a compiler")
def test_nor_do_they_without_locks_and_flushing_while_the_clock_jumps() -> None:
    attack("import", "bin", "--kills", "6", "--poor", "--clock")


def attack(*words: str) -> None:
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / "benchmarks" / "attack.py"), "--kinds", *words],
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^\d+ kills, 0 faults$", done.stdout, re.MULTILINE), done.stdout
