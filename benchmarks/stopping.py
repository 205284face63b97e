"""Measure how long a training cannot be stopped: the longest time between two events.

    python benchmarks/stopping.py PROJECT --preset article --seconds 120

Trains on a copy of the project's folder and stops after this many seconds, or epochs of the segmenting network. For
each kind of event it prints the longest waits before it: seconds, and CPU seconds divided by torch's threads, which
approximates the time on an idle machine.
"""

from __future__ import annotations

import argparse
import math
import shutil
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from unet_desktop.cli.train import configuration
from unet_desktop.engine.device.device import choose, describe
from unet_desktop.engine.events import EpochDone
from unet_desktop.tasks.interrupted import find_interrupted
from unet_desktop.tasks.train import train_project


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("project", type=Path)
    parser.add_argument("--preset", default="fast")
    parser.add_argument("--epochs", type=int, default=1, help="epochs of the segmenting network")
    parser.add_argument("--seconds", type=float, default=math.inf)
    arguments = parser.parse_args()
    device = choose()
    print(describe(device))
    with tempfile.TemporaryDirectory() as folder:
        root = shutil.copytree(arguments.project, Path(folder) / "project")
        waits: dict[str, list[tuple[float, float]]] = defaultdict(list)
        events = train_project(root, configuration(arguments.preset, {}), from_scratch=True)
        begun = wall = time.perf_counter()
        busy = time.process_time()
        for event in events:
            now, spent = time.perf_counter(), time.process_time()
            kind = f"{type(event).__name__} {getattr(event, 'stage', '')}"
            waits[kind].append((now - wall, (spent - busy) / device.threads))
            done = isinstance(event, EpochDone) and event.stage == "segment" and event.epoch >= arguments.epochs
            if done or now - begun > arguments.seconds:
                break
            wall, busy = time.perf_counter(), time.process_time()
        closing = time.perf_counter()
        events.close()
        print(f"closing took {time.perf_counter() - closing:.3f} s")
        for kind, times in waits.items():
            ranked = sorted(times, reverse=True)[:3]
            print(f"{kind:20} {len(times):5d} x  longest {', '.join(f'{a:.2f} ({b:.2f} CPU)' for a, b in ranked)} s")
        found = find_interrupted(root)
        if found is not None:
            print(f"{found.describe()}; state {found.path.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
