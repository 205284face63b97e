"""Outline discs and cups with the smart edge from simulated clicks, and measure the result.

    python benchmarks/smart_edge.py ../shared/data/drishti_gs1/Training --idrid ../shared/data/idrid_optic_disc

The clicks lie evenly on the experts' edge (at least 3 of 4), or off it with a normal error in both directions whose
standard deviation is given in hundredths of the structure's height. Each set of clicks is joined in four ways: by
straight lines; by the curve that the tool falls back to without an edge (the tool on a black picture); by OpenCV's
intelligent scissors with default settings; by the tool. Prints mean and worst Dice of disc and cup at the photographs'
own resolution, and milliseconds of processor time per click of the tool. The zoom is that of "Zoom to mask" in a view
700 pixels high.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from unet_desktop.images.box import bounding_box
from unet_desktop.images.opencv import cv2
from unet_desktop.images.read import Pixels, read_image
from unet_desktop.masks.compare import dice
from unet_desktop.masks.regions import Region
from unet_desktop.masks.shapes.corners import Corners, Gap, Trace, straight_line
from unet_desktop.masks.shapes.edge import trace_edge
from unet_desktop.masks.shapes.polygon import Points, fill_polygons

THREE_OF_FOUR = 191
SCREEN_PIXELS = 1.5
"""Pixels of the view; the tool ignores finer details (`Touch.detail`)."""
SIDE = 1024
"""Image pixels around an anchor that the untuned scissors consider, halved."""


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """A picture and one structure in it."""

    what: str
    pixels: Pixels
    truth: Region

    @property
    def height(self) -> int:
        """Height of the structure, in image pixels."""
        box = bounding_box(self.truth)
        return box.bottom - box.top


def main() -> None:
    arguments = _arguments()
    structures = list(_drishti(arguments.data))
    if arguments.idrid is not None:
        structures += list(_idrid(arguments.idrid))
    for count in arguments.clicks:
        for noise in (0.0, 0.015):
            print(f"{count} clicks, {100 * noise:.1f} % of the height off the edge")
            for name, way in WAYS.items():
                _report(name, way, structures, count, noise)


def _report(
    name: str, way: Callable[[Structure], Trace], structures: list[Structure], count: int, noise: float
) -> None:
    chance = np.random.default_rng(0)
    found: dict[str, list[float]] = {}
    seconds = []
    for structure in structures:
        clicks = _clicks(structure, count) + chance.normal(0, noise * structure.height, (count, 2))
        corners = Corners(way(structure))
        began = time.process_time()
        for x, y in clicks:
            corners.add(x, y)
        corners.close()
        seconds.append((time.process_time() - began) / count)
        box, plane = fill_polygons([corners.points], structure.truth.shape)
        drawn = np.zeros(structure.truth.shape, bool)
        drawn[box.slices] = plane
        found.setdefault(structure.what, []).append(dice(drawn, structure.truth))
    figures = "  ".join(f"{what} {np.mean(each):.3f} (worst {min(each):.3f})" for what, each in found.items())
    print(f"  {name:18} {figures}  {1000 * np.median(seconds):.1f} ms a click", flush=True)


def _clicks(structure: Structure, count: int) -> Points:
    outlines, _ = cv2.findContours(structure.truth.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(outlines, key=cv2.contourArea)[:, 0].astype(np.float64) + 0.5
    return outline[((np.arange(count) + 0.37) * len(outline) / count).astype(int) % len(outline)]


def _unit(structure: Structure) -> float:
    """Image pixels of a detail when the structure fills half of a view 700 pixels high."""
    return SCREEN_PIXELS * structure.height / 350


def _tool(structure: Structure) -> Trace:
    return lambda gap: trace_edge(structure.pixels, gap, _unit(structure))


def _curve(structure: Structure) -> Trace:
    black = np.zeros_like(structure.pixels)
    return lambda gap: trace_edge(black, gap, _unit(structure))


def _untuned(structure: Structure) -> Trace:
    """OpenCV's own features with the settings of its tutorial, on the picture at half size."""

    def trace(gap: Gap) -> Points:
        height, width = structure.pixels.shape[:2]
        left, top = (max(0, int(at) - SIDE // 2) for at in gap.start)
        right, bottom = min(width, left + SIDE), min(height, top + SIDE)
        size = ((right - left) // 2, (bottom - top) // 2)
        scissors = cv2.segmentation.IntelligentScissorsMB()
        scissors.setEdgeFeatureCannyParameters(16, 100)
        scissors.setGradientMagnitudeMaxLimit(200)
        scissors.applyImage(cv2.resize(structure.pixels[top:bottom, left:right], size, interpolation=cv2.INTER_AREA))
        ends = [
            (min(max(int(x - left) // 2, 0), size[0] - 1), min(max(int(y - top) // 2, 0), size[1] - 1))
            for x, y in (gap.start, gap.end)
        ]
        scissors.buildMap(ends[0])
        path = scissors.getContour(ends[1]).reshape(-1, 2)[1:-1] * 2.0 + (left + 1, top + 1)
        return np.concatenate([[gap.start], path, [gap.end]])

    return trace


WAYS: dict[str, Callable[[Structure], Trace]] = {
    "straight lines": lambda _structure: straight_line,
    "curve alone": _curve,
    "untuned scissors": _untuned,
    "smart edge": _tool,
}


def _drishti(data: Path) -> Iterator[Structure]:
    for image in sorted((data / "Images").rglob("*.*")):
        pixels = read_image(image).pixels
        for what, kind in (("disc", "OD"), ("cup", "cup")):
            path = data / "GT" / image.stem / "SoftMap" / f"{image.stem}_{kind}segSoftmap.png"
            yield _cut(what, pixels, np.asarray(Image.open(path).convert("L")) >= THREE_OF_FOUR)


def _idrid(folder: Path) -> Iterator[Structure]:
    for image in sorted((folder / "images").glob("*.jpg")):
        truth = np.asarray(Image.open(next((folder / "masks").glob(f"{image.stem}*")))) > 0
        yield _cut("IDRiD disc", read_image(image).pixels, truth)


def _cut(what: str, pixels: Pixels, truth: Region) -> Structure:
    """Crop to what the methods consider, so that all pictures fit into memory."""
    part = bounding_box(truth).expand(SIDE // 2).clip(*truth.shape).slices
    return Structure(what, pixels[part].copy(), truth[part].copy())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="Drishti-GS1's Training folder")
    parser.add_argument("--idrid", type=Path, help="IDRiD folder, whose masks hold only the disc")
    parser.add_argument("--clicks", type=int, nargs="+", default=[8, 5])
    return parser.parse_args()


if __name__ == "__main__":
    main()
