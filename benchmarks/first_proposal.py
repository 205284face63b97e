"""Measure the first proposal, which needs no model, on photographs of several cameras and framings.

    python benchmarks/first_proposal.py ../shared/data [--every 4] [--details]

Sets: whole fields with disc and cup (drishti_gs1, refuge_whole_field), disc-centred crops with disc and cup
(refuge_disc_crops), myopic eyes with discs (palm_discs) and another camera with exudates and discs (idrid_optic_disc).
Last, the same fields with everything on the disc's side cut away, where nothing must be found. Truth of Drishti-GS1: at
least 3 of 4 experts. "Empty" counts pictures in which nothing was proposed, "missed" those whose disc has a Dice below
0.5, empty ones included; means are over all pictures, at their own resolution. Seconds are of CPU time.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from cameras import DRISHTI, Truth, truths
from numpy.typing import NDArray

from unet_desktop.images.box import bounding_box
from unet_desktop.images.opencv import cv2
from unet_desktop.images.read import read_image
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.compare import compare_masks
from unet_desktop.masks.first_proposal.propose import propose_mask

SETS = (DRISHTI, "refuge_whole_field", "refuge_disc_crops", "palm_discs", "idrid_optic_disc")
_WITHOUT_CUP = ("palm_discs", "idrid_optic_disc")
_CROPS = "refuge_disc_crops"
_MISSED = 0.5
_MARGIN = 0.3  # of the disc's width, cut away with it


def main() -> None:
    arguments = _arguments()
    cv2.setNumThreads(1)
    for name in arguments.sets:
        measure_set(name, list(truths(arguments.data, name))[:: arguments.every], details=arguments.details)
    cut = [name for name in arguments.sets if name != _CROPS]
    if cut:
        cases = [case for name in cut for case in list(truths(arguments.data, name))[:: arguments.every]]
        found = [
            image.stem for image, truth in cases if propose_mask(without_disc(image, truth), DISC_AND_CUP) is not None
        ]
        print(f"{'without a disc':20s} {len(cases):3d} pictures: something found in {len(found)}: {' '.join(found)}")


def without_disc(image: Path, truth: Truth) -> NDArray[np.uint8]:
    """Return the larger part of the picture left or right of the disc, (H, W', 3) uint8."""
    pixels, box = read_image(image).pixels, bounding_box(truth)
    margin = round(_MARGIN * box.width)
    left, right = pixels[:, : max(box.left - margin, 1)], pixels[:, box.right + margin :]
    return left if left.shape[1] > right.shape[1] else right


def measure_set(name: str, cases: list[tuple[Path, Truth]], *, details: bool = False) -> None:
    """Print one line for the set, and with `details` one per picture."""
    seconds, empty, results = 0.0, 0, []
    for image, truth in cases:
        pixels = read_image(image).pixels
        began = time.process_time()
        proposed = propose_mask(pixels, DISC_AND_CUP)
        seconds += time.process_time() - began
        empty += proposed is None
        results.append(compare_masks(np.zeros_like(truth) if proposed is None else proposed, truth, DISC_AND_CUP))
        if details:
            print(f"  {image.stem} " + " ".join(f"{key} {value:.3f}" for key, value in results[-1].items()))
    discs = np.array([metrics.get("dice/optic disc", 1.0) for metrics in results])
    missed = discs < _MISSED
    line = f"{name:20s} {len(cases):3d} pictures: missed {missed.sum():2d} (empty {empty:2d}), disc {discs.mean():.3f}"
    if name not in _WITHOUT_CUP:
        cups = np.array([metrics.get("dice/optic cup", np.nan) for metrics in results])
        errors = np.array([metrics.get("vcdr_error", np.nan) for metrics in results])
        line += f", cup {np.nanmean(cups):.3f}, vCDR error {np.nanmean(errors):.3f}"
    print(f"{line}, {seconds / len(cases):.2f} s each", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder that holds the sets")
    parser.add_argument("--sets", nargs="*", default=list(SETS), choices=SETS)
    parser.add_argument("--every", type=int, default=1, help="only every so many pictures of each set")
    parser.add_argument("--details", action="store_true", help="also print each picture's figures")
    return parser.parse_args()


if __name__ == "__main__":
    main()
