"""Measure how often pictures of other cameras and framings, and pictures of other things, are noticed, and how.

    python benchmarks/unfamiliar.py ../shared/data --model base-0.safetensors [--every 3]

The model was made by `drishti.py --fold 0 --out`, so that every fifth Drishti photograph is new to it. It finds the
discs; the known appearances are fitted to 5 and to 40 of the other photographs, drawn several times. Own: Drishti
photographs that were not drawn. Half: the same at half their size. Crop: their discs with little around them. The
pictures of `odd_images` and rendered forms are no fundus photographs; every other picture must count as one.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from drishti import FOLDS
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from unet_desktop.engine.inference.known_appearances import KnownAppearances
from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.errors import UserError
from unet_desktop.images.appearance import Appearance, measure_appearance
from unet_desktop.images.fundus import looks_like_fundus
from unet_desktop.images.opencv import cv2
from unet_desktop.images.read import read_image
from unet_desktop.masks.trust import Unfamiliar

_SETS = ("refuge_whole_field", "refuge_disc_crops", "palm_discs", "idrid_optic_disc")
_COUNTS = (5, 40)
_DRAWS = 20

Seen = tuple[Appearance, bool]
"""A picture's appearance, and whether the network's features of the whole picture differ."""


def main() -> None:
    arguments = _arguments()
    segmenter = Segmenter.open(arguments.model, "cpu")
    own = sorted((arguments.data / "drishti_gs1/Training/Images").rglob("*.*"))
    variants: dict[str, list[Seen]] = {"own": [], "half": [], "crop": []}
    refused: Counter[str] = Counter()
    for path in own:
        pixels = read_image(path).pixels
        refused["drishti_gs1"] += not looks_like_fundus(pixels)
        seen, disc = look(segmenter, pixels)
        variants["own"].append(seen)
        for name, changed, place in _variants(pixels, disc):
            variants[name].append((measure_appearance(changed, place), False))
    others = {name: list(_look_at_set(segmenter, arguments, name, refused)) for name in _SETS}
    for count in _COUNTS:
        _print_table(count, variants, others)
    print("Fundus photographs refused:", dict(refused))
    for name, pictures in (("forms", list(_forms())), ("odd images", list(_odd_images(arguments.data)))):
        print(f"{name}: {sum(not looks_like_fundus(one) for one in pictures)} of {len(pictures)} refused")


def look(segmenter: Segmenter, pixels: NDArray[np.uint8]) -> tuple[Seen, tuple[float, float, float] | None]:
    """A picture as the program sees it, and the disc that it finds."""
    bare = segmenter.with_trust({key: value for key, value in segmenter.header.trust.items() if key != "appearances"})
    prediction = bare.segment(pixels)
    square, disc = prediction.square, None
    if square is not None:
        disc = square.x, square.y, square.side / 1.9
    return (measure_appearance(pixels, disc), bool(prediction.trust.unfamiliar)), disc


def _look_at_set(
    segmenter: Segmenter, arguments: argparse.Namespace, name: str, refused: Counter[str]
) -> Iterator[Seen]:
    for path in sorted((arguments.data / name / "images").glob("*.jpg"))[:: arguments.every]:
        pixels = read_image(path).pixels
        refused[name] += not looks_like_fundus(pixels)
        yield look(segmenter, pixels)[0]


def _variants(
    pixels: NDArray[np.uint8], disc: tuple[float, float, float] | None
) -> Iterator[tuple[str, NDArray[np.uint8], tuple[float, float, float] | None]]:
    half = np.asarray(cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
    yield "half", half, None if disc is None else (disc[0] / 2, disc[1] / 2, disc[2] / 2)
    if disc is not None:
        x, y, diameter = disc
        left, top = max(0, int(x - 0.9 * diameter)), max(0, int(y - 0.9 * diameter))
        crop = np.ascontiguousarray(pixels[top : int(y + 0.9 * diameter), left : int(x + 0.9 * diameter)])
        yield "crop", crop, (x - left, y - top, diameter)


def _print_table(count: int, variants: dict[str, list[Seen]], others: dict[str, list[Seen]]) -> None:
    kinds: dict[str, Counter[Unfamiliar]] = {}
    generator = np.random.default_rng(count)
    train = [index for index in range(len(variants["own"])) if index % FOLDS]
    for _ in range(_DRAWS):
        drawn = set(generator.permutation(train)[:count].tolist())
        known = KnownAppearances.fit([variants["own"][index][0] for index in sorted(drawn)])
        assert known is not None
        groups = {
            name: [seen for at, seen in enumerate(pictures) if at not in drawn] for name, pictures in variants.items()
        } | others
        for name, pictures in groups.items():
            found = (known.compare(seen, network_differs=differs) for seen, differs in pictures)
            kinds.setdefault(name, Counter()).update(found)
    print(f"\nlearnt from {count} photographs, {_DRAWS} draws")
    for name, counts in kinds.items():
        shares = ", ".join(f"{kind or 'familiar'} {number / counts.total():.1%}" for kind, number in counts.items())
        print(f"  {name:20s} noticed {1 - counts[Unfamiliar.NO] / counts.total():6.1%}   ({shares})")


def _forms() -> Iterator[NDArray[np.uint8]]:
    for paper in ((255, 255, 255), (235, 235, 235), (250, 244, 226)):
        for size in (18, 24, 32):
            picture = Image.new("RGB", (1240, 1754), paper)
            draw = ImageDraw.Draw(picture)
            for row in range(80, 1680, 2 * size):
                draw.text((90, row), "visual acuity 0.8 eye IOP 16", (20, 20, 30), ImageFont.load_default(size=size))
            yield np.asarray(picture)


def _odd_images(data: Path) -> Iterator[NDArray[np.uint8]]:
    for path in sorted((data / "odd_images").iterdir()):
        try:
            yield read_image(path).pixels
        except UserError:
            continue


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder that holds the sets")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--every", type=int, default=1, help="take only every so many pictures of the other sets")
    return parser.parse_args()


if __name__ == "__main__":
    main()
