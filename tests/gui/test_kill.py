"""A painting program that is killed at random moments loses nothing that was finished."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).resolve().parents[2]
TIMES = 20


def test_twenty_kills_lose_nothing() -> None:
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / "benchmarks" / "kill.py"), "--times", str(TIMES), "--seed", "7"],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = re.match(rf"{TIMES} kills, (\d+) steps, (\d+) times something was recovered; .* 0 faults", done.stdout)
    assert told is not None, done.stdout
    assert int(told[1]) > 0  # it did paint
    assert int(told[2]) > 0  # and some kills came between a step and its mask
