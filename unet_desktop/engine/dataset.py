"""Training cases: decoded once, kept small in bounded memory, looked at anew each epoch."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unet_desktop import files
from unet_desktop.engine.augment import Reach, distract, recolour, warp
from unet_desktop.engine.config import TrainConfig
from unet_desktop.engine.networks import NetworkSpec
from unet_desktop.engine.preprocess import reduced
from unet_desktop.images.crop import Square, extract, extract_labels
from unet_desktop.images.opencv import cv2
from unet_desktop.images.read import read_image
from unet_desktop.labels import NOT_ANNOTATED, Label, LabelSet
from unet_desktop.masks.file import read_mask
from unet_desktop.masks.measure import extent
from unet_desktop.masks.regions import Mask, annotated, region

FINER = 1.25
"""Views are kept this much finer than the network sees them, so that turning them blurs little."""
_MARGIN = 1.8
"""Views of crops are this much wider than the crop, so that turning and shifting finds picture there."""
_CACHE_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Sample:
    """A case that has a mask: its id in the project, its picture and its mask."""

    case_id: str
    image: Path
    mask: Path


@dataclass(frozen=True, slots=True)
class View:
    """What is kept of a case for one network.

    Attributes:
        picture: (h, w, 3) uint8.
        mask: (h, w) uint8.
        square: what the network should see, in the view's pixels; for patches the whole of it.
    """

    picture: NDArray[np.uint8]
    mask: Mask
    square: Square


def diameter(mask: Mask, labels: LabelSet) -> tuple[Square, float] | None:
    """Bounding square and diameter of the located label's region; None where the mask has none.

    The diameter is that of a disc of equal area: one stray pixel does not change it, as it does a bounding box.
    """
    label = labels.located()
    if label is None:
        return None
    box = extent(region(mask, labels, label))
    if box.area == 0:
        return None
    across = 2.0 * math.sqrt(box.area / math.pi)
    return Square(box.left + box.width / 2, box.top + box.height / 2, float(max(box.width, box.height))), across


def labels_for(name: str, labels: LabelSet) -> LabelSet:
    """What a network of that name answers: all labels, or for "locate" the located one alone."""
    label = labels.located()
    return LabelSet((label,)) if name == "locate" and label is not None else labels


def view_of(pixels: NDArray[np.uint8], mask: Mask, labels: LabelSet, spec: NetworkSpec, name: str) -> View | None:
    """The case as that network needs it; None when there is nothing in it for the network.

    Args:
        pixels: (H, W, 3) uint8.
        mask: (H, W) uint8.
        labels: of the mask.
        spec: of the network.
        name: of the network; for "locate" the mask is reduced to the located label.
    """
    if not annotated(mask).any():
        return None
    if spec.framing == "patches":
        small = reduced(pixels, spec.working_side)
        height, width = small.shape[:2]
        labelled = cv2.resize(mask, (width, height), interpolation=cv2.INTER_NEAREST_EXACT)
        return View(np.ascontiguousarray(small), np.asarray(labelled, np.uint8), Square.around(height, width))
    square, margin = Square.around(*mask.shape), 1.0
    if spec.framing == "crop":
        found = diameter(mask, labels)
        if found is None:
            return None
        square, margin = Square(found[0].x, found[0].y, found[1] * spec.crop_factor), _MARGIN
    label = labels.located()
    if name == "locate" and label is not None:
        mask = np.where(annotated(mask), region(mask, labels, label) * np.uint8(label.value), mask)
    wide = Square(square.x, square.y, square.side * margin)
    size = round(spec.size * FINER * margin)
    centre = Square(size / 2, size / 2, size / margin)
    return View(extract(pixels, wide, size), extract_labels(mask, wide, size, NOT_ANNOTATED), centre)


class Dataset:
    """The cases of a run with a view for each network.

    Args:
        samples: the cases.
        labels: of their masks.
        specs: network name to its spec.
        cache_bytes: memory that views may take; what does not fit is decoded again when it is needed.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        labels: LabelSet,
        specs: Mapping[str, NetworkSpec],
        cache_bytes: int = _CACHE_BYTES,
    ) -> None:
        self._samples = list(samples)
        self._labels = labels
        self._specs = dict(specs)
        self._room = cache_bytes
        self._views: dict[tuple[str, int], View] = {}
        self._looks: dict[tuple[str, int], int] = {}
        self._usable: dict[str, list[int]] = {name: [] for name in specs}
        self._digest = hashlib.sha256()
        self._digests: dict[str, str] = {}
        self._present = np.zeros(256, bool)

    def read(self) -> Iterator[int]:
        """Decode every case once; yields how many are done.

        Raises:
            ImageError, MaskError: a file cannot be read, or the mask is not its picture's.
        """
        for index, sample in enumerate(self._samples):
            content = "".join(files.sha256(path) for path in (sample.image, sample.mask) if path.is_file()).encode()
            self._digest.update(content)
            self._digests[sample.case_id] = hashlib.sha256(content).hexdigest()
            for name, view in self._decode(index).items():
                if view is None:
                    continue
                self._usable[name].append(index)
                spec = self._specs[name]
                patches = view.mask.size / spec.size**2 if spec.framing == "patches" else 1.0
                self._looks[name, index] = max(1, round(patches))
                cost = view.picture.nbytes + view.mask.nbytes
                if cost <= self._room:
                    self._room -= cost
                    self._views[name, index] = view
            yield index + 1

    @property
    def fingerprint(self) -> str:
        """Hexadecimal SHA-256 over all pictures and masks, in order, once read."""
        return self._digest.hexdigest()

    @property
    def digests(self) -> dict[str, str]:
        """Case id to hexadecimal SHA-256 over its picture and mask, in order, once read."""
        return dict(self._digests)

    def undrawn(self) -> list[Label]:
        """Labels of whose region no mask has a pixel, once read."""
        return [label for label in self._labels if not self._present[list(self._labels.region_values(label))].any()]

    def usable(self, name: str) -> list[int]:
        """Indices of the cases that have something for that network."""
        return list(self._usable[name])

    def view(self, name: str, index: int) -> View:
        """The case's view for that network."""
        kept = self._views.get((name, index)) or self._decode(index)[name]
        if kept is None:
            raise KeyError(f"case {index} has no view for {name}")
        return kept

    def looks(self, name: str, index: int) -> int:
        """How often an epoch should look at the case: once, or once a patch that it holds."""
        return self._looks[name, index]

    def _decode(self, index: int) -> dict[str, View | None]:
        sample = self._samples[index]
        pixels = read_image(sample.image).pixels
        height, width = pixels.shape[:2]
        mask = read_mask(sample.mask, self._labels, (height, width))
        self._present[mask] = True
        return {name: view_of(pixels, mask, self._labels, spec, name) for name, spec in self._specs.items()}


