"""Find the location label at any scale: first in the whole picture, then at other scales if that is not sure.

A photograph of the disc alone is first seen from afar, where it looks like the middle of a whole field, for which the
locating network is best. docs/experiments/2026-11-30-other-cameras.md compares distances.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from unet_desktop.engine.inference.crop_segmenter import Attempt, CropSegmenter
from unet_desktop.engine.inference.locate import Location, drop_repeated, from_afar, further_squares, locate
from unet_desktop.engine.inference.predictor import Predictor
from unet_desktop.engine.inference.prototype import CropPrototype
from unet_desktop.images.crop import BLACK, Colour, Square, extract
from unet_desktop.masks.first_proposal.disc import USUAL_RADIUS, measure_convergence, places_of_convergence

SURE = 0.8
"""Score from which the first place counts; on photographs of a known camera it is above 0.9."""
MIN_SCORE = 0.35
"""Score below which nothing counts as found."""
MAX_ATTEMPTS = 5
"""Places that are segmented after the first."""
SAME = 0.12
"""Of the diameter: a label found this near, and as large, needs no other crop; the locating network is no finer."""
NO_WORSE = 0.97
"""Of the first crop's score, that the second needs."""
CERTAIN = 0.93
"""Score from which an optic disc counts without a look at the vessels."""
CONVERGING = 0.3
"""How far vessels run towards an optic disc, at least; bright atrophy and exudates stay below."""
GAIN = 0.05
"""How much more they must run towards another place to prefer it."""
NOWHERE = 0.1
"""How far they run towards nothing at all, at most."""
BY_VESSELS = 0.5
"""Confidence of a place that only the vessels show."""


class Search:
    """The search for the location label in one picture.

    Args:
        locator: the locating network.
        cropper: the segmenting network.
        prototype: what the crops of training look like, or None if unknown.
        pixels: (H, W, 3) uint8.
        surround: the colour in which the picture goes on beyond its border.
        disc_in_fundus: the location label is the optic disc of a fundus photograph, where vessels converge.
    """

    def __init__(
        self,
        locator: Predictor,
        cropper: CropSegmenter,
        prototype: CropPrototype | None,
        pixels: NDArray[np.uint8],
        surround: Colour,
        *,
        disc_in_fundus: bool,
    ) -> None:
        self._disc_in_fundus = disc_in_fundus
        self._locator, self._cropper, self._prototype = locator, cropper, prototype
        self._pixels, self._surround = pixels, surround
        self._shape = (pixels.shape[0], pixels.shape[1])

    def run(self, plane: NDArray[np.float32]) -> Generator[None, None, Attempt | None]:
        """The best attempt, or None if nothing was found; yields where it can be stopped.

        Args:
            plane: (s, s) float32, the locating network's answer for the smallest square around the picture.
        """
        first: Attempt | None = None
        places = [] if self._surround == BLACK else self._places_in(from_afar(*self._shape))
        places = places or locate(plane, self._shape, self._locator.spec.crop_factor)
        if places:
            first = self._refine(self._attempt(self._by_likeness(places)[0]))
            yield
        best = first
        if first is None or first.score < SURE:
            best = yield from self._search_further(places, first)
        if self._disc_in_fundus and (best is None or best.score < CERTAIN):
            best = yield from self._compare_vessels(best)
        return best if best is not None and best.score >= MIN_SCORE else None

    def _compare_vessels(self, best: Attempt | None) -> Generator[None, None, Attempt | None]:
        """The best attempt, or one at a place to which the vessels run clearly more.

        In highly myopic eyes the networks take bright atrophy for the disc, and are sure of it.
        """
        converging = None if best is None else self._convergence(best)
        if best is not None and (converging is None or converging >= CONVERGING):
            return best
        needed = max(CONVERGING if converging is None else converging, 0.0) + GAIN
        ranked: list[tuple[float, Attempt]] = []
        for circle in places_of_convergence(self._pixels):
            diameter = 2.0 * circle.a
            square = Square(circle.x, circle.y, diameter * self._cropper.spec.crop_factor)
            attempt = self._refine(self._attempt(Location(square, diameter, BY_VESSELS)))
            found = self._convergence(attempt)
            if found is not None and found >= needed and attempt.score >= MIN_SCORE:
                ranked.append((2.0 * attempt.score + found, attempt))
            yield
        if ranked:
            return max(ranked, key=lambda pair: pair[0])[1]
        if best is None or converging is None or converging >= NOWHERE:
            return best
        place = best.location
        return replace(best, location=replace(place, confidence=min(place.confidence, BY_VESSELS)))

    def _convergence(self, attempt: Attempt) -> float | None:
        """How far the vessels run towards what the segmenting network found; None if that cannot be seen.

        In a whole field those around a disc of the usual size count too: around bright atrophy, or around a part of the
        disc, vessels that run past it can look as if they ended there.
        """
        if attempt.located is None:
            return None
        x, y, radius = attempt.located.square.x, attempt.located.square.y, attempt.located.diameter / 2
        if self._surround != BLACK:
            return measure_convergence(self._pixels, x, y, radius)
        # What fills a photograph of a whole field, so that nothing is seen around it, is no disc.
        radii = radius, USUAL_RADIUS * min(self._shape)
        return min(measure_convergence(self._pixels, x, y, each) or 0.0 for each in radii)

    def _search_further(self, places: list[Location], first: Attempt | None) -> Generator[None, None, Attempt | None]:
        """The best of all candidates at other scales."""
        candidates = [place for place in places if first is None or place != first.location]
        for square in further_squares(*self._shape):
            candidates += self._places_in(square)
            yield
        attempts = [] if first is None else [first]
        for place in self._by_likeness(drop_repeated(candidates))[:MAX_ATTEMPTS]:
            attempts.append(self._attempt(place))
            yield
        best = max(attempts, key=lambda attempt: attempt.score, default=None)
        return None if best is None else self._refine(best)

    def _places_in(self, square: Square) -> list[Location]:
        """The places that the locating network finds in a square of the picture."""
        plane = self._locator.square(extract(self._pixels, square, self._locator.spec.size, self._surround))[0]
        return locate(plane, self._shape, self._locator.spec.crop_factor, square)

    def _refine(self, attempt: Attempt) -> Attempt:
        """Segment again around what the segmenting network found, if that is elsewhere or of another size."""
        place, located = attempt.location, attempt.located
        if located is None:
            return attempt
        apart = math.hypot(place.square.x - located.square.x, place.square.y - located.square.y)
        if apart < SAME * place.diameter and abs(math.log(located.diameter / place.diameter)) < SAME:
            return attempt
        again = self._attempt(located)
        return again if again.score >= attempt.score * NO_WORSE else attempt

    def _attempt(self, place: Location) -> Attempt:
        return self._cropper.attempt(self._pixels, place, self._surround)

    def _by_likeness(self, places: list[Location]) -> list[Location]:
        """The places, those first whose crops are most similar to the crops of training."""
        prototype = self._prototype
        if prototype is None or len(places) < 2:
            return places
        distances = [
            prototype.distance(self._cropper.features(self._pixels, place.square, self._surround)) for place in places
        ]
        return [places[index] for index in np.argsort(distances, kind="stable")]
