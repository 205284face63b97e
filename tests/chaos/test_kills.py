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
KILLS = 6


@pytest.mark.parametrize("kind", ["import", "bin", "predicting", "folder"])
def test_a_few_kills_lose_nothing(kind: str) -> None:
    attack(kind, "--kills", str(KILLS))


@pytest.mark.skipif(sys.platform != "linux" or shutil.which("cc") is None, reason="needs a compiler")
def test_nor_do_they_without_locks_and_flushing_while_the_clock_jumps() -> None:
    attack("import", "--kills", "10", "--poor", "--clock")


def attack(kind: str, *more: str) -> None:
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / "benchmarks" / "attack.py"), "--kinds", kind, *more],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(rf"^{kind} +\d+ .* 0$", done.stdout, re.MULTILINE), done.stdout
