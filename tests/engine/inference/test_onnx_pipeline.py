"""Another program's pipeline, written from docs/onnx.md: ONNX files and their metadata alone give this program's masks.

`OnnxModel` imports nothing of the package.
"""

from __future__ import annotations

import importlib.util
import json
import math
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageOps

cv2 = pytest.importorskip("cv2")  # as another program has it
NEEDED = ("onnx", "onnxscript", "onnxruntime")
pytestmark = [
    pytest.mark.skipif(
        any(importlib.util.find_spec(name) is None for name in NEEDED),
        reason='onnx, onnxscript and onnxruntime are not installed: pip install "unet-desktop[onnx]"',
    ),
    pytest.mark.filterwarnings("ignore"),
]


class OnnxFile:
    """One network: its session, its metadata, and what it makes of a picture."""

    def __init__(self, path):
        import onnxruntime

        self.session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        self.plain = self.session.get_modelmeta().custom_metadata_map
        assert int(self.plain["metadata_version"]) == 2
        assert (self.plain["input_layout"], self.plain["channel_order"]) == ("NCHW", "RGB")

    def __getitem__(self, key):
        return json.loads(self.plain[key])

    def run(self, picture):
        """(h, w, 3) uint8 to the output for it, averaged with its mirror image where the file says so."""
        assert self["normalisation"]["in_file"]
        views = [picture, picture[:, ::-1]] if self["mirror"] else [picture]
        planes = np.stack(views).transpose(0, 3, 1, 2).astype(np.float32)
        (output,) = self.session.run(None, {"picture": planes})
        return (output[0] + output[1, :, :, ::-1]) / 2 if self["mirror"] else output[0]


