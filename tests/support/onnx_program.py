"""Another program, written from docs/onnx.md: ONNX files and their metadata alone give this program's masks.

It imports nothing of the package. `onnx_outlines` is its other half.
"""

from __future__ import annotations

import json
import math
from typing import NamedTuple

import cv2  # noqa: TID251 - as another program has it
import numpy as np
from onnx_outlines import fit_outline, largest_piece
from PIL import Image, ImageOps


class Square(NamedTuple):
    x: float
    y: float
    side: float


class Place(NamedTuple):
    square: Square
    diameter: float
    confidence: float


class Attempt(NamedTuple):
    place: Place
    planes: np.ndarray
    score: float
    located: Place | None


class OnnxFile:
    """One network: its session, its metadata, and what it makes of a picture."""

    def __init__(self, path):
        import onnxruntime

        self.session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        self.plain = self.session.get_modelmeta().custom_metadata_map
        assert int(self.plain["metadata_version"]) == 3
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
        whole = Square(width / 2, height / 2, float(max(height, width)))
        if "locate" not in self.others:
            square, planes = whole, self._segment(pixels, whole, self.segment["outside"])
        else:
            best = self._search(pixels, whole, self._surround(pixels))
            if best is None:
                return np.zeros((height, width), np.uint8)
            square, planes = best.place.square, best.planes
            diameter = square.side / float(self.segment.plain["crop_factor"])
            if self.segment["only_fundus"] and is_dark_spot(pixels, square.x, square.y, diameter):
                return np.zeros((height, width), np.uint8)
        planes = self._outline(planes, square, height, width)
        return self._label_image(self._restore(planes, square, planes.shape[1], height, width))

    def _segment(self, pixels, square, outside):
        return self.segment.run(self._crop(pixels, square, int(self.segment.plain["size"]), outside))

    def _surround(self, pixels):
        """The colour in which the picture goes on beyond its border."""
        rules = self.segment["surround"]
        step = max(1, min(pixels.shape[:2]) // rules["sampled_lines"])
        small = pixels[::step, ::step]
        border = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
        if (border.max(axis=1) < rules["dark"]).sum() >= rules["dark_share"] * len(border):
            return [0, 0, 0]
        return [int(value) for value in np.median(small[small.max(axis=2) >= rules["dark"]], axis=0)]

    def _search(self, pixels, whole, outside):
        """The attempt that gives the mask; None if nothing was found."""
        rules = self.segment["search"]
        far = Square(whole.x, whole.y, whole.side * rules["far"])
        places = self._look(pixels, far, outside) if any(outside) else []
        places = places or self._look(pixels, whole, outside)
        attempts = []
        if places:
            likeliest = self._by_likeness(pixels, places, outside)[0]
            attempts = [self._refine(pixels, self._attempt(pixels, likeliest, outside), outside)]
            if attempts[0].score >= rules["sure"]:
                return attempts[0]
            places = [place for place in places if place != attempts[0].place]
        for square in further_squares(*pixels.shape[:2], rules):
            places += self._look(pixels, square, outside)
        different = []
        for place in sorted(places, key=lambda place: -place.confidence):
            if not any(is_same(place, other, rules) for other in different):
                different.append(place)
        for place in self._by_likeness(pixels, different, outside)[: rules["max_attempts"]]:
            attempts.append(self._attempt(pixels, place, outside))
        best = max(attempts, key=lambda attempt: attempt.score, default=None)
        best = None if best is None else self._refine(pixels, best, outside)
        return best if best is not None and best.score >= rules["min_score"] else None

    def _refine(self, pixels, attempt, outside):
        """Another attempt around what was found, unless it fits already or does not become better."""
        rules, place, located = self.segment["search"], attempt.place, attempt.located
        if located is None:
            return attempt
        apart = math.hypot(place.square.x - located.square.x, place.square.y - located.square.y)
        change = abs(math.log(located.diameter / place.diameter))
        if apart < rules["same"] * place.diameter and change < rules["same"]:
            return attempt
        again = self._attempt(pixels, located, outside)
        return again if again.score >= attempt.score * rules["no_worse"] else attempt

    def _look(self, pixels, square, outside):
        """Places that the locating network shows in a square, which reaches beyond the picture or not."""
        file = self.others["locate"]
        size = int(file.plain["size"])
        (plane,) = file.run(self._crop(pixels, square, size, outside))
        at = (np.arange(size) + 0.5) / size * square.side - square.side / 2
        height, width = pixels.shape[:2]
        inside = [
            np.abs(at + centre - length / 2) < length / 2 for centre, length in ((square.y, height), (square.x, width))
        ]
        return self._places(plane * np.outer(*inside), square)

    def _places(self, plane, square):
        """The regions of a plane over a square, as places in the picture; the likeliest first."""
        rules, factor = self.segment["location"], float(self.segment.plain["crop_factor"])
        peak = plane.max()
        if peak < rules["min_peak"]:
            return []
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
        scale, places = square.side / len(plane), []
        for number in order:
            x, y = ((centre + 0.5) * scale - square.side / 2 for centre in centres[number])
            diameter = 2 * math.sqrt(areas[number] / math.pi) * scale
            around = Square(x + square.x, y + square.y, diameter * factor)
            places.append(Place(around, diameter, weights[number] / areas[number]))
        return places

    def _attempt(self, pixels, place, outside):
        planes = self._segment(pixels, place.square, outside)
        plane = planes[self.segment["planes"].index(self.segment["location_label"])]
        found = self._places(plane, place.square)
        if not found:
            return Attempt(place, planes, 0.0, None)
        chosen = plane >= self.segment["threshold"]
        expected = 2 * plane[chosen].sum() / (plane.sum() + chosen.sum()) if chosen.any() else 0.0
        size = abs(math.log(found[0].diameter / place.diameter))
        fit = max(0.0, 1 - max(size - self.segment["search"]["size_tolerance"], 0))
        located = Place(found[0].square, found[0].diameter, place.confidence)
        return Attempt(place, planes, expected * fit * (1 + place.confidence) / 2, located)

    def _by_likeness(self, pixels, places, outside):
        direction = self.segment["prototype"]
        if direction is None or len(places) < 2:
            return places
        return sorted(places, key=lambda place: self._distance(pixels, place.square, outside, np.array(direction)))

    def _distance(self, pixels, square, outside, direction):
        """One minus the cosine between the crop's features and the prototype."""
        side = self.segment["features_side"]
        crop = self._crop(pixels, square, int(self.segment.plain["size"]), outside)
        if side < len(crop):
            crop = cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA)
        features = self.others["features"].run(crop).astype(np.float64)
        return 1 - direction @ features / (np.linalg.norm(direction) * np.linalg.norm(features))

    def _outline(self, planes, square, height, width):
        """The planes with smooth outlines of disc and cup."""
        rules = self.segment["outlines"]
        if rules is None:
            return planes
        size, side, inside = planes.shape[1], square.side, []
        for centre, length in ((square.y, height), (square.x, width)):
            ends = [(at - centre + side / 2) * (size / side) for at in touched(centre, side, length)]
            first, end = (min(max(round(at), 0), size) for at in ends)
            inside.append((np.arange(size) >= first) & (np.arange(size) < end))
        shown = np.outer(*inside).astype(np.float32)
        disc_at, cup_at = (self.segment["planes"].index(rules[name]["name"]) for name in ("disc", "cup"))
        disc = fit_outline(planes[disc_at], shown, rules["disc"]["harmonics"], rules)
        if disc is None:
            return planes
        planes = planes.copy()
        planes[disc_at] = disc
        within = np.minimum(planes[cup_at], disc)
        cup = fit_outline(within, shown, rules["cup"]["harmonics"], rules)
        planes[cup_at] = within if cup is None else np.minimum(cup, disc)
        return planes

    def _crop(self, pixels, square, size, outside):
        """The square of the picture at `size`: reduced by halves, then bilinear; one colour outside the picture."""
        x, y, side = square
        height, width = pixels.shape[:2]
        (left, right), (top, bottom) = touched(x, side, width), touched(y, side, height)
        if left >= right or top >= bottom:
            return np.full((size, size, 3), outside, np.uint8)
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
        return cv2.warpAffine(part, matrix, (size, size), flags=cv2.INTER_LINEAR, borderValue=outside)

    def _restore(self, planes, square, size, height, width):
        """The planes at the picture's own pixels; 0 outside the square."""
        x, y, side = square
        scale = size / side
        shift = [(0.5 - at + side / 2) * scale - 0.5 for at in (x, y)]
        matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        (left, right), (top, bottom) = touched(x, side, width), touched(y, side, height)
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


