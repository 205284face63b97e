"""Smooth outlines of disc and cup, written from docs/onnx.md, for `onnx_program`."""

from __future__ import annotations

import math

import cv2  # noqa: TID251 - as another program has it
import numpy as np


def fit_outline(plane, shown, harmonics, rules):
    """The plane's largest region as a plane with a smooth outline; None if it is small. `shown`: 1 in the picture."""
    plane = plane * shown
    above = largest_piece(plane >= 0.5)
    if above.sum() < rules["min_pixels"]:
        return None
    near = cv2.dilate(above.astype(np.uint8), np.ones((2 * rules["reach"] + 1,) * 2, np.uint8))
    plane = plane * near
    rows, columns = np.nonzero(above)
    centre = columns.mean(), rows.mean()
    length = max(np.ptp(rows), np.ptp(columns)) + 1 + 2 * rules["reach"]
    count, steps = rules["directions"], rules["steps_per_pixel"]
    angles = np.arange(count) * 2 * math.pi / count

    def sample(values):
        samples = math.ceil(length * steps)
        flags = cv2.INTER_LINEAR | cv2.WARP_FILL_OUTLIERS
        return cv2.warpPolar(values, (samples, count), centre, samples / steps, flags)

    for again in range(rules["centrings"] + 1):
        polar = sample(plane)
        radii, ends = (rays.sum(axis=1, dtype=np.float64) / steps for rays in (polar, sample(shown)))
        radii = smooth(radii, ends, angles, harmonics, rules)
        if again < rules["centrings"]:
            points = np.stack([centre[0] + radii * np.cos(angles), centre[1] + radii * np.sin(angles)], axis=1)
            moments = cv2.moments(points.astype(np.float32))
            if not moments["m00"] >= rules["min_pixels"]:
                return None
            centre = moments["m10"] / moments["m00"], moments["m01"] / moments["m00"]
    fall = np.median((polar >= 0.25).sum(axis=1) - (polar >= 0.75).sum(axis=1)) / steps
    edge = np.clip(fall / (2 * math.log(3)), *rules["edge"])
    down, across = np.mgrid[: plane.shape[0], : plane.shape[1]]
    down, across = down - centre[1], across - centre[0]
    angle = np.arctan2(down, across) % (2 * math.pi)
    radius = np.interp(angle, np.append(angles, 2 * math.pi), np.append(radii, radii[0]))
    return (1 / (1 + np.exp(np.clip((np.hypot(down, across) - radius) / edge, -30, 30)))).astype(np.float32)


def smooth(radii, ends, angles, harmonics, rules):
    """The radii as a sum of a few harmonics, by reweighted least squares."""
    trusted = (radii < ends - rules["cut_off"]).astype(float)
    if trusted.sum() < len(angles) * rules["min_trusted"]:
        trusted = np.ones(len(angles))
    orders = range(1, harmonics + 1)
    basis = np.stack([np.ones(len(angles)), *(f(k * angles) for k in orders for f in (np.cos, np.sin))], axis=1)
    weights = trusted
    for _ in range(rules["reweightings"]):
        weighted = basis * weights[:, None]
        ridge = rules["ridge"] * np.eye(basis.shape[1])
        fitted = basis @ np.linalg.solve(basis.T @ weighted + ridge, weighted.T @ radii)
        residuals = np.abs(radii - fitted)
        deviation = rules["normal"] * np.median(residuals[trusted > 0])
        deviation = max(deviation, rules["min_deviation"] * radii.mean())
        weights = trusted / np.maximum(1, residuals / (rules["outlier"] * deviation)) ** 2
    return np.maximum(fitted, 1)


def largest_piece(plane):
    count, numbers, statistics, _ = cv2.connectedComponentsWithStats(plane.astype(np.uint8), connectivity=8)
    return plane if count <= 2 else numbers == 1 + np.argmax(statistics[1:, cv2.CC_STAT_AREA])