class OnnxModel:
    """All networks of a model; `mask` gives the mask of a picture file."""

    def __init__(self, path):
        self.segment = OnnxFile(path)
        names = set(self.segment["networks"]) - {"segment"}
        self.others = {name: OnnxFile(path.with_name(f"{path.stem}.{name}.onnx")) for name in names}

    def mask(self, path):
        image = ImageOps.exif_transpose(Image.open(path)).convert("RGB")  # "orientation": upright
        pixels = np.asarray(image)
        if self.segment.plain["framing"] == "patches":
            return self._label_image(self._patches(pixels))
        height, width = pixels.shape[:2]
        square = (width / 2, height / 2, float(max(height, width)))
        if "locate" in self.others:
            square = self._locate(pixels, square)
            if square is None:
                return np.zeros((height, width), np.uint8)
        size = int(self.segment.plain["size"])
        planes = self.segment.run(self._crop(pixels, square, size))
        return self._label_image(self._restore(planes, square, size, height, width))

    def _locate(self, pixels, whole):
        file, rules = self.others["locate"], self.segment["location"]
        height, width = pixels.shape[:2]
        size, side = int(file.plain["size"]), whole[2]
        (plane,) = file.run(self._crop(pixels, whole, size))
        offsets = np.abs(np.arange(size) + 0.5 - size / 2) * side / size
        plane = plane * np.outer(offsets < height / 2, offsets < width / 2)
        peak = plane.max()
        if peak < rules["min_peak"]:
            return None
        above = (plane >= min(rules["threshold"], peak * rules["peak_share"])).astype(np.uint8)
        count, numbers, _, centres = cv2.connectedComponentsWithStats(above, connectivity=8)
        weights = np.bincount(numbers.ravel(), plane.ravel(), count)
        areas = np.bincount(numbers.ravel(), minlength=count)
        weights[0] = 0

        def compactness(number):
            _, radius = cv2.minEnclosingCircle(cv2.findNonZero((numbers == number).astype(np.uint8)))
            return min(1.0, areas[number] / (math.pi * max(radius, 0.5) ** 2))

        best = max(np.flatnonzero(weights >= weights.max() * rules["heavy_share"]), key=compactness)
        alike = int((weights >= weights.max() * rules["rival_share"]).sum())
        order = [best, *(n for n in np.argsort(-weights)[: min(max(alike, 1), rules["max_candidates"])] if n != best)]
        factor = float(self.segment.plain["crop_factor"])
        squares = []
        for number in order:
            x, y = ((centre + 0.5) * side / size for centre in centres[number])
            diameter = 2 * math.sqrt(areas[number] / math.pi) * side / size
            squares.append((x + whole[0] - side / 2, y + whole[1] - side / 2, diameter * factor))
        direction = self.segment["prototype"]
        if direction is None or len(squares) == 1:
            return squares[0]
        return min(squares, key=lambda square: self._distance(pixels, square, np.array(direction)))

    def _distance(self, pixels, square, direction):
        """One minus the cosine between the crop's features and the prototype."""
        side = self.segment["features_side"]
        crop = self._crop(pixels, square, int(self.segment.plain["size"]))
        if side < len(crop):
            crop = cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA)
        features = self.others["features"].run(crop).astype(np.float64)
        return 1 - direction @ features / (np.linalg.norm(direction) * np.linalg.norm(features))

    def _crop(self, pixels, square, size):
        """The square of the picture at `size`: reduced by halves, then bilinear; black outside the picture."""
        x, y, side = square
        height, width = pixels.shape[:2]
        left, right = max(math.floor(x - side / 2), 0), min(math.ceil(x + side / 2), width)
        top, bottom = max(math.floor(y - side / 2), 0), min(math.ceil(y + side / 2), height)
        part, scale, factor = pixels[top:bottom, left:right], size / side, 1.0
        while side / size / factor > self.segment["resampling"]["max_reduction"] and min(part.shape[:2]) > 1:
            part, factor = halve(part), factor * 2
        # From pixel centres of the reduced part to those of the picture, then to those of the crop.
        across = np.array([factor, factor * 0.5 - 0.5])
        shift = [(0.5 - at + side / 2) * scale - 0.5 for at in (x, y)]
        matrix = np.array(
            [
                [scale * across[0], 0, scale * (across[1] + left) + shift[0]],
                [0, scale * across[0], scale * (across[1] + top) + shift[1]],
            ]
        )
        outside = self.segment["outside"]
        return cv2.warpAffine(part, matrix, (size, size), flags=cv2.INTER_LINEAR, borderValue=outside)

    def _restore(self, planes, square, size, height, width):
        """The planes at the picture's own pixels; 0 outside the square."""
        x, y, side = square
        scale = size / side
        shift = [(0.5 - at + side / 2) * scale - 0.5 for at in (x, y)]
        matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        left, right = max(math.floor(x - side / 2), 0), min(math.ceil(x + side / 2), width)
        top, bottom = max(math.floor(y - side / 2), 0), min(math.ceil(y + side / 2), height)
        restored = np.zeros((len(planes), height, width), np.float32)
        for plane, target in zip(planes, restored, strict=True):
            found = cv2.warpAffine(plane, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
            target[top:bottom, left:right] = found[top:bottom, left:right]
        return restored

    def _patches(self, pixels):
        height, width = pixels.shape[:2]
        scale = min(1.0, int(self.segment.plain["working_side"]) / max(height, width))
        rows, columns = max(1, round(height * scale)), max(1, round(width * scale))
        small = pixels if scale == 1 else cv2.resize(pixels, (columns, rows), interpolation=cv2.INTER_AREA)
        tiles, sides = self.segment["tiles"], self.segment["input_sides"]
        step = sides["multiple_of"]
        side = min(sides["at_most"], math.ceil(max(rows, columns) / step) * step)
        below, right = max(0, side - rows), max(0, side - columns)
        small = cv2.copyMakeBorder(small, 0, below, 0, right, cv2.BORDER_REPLICATE)
        profile = np.maximum(np.sin(np.pi * (np.arange(side) + 0.5) / side) ** 2, tiles["min_weight"])
        weight = np.outer(profile, profile).astype(np.float32)
        weights = np.zeros(small.shape[:2], np.float32)
        total = np.zeros((len(self.segment["planes"]), *small.shape[:2]), np.float32)
        overlap = int(side * tiles["overlap"])
        for top in starts(small.shape[0], side, overlap):
            for left in starts(small.shape[1], side, overlap):
                place = np.s_[top : top + side, left : left + side]
                total[:, *place] += self.segment.run(np.ascontiguousarray(small[place])) * weight
                weights[place] += weight
        planes = (total / weights)[:, :rows, :columns]
        return np.stack([cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR) for plane in planes])

    def _label_image(self, planes):
        labels, kept = self.segment["labels"], {}
        assert self.segment["planes"] == [label["name"] for label in labels]
        mask = np.full(planes.shape[1:], self.segment["background"], np.uint8)
        inside = planes >= self.segment["threshold"]
        clipped = {}
        for plane, label in zip(inside, labels, strict=True):
            clipped[label["name"]] = plane & clipped[label["inside"]] if label["inside"] else plane
        for label in labels:
            plane = clipped[label["name"]]
            if label["inside"]:
                plane = plane & kept[label["inside"]]
            if label["unique"]:
                plane = fill_holes(largest_piece(plane))
            kept[label["name"]] = plane
        for label in labels:
            plane = kept[label["name"]]
            mask[plane & kept[label["inside"]] if label["inside"] else plane] = label["value"]
        return mask


