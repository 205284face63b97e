"""Import a COCO file of many pictures and polygons: seconds, CPU seconds, and how much memory it takes.

    python benchmarks/import_formats.py [--pictures 10000] [--polygons 100000] [--side 160]

The target is 10,000 pictures and 100,000 polygons in 2 minutes on 2 cores, with memory that does not grow with the
file. The pictures are small, so that what is measured is the reading of annotations and the writing of masks and
records; decoding photographs of 4 megapixels takes their own time (`import_pictures.py`). Memory is measured for a
tenth of the file, too.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image


def make(folder: Path, pictures: int, polygons: int, side: int) -> Path:
    """Pictures, and a COCO file whose polygons have 60 corners each."""
    (folder / "pictures").mkdir(parents=True)
    generator = np.random.default_rng(1)
    angles = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    each = polygons // pictures
    images = [
        {"id": number, "file_name": f"eye{number}.png", "width": side, "height": side} for number in range(pictures)
    ]
    with (folder / "coco.json").open("w", encoding="utf-8") as file:
        file.write('{"categories":[{"id":1,"name":"disc"},{"id":2,"name":"cup"}],"annotations":[')
        for number in range(pictures):
            for part in range(each):
                radius = side * (0.3 if part % 2 == 0 else 0.15) * generator.uniform(0.7, 1.3, 60)
                middle = side / 2 + generator.uniform(-side / 10, side / 10, 2)
                corners = np.column_stack([np.cos(angles), np.sin(angles)]) * radius[:, None] + middle
                annotation = {
                    "id": number * each + part,
                    "image_id": number,
                    "category_id": part % 2 + 1,
                    "segmentation": [np.round(corners, 2).ravel().tolist()],
                    "iscrowd": 0,
                }
                file.write("," * bool(number or part) + json.dumps(annotation))
        file.write(f'],"images":{json.dumps(images)}}}')
    for number in range(pictures):
        pixels = generator.integers(0, 255, (side, side, 3), np.uint8)
        Image.fromarray(pixels).save(folder / "pictures" / f"eye{number}.png", compress_level=1)
    return folder / "coco.json"


def bring_in(folder: Path) -> None:
    """Import, and say what it took: the work of the child process."""
    from unet_desktop.labels import DISC_AND_CUP
    from unet_desktop.project.project import Project
    from unet_desktop.tasks.events import ItemDone
    from unet_desktop.tasks.import_images import import_images

    project = Project.create(folder / "project", DISC_AND_CUP)
    before = resource.getrusage(resource.RUSAGE_SELF)
    start, imported, problems = time.perf_counter(), 0, 0
    for event in import_images(project.root, folder / "pictures", masks=folder / "coco.json"):
        if isinstance(event, ItemDone):
            imported, problems = imported + 1, problems + bool(event.problem)
    seconds = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    size = (folder / "coco.json").stat().st_size / 1e6
    print(
        f"{imported:,} pictures, {problems} problems, COCO file of {size:.0f} MB: {seconds:.1f} s, "
        f"{cpu:.1f} s of CPU, at most {used.ru_maxrss / 1024:.0f} MB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=10_000)
    parser.add_argument("--polygons", type=int, default=100_000)
    parser.add_argument("--side", type=int, default=160)
    parser.add_argument("--folder", type=Path, help="what was made before, to import it in this process")
    options = parser.parse_args()
    if options.folder is not None:
        bring_in(options.folder)
        return
    for share in (10, 1):
        with tempfile.TemporaryDirectory() as place:
            make(Path(place) / "in", options.pictures // share, options.polygons // share, options.side)
            command = [sys.executable, __file__, "--folder", str(Path(place) / "in")]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
