"""Inference with one network: folded, in the fastest memory format and precision, averaged over a mirror image."""

from __future__ import annotations

import copy
import statistics
import time
from collections.abc import Generator
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from unet_desktop.engine.config import PRESETS
from unet_desktop.engine.data.preprocess import downscale, to_input, to_probabilities
from unet_desktop.engine.device.device import Device, move_network, prepare, seed_everything
from unet_desktop.engine.inference.familiarity import Features
from unet_desktop.engine.inference.openvino import Forward, compile_if_faster
from unet_desktop.engine.networks.layers import fold_batch_norms, fuse_upsampling
from unet_desktop.engine.networks.specs import NetworkSpec, build, specs_for
from unet_desktop.images.opencv import cv2
from unet_desktop.images.tiles import Blend, Tiling
from unet_desktop.labels import DISC_AND_CUP

_REPEATS = 3
OVERLAP = 4
"""Tiles overlap by a quarter of their side."""
TILE_FACTOR = 2
"""Side of a tile over the network's size in training: larger tiles have fewer edges."""

Probabilities = NDArray[np.float32]
"""(R, h, w) float32, 0..1."""

Result = TypeVar("Result")


def run_to_end(steps: Generator[object, None, Result]) -> Result:
    """Run a generator to its end and return its result."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result


class Predictor:
    """One network with its spec on a device.

    Args:
        network: trained; it is copied, not changed.
        spec: of the network.
        device: where it runs.
        mirror: average the results of the picture and its mirror image.
        long_lived: it will see many pictures, so that trying a faster library pays; see `compile_if_faster`.
    """

    def __init__(
        self, network: nn.Module, spec: NetworkSpec, device: Device, *, mirror: bool, long_lived: bool = False
    ) -> None:
        self.spec = spec
        self._device = device
        self._mirror = mirror
        self._dtype = device.half or torch.float32
        folded = fold_batch_norms(network)
        if device.kind == "cpu":
            folded = fuse_upsampling(folded)
        own = copy.deepcopy(folded) if long_lived else folded
        self._network: Any = move_network(own.to(self._dtype), device)
        compiled = compile_if_faster(folded.float(), self._network, spec, device) if long_lived else None
        self._uses_torch = compiled is None
        self._forward: Forward = compiled or self._network

    def square(self, picture: NDArray[np.uint8]) -> Probabilities:
        """(R, h, w) probabilities of an (h, w, 3) uint8 picture whose sides are multiples of 32."""
        with torch.inference_mode():
            return self._average(self._forward(self._views(picture)))

    def square_and_features(self, picture: NDArray[np.uint8]) -> tuple[Probabilities, Features]:
        """`square` and `features` of the same picture; with torch, in one pass."""
        if not self._uses_torch:
            return self.square(picture), self.features(picture)
        levels: list[Tensor] = []

        def record(planes: Tensor) -> Tensor:
            levels.append(planes)
            return planes

        with torch.inference_mode():
            probabilities = self._average(self._network(self._views(picture), record))
            return probabilities, _as_features(self._network.features_from_levels(levels))

    def _views(self, picture: NDArray[np.uint8]) -> Tensor:
        views = [picture, picture[:, ::-1]] if self._mirror else [picture]
        return to_input(np.stack(views), self.spec, self._device).to(self._dtype)

    def _average(self, logits: Tensor) -> Probabilities:
        probabilities = to_probabilities(logits)
        if not self._mirror:
            return np.ascontiguousarray(probabilities[0])
        averaged: Probabilities = (probabilities[0] + probabilities[1, :, :, ::-1]) * np.float32(0.5)
        return averaged

    def features(self, picture: NDArray[np.uint8]) -> Features:
        """(C,) float64 means of the network's channels over an (h, w, 3) uint8 picture; sides as in `square`."""
        with torch.inference_mode():
            planes = to_input(picture[None], self.spec, self._device).to(self._dtype)
            return _as_features(self._network.features(planes))

    def whole(self, pixels: NDArray[np.uint8]) -> Probabilities:
        """(R, h, w) probabilities of an (H, W, 3) uint8 picture, downscaled to the working side, tile by tile."""
        return run_to_end(self.whole_in_steps(pixels))

    def whole_in_steps(self, pixels: NDArray[np.uint8]) -> Generator[None, None, Probabilities]:
        """As `whole`, yielding after each tile: a large picture takes the article's network many seconds."""
        small = downscale(pixels, self.spec.working_side)
        height, width = small.shape[:2]
        side = min(TILE_FACTOR * self.spec.size, -(-max(height, width) // 32) * 32)
        below, right = max(0, side - height), max(0, side - width)
        # Edge pixels are repeated: mirroring would need a picture larger than the padding.
        if below or right:
            small = np.asarray(cv2.copyMakeBorder(small, 0, below, 0, right, cv2.BORDER_REPLICATE), np.uint8)
        tiling = Tiling(small.shape[0], small.shape[1], side, side // OVERLAP)
        blend = Blend(self.spec.regions, tiling)
        for box in tiling.boxes:
            blend.add(box, self.square(np.ascontiguousarray(small[box.slices])))
            yield
        return blend.result()[:, :height, :width]


def _as_features(means: Tensor) -> Features:
    """The first picture's features, from (N, C) means."""
    return np.asarray(means[0].float().cpu().numpy(), np.float64)


def forward_seconds(device: Device) -> dict[str, float]:
    """Each preset's title and the median seconds of its segmenting network for one picture, as inference runs it.

    The weights are random, which does not affect the time.
    """
    prepare(device)
    seed_everything(0)
    seconds: dict[str, float] = {}
    for config in PRESETS.values():
        spec = specs_for(DISC_AND_CUP, config)["segment"]
        predictor = Predictor(build(spec), spec, device, mirror=False)
        picture = np.zeros((spec.size, spec.size, 3), np.uint8)
        predictor.square(picture)  # the first pass also allocates
        times = []
        for _ in range(_REPEATS):
            started = time.perf_counter()
            predictor.square(picture)
            times.append(time.perf_counter() - started)
        seconds[config.title] = statistics.median(times)
    return seconds
