"""A program that is killed while it keeps versions leaves whole ones, and those that it had finished."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image as Pillow

from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.project.lease import lease_exclusively
from unet_desktop.project.versions import load_version, read_versions

pytestmark = pytest.mark.slow

KILLS = 12
_PROGRAM = """
import sys
from pathlib import Path
import numpy as np
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.project.layout import Layout
from unet_desktop.project.version_limits import VersionLimits, prune_versions
from unet_desktop.project.versions import Origin, VersionStep, keep_version

layout, rng = Layout(Path(sys.argv[1])), np.random.default_rng(int(sys.argv[2]))
for turn in range(100_000):
    mask = rng.integers(0, 3, (60, 80)).astype(np.uint8)
    version, _ = keep_version(layout, DISC_AND_CUP, "eye", mask, Origin(VersionStep.PAINTED, passing=turn % 3 > 0))
    keep_version(layout, DISC_AND_CUP, "eye", mask, Origin(VersionStep.PAINTED, approved=turn % 7 == 0))
    if turn % 20 == 19:
        prune_versions(layout, VersionLimits(megabytes=0))
    print(version.number, flush=True)
"""


def test_kills_leave_whole_versions_and_no_temporaries(project, tmp_path):
    source = tmp_path / "eye.png"
    Pillow.new("RGB", (80, 60), "white").save(source)
    case, chance, finished = project.add_image(source), np.random.default_rng(7), 0
    for seed in range(KILLS):
        command = [sys.executable, "-c", _PROGRAM, str(project.root), str(seed)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            finished = int(process.stdout.readline())
            time.sleep(chance.uniform(0.0, 0.3))
            process.kill()
            finished = max([finished, *map(int, process.stdout.read().split("\n")[:-1])])
        with lease_exclusively(project.root):
            found = read_versions(project.layout, "eye")
            names = [path.name for path in project.layout.versions("eye").iterdir()]
        assert found.problems == ()
        assert found.versions[0].number >= finished
        assert not [name for name in names if not name.endswith(".png")]
        for version in found.versions:
            assert np.any(load_version(project.layout, DISC_AND_CUP, case, version))
