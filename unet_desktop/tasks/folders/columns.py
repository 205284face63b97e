"""Columns: the columns of a folder run's tables, each with kind, unit and meaning."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.measure import cup_and_disc
from unet_desktop.masks.rim import HOURS
from unet_desktop.safe_text import escape_controls

Row = Mapping[str, object]
"""Column names to values: text, int, float or bool; a missing value is None, NaN or no entry."""
_SURROGATE = re.compile("[\ud800-\udfff]")
Cell = str | int | float | bool | None


class Kind(StrEnum):
    """Type of all values of a column."""

    TEXT = "text"
    WHOLE = "whole number"
    NUMBER = "number"
    FLAG = "true or false"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        name: its heading, ending in the unit if there is one.
        kind: type of its values.
        unit: such as "px", or empty.
        meaning: in words, for people.
    """

    name: str
    kind: Kind
    unit: str
    meaning: str

    def cell(self, row: Row) -> Cell:
        """The row's value in this column, of the column's kind; None if it is missing.

        Raises:
            ValueError: the value is of another kind.
        """
        value = row.get(self.name)
        if value is None or value == "" or (isinstance(value, float) and not math.isfinite(value)):
            return None
        match self.kind, value:
            case Kind.TEXT, str():
                return _writable(value)
            case Kind.FLAG, bool():
                return value
            case Kind.WHOLE, int() if not isinstance(value, bool):
                return value
            case Kind.NUMBER, int() | float() if not isinstance(value, bool):
                return float(value)
        raise ValueError(f"{self.name} is not of kind {self.kind}: {value!r}")


def _flags(labels: LabelSet) -> Iterator[Column]:
    """Flags of what the labels have; picture quality is measured around a disc alone."""
    located = labels.location_label()
    yield Column("flag_not_found", Kind.FLAG, "", "nothing of what the model looks for first was found")
    if located is not None:
        name = located.name
        yield Column("flag_several", Kind.FLAG, "", f"another place looks much like the {name}, too")
        field = " or of its field of view" if labels.shows_eye() else ""
        yield Column("flag_cut", Kind.FLAG, "", f"the {name} is cut by the border of the picture{field}")
    if located is not None:
        yield Column("flag_stereo", Kind.FLAG, "", "two pictures in one image, such as a stereo pair")
        half = "the one of them that was segmented: left, right, top or bottom; empty where all of the picture was"
        yield Column("half", Kind.TEXT, "", half)
    yield Column("flag_unfamiliar", Kind.FLAG, "", "the picture is unlike those that the model was trained on")
    if labels.shows_eye():
        how = "how: framing, camera, camera and framing, or not a fundus photograph; empty where it is not known"
        yield Column("unfamiliar_kind", Kind.TEXT, "", how)
    has_quality = cup_and_disc(labels) is not None
    if has_quality:
        yield Column("flag_poor_quality", Kind.FLAG, "", "blurred, too dark or overexposed where it matters")
    yield Column("flags", Kind.TEXT, "", "all of these in words; empty when there is nothing to say")
    if has_quality:
        yield from _QUALITY


def column_part(label: Label) -> str:
    """A label's name as part of its columns' names."""
    return label.name.replace(" ", "_")


def columns(labels: LabelSet, *, identifiers: bool = False, graded: bool = False) -> tuple[Column, ...]:
    """All columns of a folder run, in order.

    Args:
        labels: of the model.
        identifiers: include patient and study of DICOM files.
        graded: include what people measure in a case of a project: fovea and axial length.
    """
    pair = cup_and_disc(labels)
    found = [*_PICTURE, *(_EYE if labels.shows_eye() else ()), *(_IDENTIFIERS if identifiers else ()), *_FOUND]
    if pair is not None:
        found += [*_ratios(), *_rim(), *_DISC, *(_GRADED if graded else ())]
    for label in labels:
        found += _sizes(label)
    return (*found, *_flags(labels), *_ORIGIN)


def _sizes(label: Label) -> Iterator[Column]:
    part, name = column_part(label), label.name
    for what, meaning in (
        ("height", f"rows from the first to the last of the {name}"),
        ("width", f"columns from the first to the last of the {name}"),
    ):
        yield Column(f"{part}_{what}_px", Kind.WHOLE, "px", meaning)
        yield Column(f"{part}_{what}_mm", Kind.NUMBER, "mm", f"the same, where the size of a pixel is known: {what}")
    yield Column(f"{part}_area_px", Kind.WHOLE, "px²", f"pixels of the {name} and of all inside it")
    yield Column(f"{part}_area_mm2", Kind.NUMBER, "mm²", "the same, where the size of a pixel is known: area")
    yield Column(f"{part}_expected_dice", Kind.NUMBER, "", f"Dice that the {name} is expected to have, 0 to 1")


def _ratios() -> Iterator[Column]:
    name = "vertical_cup_to_disc_ratio"
    yield Column(name, Kind.NUMBER, "", "height of the cup's bounding box over the disc's; 0 without a cup")
    yield Column(f"{name}_low", Kind.NUMBER, "", "lower end of the interval in which it probably lies")
    yield Column(f"{name}_high", Kind.NUMBER, "", "upper end of that interval")
    yield Column("horizontal_cup_to_disc_ratio", Kind.NUMBER, "", "the same of the widths")
    yield Column("area_cup_to_disc_ratio", Kind.NUMBER, "", "the same of the areas")


