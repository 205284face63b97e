"""Correct a region as a simulated hand: brush strokes and pushes at the border until it is close to the truth."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from pointer import SEARCH, Hand

from unet_desktop.images.box import Box
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.compare import hausdorff_distance
from unet_desktop.masks.paint_tables import erase_table, paint_table
from unet_desktop.masks.push import Push
from unet_desktop.masks.regions import Mask, Region, region
from unet_desktop.masks.stroke import Stroke

MAX_STROKES = 60
_SMALLEST = 4.0
"""Radius of the smallest brush, screen pixels."""


def stroked(hand: Hand, mask: Mask, truth: Mask, labels: LabelSet, label: Label, work: Box, limit: float) -> bool:
    """Change a region towards the true one, in place, by strokes or pushes; return whether it is within the limit."""
    while not near(mask, truth, labels, label, work, limit):
        aim = None if hand.gestures >= MAX_STROKES else _aim(mask, truth, labels, label, work, limit)
        if aim is None:
            return False
        tried = [way(replace(hand), mask.copy(), labels, label, aim) for way in (_stroke, _push)]
        before = _off(mask, truth, labels, label, work)
        gained = [
            (before - _off(after, truth, labels, label, work)) / max(used.seconds - hand.seconds, SEARCH)
            for used, after in tried  # a push that has no effect takes no time
        ]
        best = int(np.argmax(gained))
        if gained[best] <= 0:
            return False
        used, after = tried[best]
        mask[...] = after
        hand.seconds, hand.gestures, hand.at = used.seconds, used.gestures, used.at
    return True


def _off(mask: Mask, truth: Mask, labels: LabelSet, label: Label, work: Box) -> int:
    """Pixels where the two masks differ in this region."""
    ours, theirs = (region(plane[work.slices], labels, label) for plane in (mask, truth))
    return int(np.count_nonzero(ours ^ theirs))


def near(mask: Mask, truth: Mask, labels: LabelSet, label: Label, work: Box, limit: float) -> bool:
    """Whether 95 % of the border's pixels lie within the limit of the true border, and the other way round."""
    ours, theirs = (region(plane[work.slices], labels, label) for plane in (mask, truth))
    if not ours.any() or not theirs.any():
        return bool(ours.any() == theirs.any())
    return hausdorff_distance(ours, theirs) <= limit


@dataclass(frozen=True, slots=True)
class _Aim:
    """The place to correct next.

    Attributes:
        work: the box of the mask that is looked at.
        piece: (h, w) bool, what is plainly wrong there.
        depth: (h, w) float32, how far each pixel of the side to be painted or wiped lies from the true border; else 0.
        missing: it is to be painted, not wiped.
        deepest: of the piece, pixels.
    """

    work: Box
    piece: Region
    depth: NDArray[np.float32]
    missing: bool
    deepest: float


def _aim(mask: Mask, truth: Mask, labels: LabelSet, label: Label, work: Box, limit: float) -> _Aim | None:
    """The largest clearly wrong piece; None if there is none."""
    ours, theirs = (region(plane[work.slices], labels, label) for plane in (mask, truth))
    depth = np.where(theirs, _depth(theirs), _depth(~theirs))
    wrong = ours ^ theirs
    plain = wrong & (depth > limit / 2)  # errors below half the tolerance are left alone
    _, numbers, statistics, _ = cv2.connectedComponentsWithStats(
        (plain if plain.any() else wrong).astype(np.uint8), connectivity=4
    )
    if len(statistics) < 2:
        return None
    piece = numbers == 1 + int(np.argmax(statistics[1:, cv2.CC_STAT_AREA]))
    missing = bool(theirs[piece][0])
    side = theirs if missing else ~theirs
    return _Aim(work, piece, np.where(side, depth, np.float32(0.0)), missing, float(depth[piece].max()))


