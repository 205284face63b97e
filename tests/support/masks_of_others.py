"""One mask in the guises of other programs: how each is written, and what of it can be read back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

Mask = NDArray[np.uint8]
Save = Callable[[Mask, Path], None]


@dataclass(frozen=True)
class Guise:
    """A way to write a mask of 0, 1 (disc) and 2 (cup).

    Attributes:
        name: of the guise; its end is the file's suffix.
        save: writes the mask.
        keeps_cup: the cup can be told from the disc.
        told_by_nesting: which of two greys is the cup is told by which lies inside the other.
    """

    name: str
    save: Save
    keeps_cup: bool = True
    told_by_nesting: bool = False

    @property
    def suffix(self) -> str:
        return self.name.rpartition(" ")[2]

    def expected(self, mask: Mask) -> Mask:
        return mask if self.keeps_cup else (mask > 0).astype(np.uint8)


def by_table(*table: int | tuple[int, ...], dtype: type = np.uint8, **options: object) -> Save:
    """Write another number or colour for each value."""

    def save(mask: Mask, path: Path) -> None:
        Pillow.fromarray(np.array(table, dtype)[mask]).save(path, **options)

    return save


def indexed(palette: list[int], table: tuple[int, ...] = (0, 1, 2), **options: object) -> Save:
    def save(mask: Mask, path: Path) -> None:
        picture = Pillow.fromarray(np.array(table, np.uint8)[mask])
        picture.putpalette(palette)
        picture.save(path, **options)

    return save


def bilevel(mask: Mask, path: Path) -> None:
    Pillow.fromarray(mask > 0).save(path)


def turned(mask: Mask, path: Path) -> None:
    """As stored by a camera that was held upside down: the orientation tag turns it back."""
    picture = Pillow.fromarray(np.ascontiguousarray(mask[::-1, ::-1]))
    exif = picture.getexif()
    exif[274] = 3
    picture.save(path, exif=exif)


def two_bits(mask: Mask, path: Path) -> None:
    picture = Pillow.fromarray(mask)
    picture.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0])
    picture.save(path, bits=2)


DISC, CUP = (86, 180, 233), (0, 158, 115)
GREYS = [level for grey in range(256) for level in (grey,) * 3]
INVERTED = [level for grey in range(256) for level in (255 - grey,) * 3]
VOC = [0, 0, 0, 128, 0, 0, 0, 128, 0]

GUISES = [
    Guise("numbers .png", by_table(0, 1, 2)),
    Guise("numbers .tif", by_table(0, 1, 2)),
    Guise("numbers .bmp", by_table(0, 1, 2)),
    Guise("numbers with LZW .tif", by_table(0, 1, 2, compression="tiff_lzw")),
    Guise("numbers of 16 bits .png", by_table(0, 1, 2, dtype=np.uint16)),
    Guise("numbers of 32 bits .tif", by_table(0, 1, 2, dtype=np.int32)),
    Guise("whole floats .tif", by_table(0, 1, 2, dtype=np.float32)),
    Guise("turned .png", turned),
    Guise("black and white .png", by_table(0, 255, 255), keeps_cup=False),
    Guise("black and white of 16 bits .png", by_table(0, 65535, 65535, dtype=np.uint16), keeps_cup=False),
    Guise("black and white of 1 bit .png", bilevel, keeps_cup=False),
    Guise("black and white of 1 bit .tif", bilevel, keeps_cup=False),
    Guise("ImageJ's inverted table .png", indexed(INVERTED, (0, 255, 255)), keeps_cup=False),
    Guise("ImageJ's grey table .png", indexed(GREYS, (0, 255, 255)), keeps_cup=False),
    Guise("index 0 is white .png", indexed([255, 255, 255, 0, 0, 0], (1, 0, 0)), keeps_cup=False),
    Guise("VOC .png", indexed(VOC)),
    Guise("VOC of 2 bits .png", two_bits),
    Guise("VOC with a transparent index .png", indexed(VOC, transparency=0)),
    Guise("the project's colours at other indices .png", indexed([0, 0, 0, *CUP, *DISC], (0, 2, 1))),
    Guise("the project's colours .png", by_table((0, 0, 0), DISC, CUP)),
    Guise("the project's colours .webp", by_table((0, 0, 0), DISC, CUP, lossless=True)),
    Guise("the project's colours on transparent .png", by_table((0, 0, 0, 0), (*DISC, 255), (*CUP, 255))),
    Guise("numbers in grey colours .png", by_table((0, 0, 0), (1, 1, 1), (2, 2, 2))),
    Guise("numbers in the red channel .png", by_table((0, 0, 0), (1, 0, 0), (2, 0, 0))),
    Guise("numbers in the blue channel, opaque .png", by_table((0, 0, 0, 255), (0, 0, 1, 255), (0, 0, 2, 255))),
    Guise("a region in each channel .png", by_table((0, 0, 0), (255, 0, 0), (255, 255, 0))),
    Guise("a region in each channel, blue first .png", by_table((0, 0, 0), (0, 0, 255), (0, 255, 255))),
    Guise("REFUGE .bmp", by_table(255, 128, 0), told_by_nesting=True),
    Guise("128 and 255 on black .png", by_table(0, 128, 255), told_by_nesting=True),
    Guise("255 and 128 on black .png", by_table(0, 255, 128), told_by_nesting=True),
    Guise("white with alpha .png", by_table((255, 255, 255, 0), *[(255, 255, 255, 255)] * 2), keeps_cup=False),
    Guise("black with alpha .png", by_table((0, 0, 0, 0), *[(0, 0, 0, 255)] * 2), keeps_cup=False),
    Guise("half transparent .png", by_table((0, 0, 0, 0), *[(0, 255, 255, 180)] * 2), keeps_cup=False),
]


def disc_and_cup(height: int = 60, width: int = 80) -> Mask:
    """(H, W) uint8: a round disc with a round cup in it, not in the middle and not mirrored onto itself."""
    y, x = np.mgrid[:height, :width]
    mask = np.zeros((height, width), np.uint8)
    mask[(y - height * 0.4) ** 2 + (x - width * 0.3) ** 2 < (height * 0.28) ** 2] = 1
    mask[(y - height * 0.42) ** 2 + (x - width * 0.27) ** 2 < (height * 0.13) ** 2] = 2
    return mask
