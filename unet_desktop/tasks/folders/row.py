"""A picture's row: its measurements, how far to trust them, and what they were made from."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from unet_desktop import __version__
from unet_desktop.checkpoint_header import CheckpointHeader
from unet_desktop.images.box import Box
from unet_desktop.images.dicom_facts import read_facts, read_identity
from unet_desktop.images.laterality import Eye, guess_eye_from_name, guess_eye_from_picture
from unet_desktop.labels import LabelSet
from unet_desktop.masks.ddls import rate_disc
from unet_desktop.masks.measure import Extent, Measurement, measure_box
from unet_desktop.masks.rim import HOURS, NO_RIM, Rim, fovea_axis, order_violations, quadrants_by_fovea
from unet_desktop.masks.trust import UncertaintyMap
from unet_desktop.tasks.folders.columns import column_part
from unet_desktop.tasks.folders.flags import Findings, StereoNote, find_flags
from unet_desktop.tasks.folders.inputs import Picture
from unet_desktop.tasks.folders.outputs import Outputs
from unet_desktop.tasks.folders.pseudonyms import pseudonym, read_key

if TYPE_CHECKING:
    from unet_desktop.engine.inference.segmenter import Prediction

NamedCell = tuple[str, object]
"""A column's name and its value."""

_EVEN = 0.01
"""Rim widths are given in millimetres only if the sides of a pixel differ by no more than this share."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a file states about its picture.

    Attributes:
        eye: which eye it shows.
        spacing: height and width of a pixel on the retina, in millimetres; None if not stated.
        degrees_per_pixel: the camera's factor, as people noted it for a project; None if not known.
        axial_length_mm, fovea: as people noted them for a case, see `Case`; None if they did not.
    """

    eye: Eye = Eye.UNKNOWN
    spacing: tuple[float, float] | None = None
    degrees_per_pixel: float | None = None
    axial_length_mm: float | None = None
    fovea: tuple[float, float] | None = None


def read_file_facts(picture: Picture, outputs: Outputs) -> FileFacts:
    """Read the pixel size and, if identifiers are asked for, which eye it is.

    Raises:
        ImageError: it cannot be read. OSError: of the file system.
    """
    facts = read_facts(picture.path, picture.page)
    return FileFacts(spacing=facts.spacing) if outputs.identifiers == "omit" else FileFacts(facts.eye, facts.spacing)


def identity_columns(picture: Picture, outputs: Outputs) -> dict[str, object]:
    """Patient and study of a DICOM file, or pseudonyms of them; empty if not asked for or not known.

    Raises:
        ImageError: the file cannot be read. UserError: there is no key for pseudonyms.
    """
    if outputs.identifiers == "omit":
        return {}
    who = read_identity(picture.path)
    found = {"patient": who.patient, "study": who.study}
    if outputs.identifiers == "hash" and any(found.values()):
        key = read_key()
        found = {kind: pseudonym(kind, identifier, key) for kind, identifier in found.items()}
    return {kind: identifier for kind, identifier in found.items() if identifier}


def measurement_columns(
    picture: Picture,
    pixels: NDArray[np.uint8],
    prediction: Prediction,
    labels: LabelSet,
    facts: FileFacts,
    stereo: StereoNote | None = None,
) -> dict[str, object]:
    """The measured columns of a picture; unknown values are left out.

    Args:
        picture: the picture.
        pixels: (H, W, 3) uint8 RGB.
        prediction: of these pixels.
        labels: of the model.
        facts: stated by the file.
        stereo: what was segmented of a picture that shows two photographs; None if it is one.
    """
    found = measure_box(prediction.mask, labels, prediction.box)
    eye, source = _find_eye(picture, pixels, found, facts) if labels.shows_eye() else (Eye.UNKNOWN, "")
    flags = find_flags(pixels, found, labels, Findings.of(prediction), stereo)
    return (
        mask_columns(found, labels, prediction.mask.shape, facts, eye, source)
        | {"found": prediction.found, "confidence": round(prediction.confidence, 4)}
        | dict(chain(_uncertainty(prediction, found), _trust(found, prediction, labels)))
        | flags.columns(labels)
    )


