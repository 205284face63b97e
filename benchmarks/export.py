"""Measure how fast corrected cases are exported: seconds, CPU seconds, and the most memory.

    python benchmarks/export.py --cases 1000 [--everything]

Makes a project of synthetic photographs (2048 x 1536, JPEG) with masks and exports it as `unet-desktop export` does:
masks, overlays, GeoJSON, a table and a report; with `--everything` all outputs, pictures and training sets. On a busy
machine the CPU seconds count, divided by two for two cores.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from unet_desktop.images.opencv import cv2
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.synthetic import synthetic_fundus
from unet_desktop.project.project import Project
from unet_desktop.tasks.events import ExportDone, ItemDone
from unet_desktop.tasks.export.request import ExportRequest
from unet_desktop.tasks.export.run import export_cases
from unet_desktop.tasks.folders.outputs import Outputs

GOAL = 60.0
"""Seconds for 1,000 cases on 2 cores."""
_DIFFERENT = 20
"""Photographs that are drawn; the others are copies of them."""
_SIZE = (2048, 1536)

USUAL = Outputs(overlays=True, contours=frozenset({"geojson"}), reports=("html",))
EVERYTHING = Outputs(
    regions=True,
    overlays=True,
    contours=frozenset({"geojson", "coco", "labelme"}),
    tables=("csv", "xlsx", "parquet"),
    reports=("html", "pdf"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--everything", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root, output = Path(folder) / "project", Path(folder) / "out"
        make_project(root, arguments.cases)
        sets = ("nnunet", "folder", "rootpainter") if arguments.everything else ()
        request = ExportRequest(
            root=root,
            output=output,
            outputs=EVERYTHING if arguments.everything else USUAL,
            pictures=arguments.everything,
            training_sets=sets,
        )
        report(request, arguments.cases)


def make_project(root: Path, count: int) -> None:
    """Make a project of corrected cases; its pictures are links to a few files."""
    project = Project.create(root, DISC_AND_CUP)
    pictures = root.with_name("pictures")
    pictures.mkdir()
    masks = []
    for seed in range(_DIFFERENT):
        drawn = synthetic_fundus(seed, _SIZE[1])
        pixels = np.zeros((_SIZE[1], _SIZE[0], 3), np.uint8)
        left = (_SIZE[0] - _SIZE[1]) // 2
        pixels[:, left : left + _SIZE[1]] = drawn.pixels
        mask = np.zeros(pixels.shape[:2], np.uint8)
        mask[:, left : left + _SIZE[1]] = drawn.mask
        Image.fromarray(np.asarray(cv2.GaussianBlur(pixels, (0, 0), 1.0))).save(pictures / f"{seed}.jpg", quality=92)
        masks.append(mask)
    with project.adding_many():
        for number in range(count):
            picture = pictures / f"case{number:05}_{'OD' if number % 2 else 'OS'}.jpg"
            os.link(pictures / f"{number % _DIFFERENT}.jpg", picture)
            case = project.add_image(picture, copy=False, patient=f"patient {number // 2}")
            project.save_mask(case.id, masks[number % _DIFFERENT])


def report(request: ExportRequest, count: int) -> None:
    """Export and print what it took."""
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    marks: dict[int, int] = {}
    for event in export_cases(request):
        if isinstance(event, ItemDone) and event.done in {count // 5, count}:
            marks[event.done] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        if isinstance(event, ExportDone):
            print(f"{event.exported:,} cases exported, {event.failed:,} failed")
    seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    size = sum(path.stat().st_size for path in request.output.rglob("*") if path.is_file())
    print(
        f"{seconds:.1f} s, {cpu:.1f} s of CPU time ({1000 * cpu / count:.0f} ms a case), {size / 1e6:,.0f} MB written"
    )
    memory = ", ".join(f"{kilobytes / 1024:.0f} MiB after {done:,}" for done, kilobytes in marks.items())
    print(f"most memory: {memory}; {after.ru_maxrss / 1024:.0f} MiB at the end")
    if request.outputs == USUAL:
        goal = GOAL * count / 1000
        print(f"goal: {goal:.0f} s on 2 cores; {'reached' if min(seconds, cpu / 2) <= goal else 'MISSED'}")


if __name__ == "__main__":
    main()
