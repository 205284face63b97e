"""Train "fast" on whole pictures without a located label: train on the first four fifths, test on the last fifth.

    python benchmarks/whole_picture.py ../shared/data/isbi2012_em --epochs 10
    python benchmarks/whole_picture.py ../shared/data/nuclei_dsb2018 --epochs 10

Of ISBI 2012 these are the slices 0-23 and 24-29: neighbouring slices are alike, so they are split as a block. Prints
foreground Dice and IoU at the pictures' own resolution, through tiles and blending; for ISBI 2012 also Rand error and
pixel error of the challenge (rand_error.py).
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image
from rand_error import mislabelled, pixel_error, rand_error

from unet_desktop.engine.config import PRESETS
from unet_desktop.engine.data.dataset import Sample
from unet_desktop.engine.device.device import choose, describe
from unet_desktop.engine.events import EpochDone, Finished
from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.engine.training.fit import fit
from unet_desktop.images.listing import natural_key
from unet_desktop.images.opencv import cv2
from unet_desktop.images.read import read_image
from unet_desktop.labels import ONE_STRUCTURE
from unet_desktop.masks.file import read_mask, write_mask

TRAINING_SHARE = 0.8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with images/ and labels/")
    parser.add_argument("--epochs", type=int, default=10)
    arguments = parser.parse_args()
    device = choose()
    print(describe(device))
    config = replace(PRESETS["fast"], epochs=arguments.epochs)
    with tempfile.TemporaryDirectory() as folder:
        samples = read_samples(arguments.data, Path(folder))
        taught = round(TRAINING_SHARE * len(samples))
        train, validation = samples[:taught], samples[taught:]
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
        if (arguments.data / "labels").is_dir():
            tell_apart(Segmenter.open(target), validation)


def tell_apart(segmenter: Segmenter, samples: list[Sample]) -> None:
    """Print Rand error, pixel error and share of mislabelled pixels, averaged over pictures."""
    errors = []
    for sample in samples:
        planes = segmenter.segment(read_image(sample.image).pixels).probabilities
        truth = read_mask(sample.mask, ONE_STRUCTURE) > 0
        assert planes is not None
        cell = cv2.resize(planes[0].astype(np.float32), truth.shape[::-1], interpolation=cv2.INTER_LINEAR)
        errors.append((rand_error(cell, truth), pixel_error(cell, truth), mislabelled(cell, truth)))
    rand, pixel, wrong = np.mean(errors, axis=0)
    print(f"Rand error {rand:.4f} pixel error {pixel:.4f} mislabelled {wrong:.4f}")


def read_samples(data: Path, folder: Path) -> list[Sample]:
    """The pictures in order, with masks: 255 is cell or nucleus, 0 membrane or background."""
    samples = []
    masks = "labels" if (data / "labels").is_dir() else "masks"
    pictures, truths = (
        sorted((data / name).iterdir(), key=lambda path: natural_key(path.stem)) for name in ("images", masks)
    )
    for image, label in zip(pictures, truths, strict=True):
        mask = (np.asarray(Image.open(label).convert("L")) > 127).astype(np.uint8)
        path = folder / f"{image.stem}.png"
        write_mask(path, mask, ONE_STRUCTURE)
        samples.append(Sample(image.stem, image, path))
    return samples


if __name__ == "__main__":
    main()