def reach_for(spec: NetworkSpec, config: TrainConfig) -> Reach:
    """How far augmentation goes for that network."""
    if spec.framing == "patches":
        return Reach(rotation=180.0, smaller=0.8, larger=1.25, shift=0.0, mirrored=True, reflect=True)
    if spec.framing == "crop":
        jitter = config.crop_jitter
        return Reach(30.0, math.exp(-2 * jitter), math.exp(2 * jitter), jitter, mirrored=True, reflect=False)
    return Reach(30.0, smaller=0.5, larger=1.3, shift=0.3, mirrored=True, reflect=False)


def training_pair(
    view: View, spec: NetworkSpec, config: TrainConfig, generator: np.random.Generator
) -> tuple[NDArray[np.uint8], Mask]:
    """A random look at a case: (size, size, 3) uint8 and (size, size) uint8."""
    square = view.square
    if spec.framing == "patches":
        square = _random_patch(view, spec.size, generator)
    picture, mask = warp(
        view.picture, view.mask, square, spec.size, reach_for(spec, config), config.augmentation, generator
    )
    if spec.framing == "whole" and config.augmentation > 0.0:
        picture = distract(picture, mask, generator)
    return recolour(picture, config.augmentation, generator), mask


def plain_pair(view: View, spec: NetworkSpec) -> tuple[NDArray[np.uint8], Mask]:
    """The case as it is, for "crop" and "whole": (size, size, 3) uint8 and (size, size) uint8."""
    return (
        extract(view.picture, view.square, spec.size),
        extract_labels(view.mask, view.square, spec.size, NOT_ANNOTATED),
    )


def _random_patch(view: View, size: int, generator: np.random.Generator) -> Square:
    """A square of `size` pixels within the view, or over it where the view is smaller."""
    height, width = view.mask.shape
    x, y = (
        length / 2 if length <= size else float(generator.uniform(size / 2, length - size / 2))
        for length in (width, height)
    )
    return Square(x, y, float(size))