def _stroke(hand: Hand, mask: Mask, labels: LabelSet, label: Label, aim: _Aim) -> tuple[Hand, Mask]:
    """Run a brush along the true border over the piece."""
    radius = max(aim.deepest / 2 * 1.1, _SMALLEST / hand.scale)
    radius = min(radius, 0.95 * float(aim.depth.max()))
    line = _along(aim.depth, aim.piece, radius) + np.array([aim.work.left, aim.work.top])
    hand.go((float(line[0, 0]), float(line[0, 1])))
    stroke = Stroke(mask, (paint_table if aim.missing else erase_table)(labels, label), radius, "")
    for x, y in hand.drag(line):
        stroke.extend(float(x), float(y))
    hand.check()
    return hand, mask


def _push(hand: Hand, mask: Mask, labels: LabelSet, label: Label, aim: _Aim) -> tuple[Hand, Mask]:
    """Push the border across the middle of the piece with a finger as large as the piece."""
    rows, columns = np.nonzero(aim.piece)
    spread = math.hypot(float(np.ptp(rows)), float(np.ptp(columns))) + 1.0
    middle = np.array([columns.mean(), rows.mean()])
    # The deeper end of the piece is the true border if pixels are missing, and the mask's border if there are too many.
    depth = aim.depth[rows, columns]
    away = np.hypot(columns - middle[0], rows - middle[1])
    near = away <= max(spread / 4, aim.deepest, float(away.min()))  # a ring-shaped piece has no pixels there
    shallow, deep = (
        np.array([columns[chosen].mean(), rows[chosen].mean()])
        for chosen in (near & (depth <= np.median(depth[near])), near & (depth >= np.median(depth[near])))
    )
    across = shallow - deep
    length = float(np.hypot(*across))
    if length < 1e-6:
        return hand, mask
    across *= aim.deepest / length
    radius = max(spread / 2, 2 * aim.deepest, _SMALLEST / hand.scale)
    centre = (shallow + deep) / 2 + np.array([aim.work.left, aim.work.top]) + 0.5
    start, end = centre - across * 1.1, centre + across / 2
    hand.go((float(start[0]), float(start[1])))
    push = Push(mask, labels, label, (float(start[0]), float(start[1])), radius, inwards=not aim.missing)
    for x, y in hand.drag(np.stack([start, end])):
        push.extend(float(x), float(y))
    hand.check()
    return hand, mask


def _along(depth: NDArray[np.float32], piece: Region, radius: float) -> NDArray[np.float64]:
    """(N, 2) places at this depth beside the border, from one end of the piece to the other."""
    level = outline(depth >= radius) - 0.5
    away = _depth(~piece)
    columns, rows = (np.clip(np.rint(level[:, axis]).astype(int), 0, depth.shape[1 - axis] - 1) for axis in (0, 1))
    near = away[rows, columns] <= radius
    if not near.any():  # the piece is thinner than a brush: take its nearest place
        near[int(np.argmin(away[rows, columns]))] = True
    if not near.all():  # begin after the longest stretch that is already right
        at = np.flatnonzero(near)
        gaps = np.diff(np.append(at, at[0] + len(near)))
        first = at[(int(np.argmax(gaps)) + 1) % len(at)]
        level, near = np.roll(level, -first, axis=0), np.roll(near, -first)
        level = level[: int(np.flatnonzero(near)[-1]) + 1]
    line = level + 0.5
    return line if len(line) > 1 else np.repeat(line, 2, axis=0)


def outline(plane: Region) -> NDArray[np.float64]:
    """(N, 2) float64 centres of the pixels along the longest border of the plane."""
    outlines, _ = cv2.findContours(plane.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    longest = max(outlines, key=len)
    return np.asarray(longest[:, 0], np.float64) + 0.5


def _depth(plane: Region) -> NDArray[np.float32]:
    """Distance of each pixel of the plane from its edge, pixels; the picture's border does not count."""
    return np.asarray(cv2.distanceTransform(plane.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE), np.float32)