def halve(part):
    """Means of 2 x 2 pixels, of 2 or 1 at odd edges."""
    height, width = part.shape[:2]
    even = cv2.copyMakeBorder(part, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
    return cv2.resize(even, (even.shape[1] // 2, even.shape[0] // 2), interpolation=cv2.INTER_AREA)


def starts(length, side, overlap):
    if length <= side:
        return [0]
    count = math.ceil((length - overlap) / (side - overlap))
    return [round(index * (length - side) / (count - 1)) for index in range(count)]


def largest_piece(plane):
    count, numbers, statistics, _ = cv2.connectedComponentsWithStats(plane.astype(np.uint8), connectivity=8)
    return plane if count <= 2 else numbers == 1 + np.argmax(statistics[1:, cv2.CC_STAT_AREA])


def fill_holes(plane):
    outlines, _ = cv2.findContours(plane.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros(plane.shape, np.uint8)
    cv2.drawContours(filled, outlines, -1, 1, thickness=cv2.FILLED)
    return filled.astype(bool)


# From here on the package itself: models to export, and the masks to reach.


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Synthetic photographs: square, wide, tall with odd sides, large, turned by EXIF."""
    from unet_desktop.masks.synthetic import synthetic_fundus

    folder = tmp_path_factory.mktemp("pictures")
    paths = []
    for seed, (height, width) in enumerate([(256, 256), (211, 347), (433, 219), (900, 1101)]):
        side = max(height, width)
        pixels = synthetic_fundus(seed, side).pixels
        top, left = (side - height) // 2, (side - width) // 2
        paths.append(folder / f"{seed}.png")
        Image.fromarray(pixels[top : top + height, left : left + width]).save(paths[-1])
    exif = Image.Exif()
    exif[274] = 6
    Image.open(paths[1]).save(folder / "turned.jpg", exif=exif, quality=95)
    return [*paths, folder / "turned.jpg"]


def train(folder, framing, network):
    """A small model, trained for a moment on drawings."""
    from unet_desktop.engine.config import PRESETS
    from unet_desktop.tasks.sample import SamplePlan, make_sample_project
    from unet_desktop.tasks.train import train_project

    list(make_sample_project(folder, SamplePlan(photographs=5, corrected=5, size=160)))
    config = replace(
        PRESETS["fast"],
        network=network,
        width=4,
        framing=framing,
        epochs=3,
        locate_epochs=3,
        least_steps=6,
        batch_size=2,
        image_size=96,
        locate_size=96,
        working_side=300,
    )
    list(train_project(folder, config))
    return folder / "models" / "model-001.safetensors"


def make_it_find(model, device, picture):
    """Move the segmenting network's biases, so that a tenth of the picture is in each region: it has learnt nothing."""
    import torch

    from unet_desktop.engine.files.checkpoint import load, save
    from unet_desktop.engine.inference.segmenter import Segmenter
    from unet_desktop.images.read import read_image

    loaded = load(model)
    planes = Segmenter(load(model), device).segment(read_image(picture).pixels).probabilities
    if planes is None:
        return
    levels = torch.from_numpy(np.quantile(planes, 0.9, axis=(1, 2)).astype(np.float32)).clamp(1e-6, 1 - 1e-6)
    with torch.no_grad():
        loaded.networks["segment"].head.bias -= torch.logit(levels)
    save(model, loaded.header, loaded.networks)


@pytest.mark.parametrize("network", ["unet", "lite0"])
@pytest.mark.parametrize("framing", ["crop", "whole", "patches"])
def test_the_metadata_is_all_that_is_needed(framing, network, pictures, tmp_path):
    from unet_desktop.engine.device.device import choose
    from unet_desktop.engine.files.checkpoint import load
    from unet_desktop.engine.inference.onnx_export import export
    from unet_desktop.engine.inference.segmenter import Segmenter
    from unet_desktop.images.read import read_image

    model = train(tmp_path / "project", framing, network)
    device = replace(choose("cpu"), half=None)  # float32, as the ONNX file
    make_it_find(model, device, pictures[0])
    names = [done.network for done in export(model, tmp_path / "m.onnx")]
    assert sorted(names) == (["features", "locate", "segment"] if framing == "crop" else ["segment"])
    theirs = OnnxModel(tmp_path / "m.onnx")
    ours = Segmenter(load(model), device)
    found = 0
    for path in pictures:
        wanted, mask = ours.segment(read_image(path).pixels).mask, theirs.mask(path)
        assert mask.shape == wanted.shape
        for value in (1, 2):
            sizes = int((mask >= value).sum()) + int((wanted >= value).sum())
            common = int(((mask >= value) & (wanted >= value)).sum())
            found += sizes > 0
            assert sizes == 0 or 2 * common / sizes >= 0.999, (path.name, value)
    assert found >= 3  # a model that finds nothing would agree with anything
