"""Measure a model on photographs of other cameras and framings: what is missed, disc, cup and ratio.

    python benchmarks/cameras.py ../shared/data --model PROJECT/models/model-001.safetensors [--fold 0]

Sets: whole fields of another camera with disc and cup (refuge_whole_field), disc-centred crops with disc and cup
(refuge_disc_crops), myopic eyes with discs (palm_discs), another camera with exudates and discs (idrid_optic_disc), and
with --fold the photographs of Drishti-GS1 that `benchmarks/drishti.py --fold` does not train on. Everything is measured
from the picture alone, at its own resolution. "Missed" counts pictures whose disc has a Dice below 0.5, "empty" those
of them in which nothing was found; the means are over all pictures, "of found" over those that are not missed.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from drishti import FOLDS, read_soft_maps
from numpy.typing import NDArray
from PIL import Image

from unet_desktop.engine.device.device import choose, prepare
from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.images.read import read_image
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.compare import Metrics, compare_masks

SETS = ("refuge_whole_field", "refuge_disc_crops", "palm_discs", "idrid_optic_disc")
DRISHTI = "drishti_gs1"
_WITHOUT_CUP = ("palm_discs", "idrid_optic_disc")
_MISSED = 0.5

Truth = NDArray[np.uint8]


def main() -> None:
    arguments = _arguments()
    segmenter = Segmenter.open(arguments.model, "cpu")
    for name in arguments.sets:
        measure_set(segmenter, name, list(truths(arguments.data, name)), details=arguments.details)
    if arguments.fold is not None:
        held_out = list(truths(arguments.data, DRISHTI))[arguments.fold :: FOLDS]
        measure_set(segmenter, DRISHTI, held_out, details=arguments.details)


def truths(data: Path, name: str) -> Iterator[tuple[Path, Truth]]:
    """Each picture's path and its (H, W) uint8 mask: 0, 1 disc, 2 cup."""
    folder = data / name
    if name == DRISHTI:
        training = folder / "Training"
        for image in sorted((training / "Images").rglob("*.*")):
            yield image, read_soft_maps(training, image)
        return
    for image in sorted((folder / "images").glob("*.jpg")):
        mask = np.asarray(Image.open(next((folder / "masks").glob(f"{image.stem}*"))))
        yield image, (mask > 0).astype(np.uint8) if name in _WITHOUT_CUP else mask


def measure_set(segmenter: Segmenter, name: str, cases: list[tuple[Path, Truth]], *, details: bool = False) -> None:
    """Print one line for the set, and with `details` one per picture."""
    began = time.perf_counter()

    def measure(case: tuple[Path, Truth]) -> tuple[Metrics, bool, bool]:
        image, truth = case
        prediction = segmenter.segment(read_image(image).pixels)
        return compare_masks(prediction.mask, truth, DISC_AND_CUP), prediction.found, bool(prediction.trust.unfamiliar)

    with ThreadPoolExecutor(2, initializer=prepare, initargs=(choose("cpu"), 2)) as pool:
        results = list(pool.map(measure, cases))
    seconds = time.perf_counter() - began
    discs = np.array([metrics.get("dice/optic disc", 1.0) for metrics, _, _ in results])
    missed = discs < _MISSED
    line = (
        f"{name:20s} {len(cases):3d} pictures: missed {missed.sum():3d} "
        f"(empty {sum(not found for _, found, _ in results)}), unfamiliar {sum(new for _, _, new in results):3d}, "
        f"disc {discs.mean():.4f}, of found {discs[~missed].mean() if not missed.all() else np.nan:.4f}"
    )
    if name not in _WITHOUT_CUP:
        cups = np.array([metrics.get("dice/optic cup", np.nan) for metrics, _, _ in results])
        errors = np.array([metrics.get("vcdr_error", np.nan) for metrics, _, _ in results])
        line += f", cup {np.nanmean(cups):.4f}, vCDR error {np.nanmean(errors):.4f}"
    print(f"{line}, {seconds / len(cases):.3f} s each", flush=True)
    if details:
        for (image, _), (metrics, _, _) in zip(cases, results, strict=True):
            figures = " ".join(f"{key} {value:.3f}" for key, value in metrics.items() if "iou" not in key)
            print(f"  {image.stem} {figures}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder that holds the sets")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--sets", nargs="*", default=list(SETS), choices=SETS)
    parser.add_argument("--fold", type=int, choices=range(FOLDS), help="also measure this fold of Drishti-GS1")
    parser.add_argument("--details", action="store_true", help="also print each picture's figures")
    return parser.parse_args()


if __name__ == "__main__":
    main()