def mask_columns(
    found: Measurement, labels: LabelSet, shape: tuple[int, ...], facts: FileFacts, eye: Eye, source: str
) -> dict[str, object]:
    """The columns that follow from a mask alone, whoever made it; unknown values are left out.

    Args:
        found: measurements of the mask.
        labels: of the mask.
        shape: (height, width) of the picture.
        facts: known of the picture.
        eye: which eye it is.
        source: what says so, see the column eye_from.
    """
    row: dict[str, object] = {"height_px": shape[0], "width_px": shape[1]}
    if facts.spacing is not None:
        row |= {"pixel_height_mm": facts.spacing[0], "pixel_width_mm": facts.spacing[1]}
    if labels.shows_eye():
        row |= {"eye": eye.value, "eye_from": source}
    return row | dict(
        chain(
            _ratios(found),
            _rim(found.rim, eye, facts, guessed=source == "picture"),
            _disc(found, facts),
            *(_sizes(column_part(label), extent, facts) for label, extent in zip(labels, found.extents, strict=True)),
        )
    )


def origin_columns(header: CheckpointHeader, model_name: str) -> dict[str, object]:
    """The columns for model and program."""
    return {
        "model_name": model_name,
        "model": header.weights_sha256[:16],
        "program": f"U-Net Desktop {__version__}",
    }


def _find_eye(picture: Picture, pixels: NDArray[np.uint8], found: Measurement, facts: FileFacts) -> tuple[Eye, str]:
    """Which eye it is, and the source: "file", "file name", "picture" or empty."""
    if facts.eye is not Eye.UNKNOWN:
        return facts.eye, "file"
    named = guess_eye_from_name(picture.path.name)
    if named is not Eye.UNKNOWN:
        return named, "file name"
    if found.rim is None or found.disc is None:
        return Eye.UNKNOWN, ""
    diameter = 2.0 * math.sqrt(found.extents[found.disc].area / math.pi)
    guessed = guess_eye_from_picture(pixels, found.rim.x, found.rim.y, diameter)
    return guessed, "" if guessed is Eye.UNKNOWN else "picture"


def _uncertainty(prediction: Prediction, found: Measurement) -> Iterator[NamedCell]:
    box = Box(0, 0, 0, 0)
    for extent in found.extents:
        box = box.union(Box(extent.top, extent.left, extent.top + extent.height, extent.left + extent.width))
    known = prediction.trust.uncertainty
    if known is not None and not box.empty:
        yield "uncertainty_bits", round(_mean(known, box), 4)


def _mean(known: UncertaintyMap, box: Box) -> float:
    """Mean uncertainty in bits over the map's cells in the box; at least the cell in its middle."""
    height, width = known.plane.shape
    top, bottom = _cell_range(box.top, box.bottom, known.top, known.height / height, height)
    left, right = _cell_range(box.left, box.right, known.left, known.width / width, width)
    return float(known.plane[top:bottom, left:right].mean()) / 255.0


def _cell_range(first: int, end: int, start: float, step: float, count: int) -> tuple[int, int]:
    """Index range (first, end) of the map's cells whose centres lie between two picture coordinates."""
    low, high = (math.ceil((at - start) / step - 0.5) for at in (first, end))
    low = min(max(low, 0), count - 1)
    return low, min(max(high, low + 1), count)


def _ratios(found: Measurement) -> Iterator[NamedCell]:
    if found.ratios is None or math.isnan(found.ratios.vertical):
        return
    for name in ("vertical", "horizontal", "area"):
        yield f"{name}_cup_to_disc_ratio", round(getattr(found.ratios, name), 4)


def _trust(found: Measurement, prediction: Prediction, labels: LabelSet) -> Iterator[NamedCell]:
    known = prediction.trust
    if known.vcdr is not None and found.ratios is not None and not math.isnan(found.ratios.vertical):
        for end, ratio in zip(("low", "high"), known.vcdr, strict=True):
            yield f"vertical_cup_to_disc_ratio_{end}", round(ratio, 4)
    for label in labels:
        dice = known.expected_dice.get(label.name)
        if dice is not None:
            yield f"{column_part(label)}_expected_dice", round(dice, 4)


