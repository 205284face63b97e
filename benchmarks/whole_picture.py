"""Train "fast" on whole pictures without a located label: ISBI 2012 cells, slices 0-23, measured on 24-29.

    python benchmarks/whole_picture.py ../shared/data/isbi2012_em --epochs 10

Prints foreground Dice and IoU at the pictures' own resolution, through tiles and blending.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from unet_desktop.engine.config import PRESETS
from unet_desktop.engine.dataset import Sample
from unet_desktop.engine.device import choose, describe
from unet_desktop.engine.events import EpochDone, Finished
from unet_desktop.engine.fit import fit
from unet_desktop.labels import ONE_STRUCTURE
from unet_desktop.masks.file import write_mask

TRAINING_SLICES = 24


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with images/ and labels/")
    parser.add_argument("--epochs", type=int, default=10)
    arguments = parser.parse_args()
    device = choose()
    print(describe(device))
    config = replace(PRESETS["fast"], epochs=arguments.epochs)
    with tempfile.TemporaryDirectory() as folder:
        samples = isbi_samples(arguments.data, Path(folder))
        train, validation = samples[:TRAINING_SLICES], samples[TRAINING_SLICES:]
        target = Path(folder) / "model.safetensors"
        for event in fit(train, validation, ONE_STRUCTURE, config, save_to=target, device=device):
            if isinstance(event, EpochDone):
                print(
                    f"{event.epoch:3d} loss {event.train_loss:.4f} Dice {event.metrics['dice']:.4f} "
                    f"({event.seconds:.1f} s)",
                    flush=True,
                )
            elif isinstance(event, Finished):
                print(
                    f"RESULT train {len(train)} validation {len(validation)}: Dice {event.metrics['dice']:.4f} "
                    f"IoU {event.metrics['iou']:.4f} seconds {event.seconds:.0f}"
                )


def isbi_samples(data: Path, folder: Path) -> list[Sample]:
    """The slices in order; 255 in the labels is cell, 0 membrane."""
    samples = []
    pictures, truths = (
        sorted((data / name).iterdir(), key=lambda path: int(path.stem)) for name in ("images", "labels")
    )
    for image, label in zip(pictures, truths, strict=True):
        mask = (np.asarray(Image.open(label).convert("L")) > 127).astype(np.uint8)
        path = folder / f"{image.stem}.png"
        write_mask(path, mask, ONE_STRUCTURE)
        samples.append(Sample(image.stem, image, path))
    return samples


if __name__ == "__main__":
    main()