def further_squares(height, width, rules):
    squares = [Square(width / 2, height / 2, max(height, width) * factor) for factor in rules["afar"]]
    side = min(height, width) * rules["part"]

    def centres(length):
        count = min(max(2, math.ceil((length - side) / (side / 2)) + 1), rules["max_parts"])
        return np.linspace(side / 2, length - side / 2, count)

    return [*squares, *(Square(x, y, side) for y in centres(height) for x in centres(width))]


def is_same(one, other, rules):
    apart = math.hypot(one.square.x - other.square.x, one.square.y - other.square.y)
    small, large = sorted([one.diameter, other.diameter])
    return apart < rules["same_distance"] * small and large / small < rules["same_size"]


def is_dark_spot(pixels, x, y, diameter):
    """Whether the place is darker than its surroundings, as a pupil is."""
    reach, step = diameter * 0.95, max(1, int(diameter * 1.9) // 48)
    left, top = max(0, int(x - reach)), max(0, int(y - reach))
    seen = pixels[top : max(0, int(y + reach)) + 1 : step, left : max(0, int(x + reach)) + 1 : step]
    rows, columns = (np.arange(length) * step for length in seen.shape[:2])
    radius = np.hypot(rows[:, None] + top + 0.5 - y, columns + left + 0.5 - x) / (diameter / 2)
    inside = radius < 0.85
    if not inside.any():
        return False
    spot = np.median(seen[inside], axis=0)
    around = (radius > 1.2) & (seen.max(axis=2) > min(24, spot.max() / 2))
    if around.sum() < 10:
        return False
    ring = np.median(seen[around], axis=0)
    darkest = 0.75 if max(np.ptp(spot), np.ptp(ring)) <= 4 else 0.9
    return bool((spot < darkest * ring)[:2].all())


def touched(centre, side, length):
    """First and end of the picture's pixels, along one axis, that a square touches."""
    return max(math.floor(centre - side / 2), 0), min(math.ceil(centre + side / 2), length)


def halve(part):
    """Means of 2 x 2 pixels, a half rounded up; at odd edges of 2 pixels, a half rounded to even."""
    height, width = part.shape[:2]
    even = cv2.copyMakeBorder(part, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
    small = cv2.resize(even, (even.shape[1] // 2, even.shape[0] // 2), interpolation=cv2.INTER_AREA)
    if height % 2:
        small[-1] = np.rint(even[-1].reshape(-1, 2, 3).mean(axis=1))
    if width % 2:
        small[:, -1] = np.rint(even[:, -1].reshape(-1, 2, 3).mean(axis=1))
    return small


def starts(length, side, overlap):
    if length <= side:
        return [0]
    count = math.ceil((length - overlap) / (side - overlap))
    return [round(index * (length - side) / (count - 1)) for index in range(count)]


def fill_holes(plane):
    outlines, _ = cv2.findContours(plane.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros(plane.shape, np.uint8)
    cv2.drawContours(filled, outlines, -1, 1, thickness=cv2.FILLED)
    return filled.astype(bool)