def _rim() -> Iterator[Column]:
    least = "thinnest_rim_to_disc_ratio"
    yield Column(least, Kind.NUMBER, "", "least width of the rim over the disc's diameter in the same axis")
    yield Column("thinnest_rim_oclock", Kind.WHOLE, "hour", "where that is, 1 to 12 as the picture is seen")
    yield Column(
        "isnt_rule", Kind.TEXT, "", 'kept, no rim, or what is too wide, such as "N > S"; says where the eye is a guess'
    )
    yield Column("ist_rule", Kind.TEXT, "", "the same without the nasal side")
    turned = "to what the quadrants are turned: picture (its upright), or fovea (the axis from the disc to it)"
    yield Column("rim_quadrants_from", Kind.TEXT, "", turned)
    for side in ("inferior", "superior", "nasal", "temporal"):
        what = f"mean width of the rim in the 90 degrees round {side}"
        yield Column(f"rim_{side}_px", Kind.NUMBER, "px", what)
        yield Column(f"rim_{side}_mm", Kind.NUMBER, "mm", "the same, where the size of a pixel is known")
    for side in ("left", "right"):
        yield Column(f"rim_{side}_px", Kind.NUMBER, "px", f"the same round {side} in the picture, whichever eye it is")
    for hour in range(1, HOURS + 1):
        what = f"mean width of the rim in the 30 degrees round {hour} o'clock"
        yield Column(f"rim_{hour}_oclock_px", Kind.NUMBER, "px", what)
        yield Column(f"rim_{hour}_oclock_to_disc_ratio", Kind.NUMBER, "", "the same over the disc's diameter there")


_DISC = (
    Column("rim_absent_degrees", Kind.NUMBER, "degree", "of the circumference, in which the rim is below a pixel wide"),
    Column(
        "ddls", Kind.WHOLE, "", "stage of the disc damage likelihood scale, 1 to 10; empty if the size is not known"
    ),
    Column("disc_vertical_diameter_mm", Kind.NUMBER, "mm", "height of the disc by disc_size_source"),
    Column("disc_size", Kind.TEXT, "", "small (below 1.5 mm), average, or large (above 2 mm)"),
    Column("disc_size_source", Kind.TEXT, "", "axial length, pixel spacing, or fovea distance (guess)"),
)
_GRADED = (
    Column("fovea_x_px", Kind.NUMBER, "px", "the fovea as a person placed it, from the picture's left border"),
    Column("fovea_y_px", Kind.NUMBER, "px", "the same from the upper border"),
    Column("disc_fovea_distance_px", Kind.NUMBER, "px", "from the disc's centroid to the fovea"),
    Column("disc_fovea_angle_degrees", Kind.NUMBER, "degree", "by which the fovea lies above the disc's centroid"),
    Column("axial_length_mm", Kind.NUMBER, "mm", "of the eye, as a person noted it"),
)
_PICTURE = (
    Column("image", Kind.TEXT, "", "the picture, below the folder that was segmented"),
    Column("mask", Kind.TEXT, "", "its mask, below the output folder"),
    Column("height_px", Kind.WHOLE, "px", "height of the picture"),
    Column("width_px", Kind.WHOLE, "px", "width of the picture"),
    Column("pixel_height_mm", Kind.NUMBER, "mm", "height that a pixel shows, where the file says it"),
    Column("pixel_width_mm", Kind.NUMBER, "mm", "width that a pixel shows, where the file says it"),
)
_EYE = (
    Column("eye", Kind.TEXT, "", "right, left, or empty when it is not clear"),
    Column("eye_from", Kind.TEXT, "", "what says so: file (DICOM), file name, project, fovea, or picture (a guess)"),
)
_IDENTIFIERS = (
    Column("patient", Kind.TEXT, "", "DICOM Patient ID, or a hash of it"),
    Column("study", Kind.TEXT, "", "DICOM Study Instance UID, or a hash of it"),
)
_FOUND = (
    Column("found", Kind.FLAG, "", "there is anything in the mask"),
    Column("confidence", Kind.NUMBER, "", "mean expected Dice times how sure the place is, 0 to 1"),
    Column("uncertainty_bits", Kind.NUMBER, "bit", "mean entropy of the pixels in the box round what was found"),
)
_QUALITY = (
    Column("sharpness", Kind.NUMBER, "", "of the disc's surroundings; below the limit it counts as blurred"),
    Column("brightness", Kind.NUMBER, "", "mean of the brightest channel there, 0 to 255"),
    Column("overexposed_share", Kind.NUMBER, "", "pixels there that are white, 0 to 1"),
)
_ORIGIN = (
    Column("sha256", Kind.TEXT, "", "fingerprint of the file's content"),
    Column("note", Kind.TEXT, "", "what decoding the picture or naming its files had to decide"),
    Column("model_name", Kind.TEXT, "", "file name of the model"),
    Column("model", Kind.TEXT, "", "its fingerprint: first 16 digits of the SHA-256 of its weights"),
    Column("program", Kind.TEXT, "", "name and version of this program"),
    Column("seconds", Kind.NUMBER, "s", "from reading the picture to all that is written of it"),
)


PROBLEMS = (
    Column("image", Kind.TEXT, "", "the picture, below the folder that was segmented"),
    Column("problem", Kind.TEXT, "", "why it failed, in words"),
)
"""Columns of the table of failures."""


def _writable(text: str) -> str:
    """Escape what cannot be encoded as UTF-8, which file names may contain."""
    return text if text.isascii() else _SURROGATE.sub(lambda found: escape_controls(found[0]), text)
