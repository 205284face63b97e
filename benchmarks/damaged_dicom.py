"""Read pydicom's test files with some bytes changed or cut off, and count the outcomes.

.venv/bin/python benchmarks/damaged_dicom.py [seconds] [seed]

Each must give a picture or an error message; anything else is printed, and a crash ends the program with a traceback.
"""

from __future__ import annotations

import faulthandler
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pydicom

from unet_desktop.errors import ImageError
from unet_desktop.images.read import read_image

_LARGEST = 400_000  # bytes of the largest file used
_MEMORY = 3 << 30  # bytes of memory allowed to the process


def main(seconds: float = 60.0, seed: int = 1) -> None:
    """Damage and read files until time is up."""
    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    generator = np.random.default_rng(seed)
    whole = [path.read_bytes() for path in sorted((Path(pydicom.__file__).parent / "data").rglob("*.dcm"))]
    whole = [data for data in whole if len(data) <= _LARGEST]
    counts, slowest, end = {"pictures": 0, "sentences": 0, "bugs": 0}, 0.0, time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "damaged.dcm"
        while time.monotonic() < end:
            path.write_bytes(_damaged(whole[generator.integers(len(whole))], generator))
            started = time.monotonic()
            counts[_read(path)] += 1
            slowest = max(slowest, time.monotonic() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{counts}, the slowest in {slowest:.2f} s, at most {peak} MB")


def _damaged(data: bytes, generator: np.random.Generator) -> bytes:
    changed = bytearray(data)
    for _ in range(generator.choice([1, 1, 3, 10])):
        reach = len(changed) // 3 if generator.random() < 0.3 else len(changed)
        changed[generator.integers(reach)] = generator.integers(256)
    return bytes(changed[: generator.integers(len(changed))] if generator.random() < 0.1 else changed)


def _read(path: Path) -> str:
    try:
        read_image(path)
    except ImageError:
        return "sentences"
    except Exception as error:  # noqa: BLE001  (this is what is looked for)
        print(f"{type(error).__name__}: {error}")
        return "bugs"
    return "pictures"


if __name__ == "__main__":
    main(*(float(text) for text in sys.argv[1:2]), *(int(text) for text in sys.argv[2:3]))
