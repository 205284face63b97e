"""Measure how long the import of many small pictures takes, and how often it waits for the disk.

    python benchmarks/import_pictures.py --pictures 2000 [--masks] [--folder /where/the/disk/is]

Makes pictures of 64 x 64 pixels in a temporary folder (of `--folder`, because /tmp may be memory), imports them into a
new project by copying, with masks if asked, and prints seconds, CPU seconds and calls of fsync.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from PIL import Image

from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.project.project import Project
from unet_desktop.tasks.events import ItemDone
from unet_desktop.tasks.import_images import import_images


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=2000)
    parser.add_argument("--masks", action="store_true")
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        source, masks = Path(folder) / "in", Path(folder) / "masks"
        _make(source, masks, arguments.pictures)
        os.sync()
        project = Project.create(Path(folder) / "project", DISC_AND_CUP)
        calls = _count_fsync()
        start, cpu = time.perf_counter(), time.process_time()
        events = list(import_images(project.root, source, masks=masks if arguments.masks else None))
        seconds = time.perf_counter() - start
        failed = [event for event in events if isinstance(event, ItemDone) and event.problem]
        assert not failed, failed[:3]
        assert len(Project.open(project.root).cases()) == arguments.pictures
        print(
            f"{arguments.pictures} pictures: {seconds:.1f} s, {1000 * seconds / arguments.pictures:.2f} ms each; "
            f"CPU {time.process_time() - cpu:.1f} s; fsync {len(calls)} times"
        )


def _make(source: Path, masks: Path, count: int) -> None:
    random = np.random.default_rng(0)
    source.mkdir()
    masks.mkdir()
    for index in range(count):
        pixels = random.integers(0, 256, (64, 64, 3), np.uint8)
        Image.fromarray(pixels).save(source / f"p{index:05d}.png")
        mask = np.zeros((64, 64), np.uint8)
        mask[20:40, 20:40], mask[25:35, 25:35] = 1, 2
        Image.fromarray(mask).save(masks / f"p{index:05d}.png")


def _count_fsync() -> list[int]:
    calls: list[int] = []
    fsync, lock = os.fsync, threading.Lock()

    def counted(handle: int) -> None:
        with lock:
            calls.append(handle)
        fsync(handle)

    os.fsync = counted  # type: ignore[assignment]
    return calls


if __name__ == "__main__":
    main()