def _sizes(part: str, extent: Extent, facts: FileFacts) -> Iterator[NamedCell]:
    yield f"{part}_height_px", extent.height
    yield f"{part}_width_px", extent.width
    yield f"{part}_area_px", extent.area
    if facts.spacing is not None:
        down, across = facts.spacing
        yield f"{part}_height_mm", round(extent.height * down, 4)
        yield f"{part}_width_mm", round(extent.width * across, 4)
        yield f"{part}_area_mm2", round(extent.area * down * across, 4)


def _rim(rim: Rim | None, eye: Eye, facts: FileFacts, *, guessed: bool) -> Iterator[NamedCell]:
    """Rim widths, none without a cup; the rules depend on the eye and say so where that is a guess."""
    if rim is None or not rim.has_cup:
        return
    ratio, hour = rim.thinnest
    yield "thinnest_rim_to_disc_ratio", round(ratio, 4)
    yield "thinnest_rim_oclock", hour
    up, right, down, left = rim.sides
    sides = {"superior": up, "inferior": down}
    axis = fovea_axis(rim, facts.fovea)
    turned = None if axis is None else quadrants_by_fovea(rim, axis)
    quadrants = rim.quadrants(eye) if turned is None else turned
    if quadrants is not None:
        yield "rim_quadrants_from", "picture" if turned is None else "fovea"
        sides |= {side.name.lower(): width for side, width in quadrants.items()}
        for rule in ("ISNT", "IST"):
            wrong = order_violations(quadrants, rule)
            verdict = ", ".join(f"{one} > {other}" for one, other in wrong) or "kept"
            marked = f"{verdict} (eye guessed)" if guessed and turned is None else verdict
            yield f"{rule.lower()}_rule", marked if rim.has_rim else NO_RIM
    scale = _square_pixel(facts)
    for side, width in sides.items():
        yield f"rim_{side}_px", round(width, 2)
        if scale is not None:
            yield f"rim_{side}_mm", round(width * scale, 4)
    yield "rim_left_px", round(left, 2)
    yield "rim_right_px", round(right, 2)
    widths, ratios = rim.hours.tolist(), rim.hour_ratios.tolist()
    for hour in range(1, HOURS + 1):
        yield f"rim_{hour}_oclock_px", round(widths[hour % HOURS], 2)
        yield f"rim_{hour}_oclock_to_disc_ratio", round(ratios[hour % HOURS], 4)


def _disc(found: Measurement, facts: FileFacts) -> Iterator[NamedCell]:
    """The size of the disc, what follows from it, and what people noted of the eye."""
    if facts.axial_length_mm is not None:
        yield "axial_length_mm", facts.axial_length_mm
    if facts.fovea is not None:
        yield "fovea_x_px", round(facts.fovea[0], 2)
        yield "fovea_y_px", round(facts.fovea[1], 2)
    rating = rate_disc(
        found,
        mm_per_pixel=None if facts.spacing is None else facts.spacing[0],
        degrees_per_pixel=facts.degrees_per_pixel,
        axial_length_mm=facts.axial_length_mm,
        fovea=facts.fovea,
    )
    if rating is None:
        return
    if rating.axis is not None:
        yield "disc_fovea_distance_px", round(rating.axis.length, 2)
        yield "disc_fovea_angle_degrees", round(rating.axis.tilt, 2)
    if found.rim is not None and found.rim.has_cup:
        yield "rim_absent_degrees", round(found.rim.absent_degrees)
    if rating.scale is None or rating.height_mm is None or rating.size is None:
        return
    yield "disc_vertical_diameter_mm", round(rating.height_mm, 4)
    yield "disc_size", rating.size.value
    yield "disc_size_source", rating.scale.source.value
    if rating.stage is not None:
        yield "ddls", rating.stage


def _square_pixel(facts: FileFacts) -> float | None:
    """Side of a pixel in millimetres; None if unknown or if pixels are not square."""
    if facts.spacing is None:
        return None
    down, across = facts.spacing
    return (down + across) / 2.0 if abs(down - across) <= _EVEN * max(down, across) else None
