"""The words and numbers of the Measure panel."""

from __future__ import annotations

import math

from unet_desktop.gui.widgets.durations import group_digits
from unet_desktop.images.laterality import Eye
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.ddls import STAGES, DiscRating
from unet_desktop.masks.measure import COVERS, Extent, Measurement
from unet_desktop.masks.rim import NO_RIM, THIN, FoveaAxis, Quadrant, Rim, order_violations

_MINUS = "\N{MINUS SIGN}"
_NOTHING = "–"

EYES = {Eye.RIGHT: "Right eye (OD)", Eye.LEFT: "Left eye (OS)", Eye.UNKNOWN: "Eye not known"}
GUESSED = {Eye.RIGHT: "Right eye (guessed)", Eye.LEFT: "Left eye (guessed)"}


def empty_text(measurement: Measurement | None, labels: LabelSet | None) -> str:
    """What to do to get a measurement; empty when there is one."""
    if measurement is None or labels is None:
        return "Open a case to measure it."
    if measurement.ratios is None:
        return "" if any(extent.area for extent in measurement.extents) else "Draw something to measure it."
    if measurement.rim is None:
        return "Draw disc and cup to measure them."
    return "" if measurement.rim.has_cup else "Draw the cup to measure the rim."


def fragmented_text(fragmented: tuple[tuple[Label, int], ...]) -> str:
    """A warning that only the largest pieces are measured, and what to do; empty when each label is in one piece."""
    if not fragmented:
        return ""
    pieces = " and ".join(f"{label.name} in {count}" for label, count in fragmented)
    return f"In pieces ({pieces}): only the largest is measured. The Region menu keeps it and erases the others."


def covered_text(now: Measurement | None, labels: LabelSet | None) -> str:
    """What to do if the cup covers about all of the disc, as it does when one label was painted for another; or empty.

    See `COVERS`.
    """
    if now is None or labels is None or now.cup is None or now.disc is None or not now.vertical >= COVERS:
        return ""
    cup, disc = labels.labels[now.cup], labels.labels[now.disc]
    return (
        f"The {cup.name} covers the {disc.name}: everything is painted as {cup.name}. If that is not meant, undo, "
        f"choose {disc.name} ({now.disc + 1}) and paint again, or paint the {disc.name} around it."
    )


def ratio_text(ratio: float) -> str:
    """A cup-to-disc ratio."""
    return _NOTHING if math.isnan(ratio) else f"{ratio:.2f}"


def vertical_text(now: Measurement) -> str:
    """The vertical ratio as text; none without a cup, although folders' tables count it as 0."""
    return ratio_text(now.vertical) if _has_cup(now) else _NOTHING


def changes_text(now: Measurement, opened: Measurement | None, accepted: Measurement | None) -> str:
    """How the vertical ratio changed since the case was opened and since a proposal was accepted, a line each."""
    if not _has_cup(now):
        return "no cup drawn"
    changes = (change_text(now, opened, "opened"), change_text(now, accepted, "the proposal"))
    return "\n".join(change for change in changes if change) or "not measured when opened"


def change_text(now: Measurement, before: Measurement | None, since: str) -> str:
    """How the vertical ratio changed, such as "+0.04 since opened"; empty where there is nothing to compare with."""
    if before is None or not _has_cup(before) or not _has_cup(now):
        return ""
    # Of the figures as they are shown, or 0.62 might have become 0.63 by "+0.00".
    change = round(now.vertical, 2) - round(before.vertical, 2)
    return f"{'±' if abs(change) < 0.005 else '+' if change > 0 else _MINUS}{abs(change):.2f} since {since}"


def thinnest_text(rim: Rim) -> str:
    """The least rim-to-disc ratio and where it is, and how much of the rim is absent."""
    if not rim.has_rim:
        return NO_RIM
    ratio, hour = rim.thinnest
    absent = f", absent for {rim.absent_degrees:.0f}°" if rim.absent_degrees else ""
    return f"{ratio:.2f} at {hour} o’clock{absent}"


def stage_text(rating: DiscRating) -> str:
    """The stage of the disc damage likelihood scale and the size of the disc that it rests on, marked if a guess."""
    if rating.scale is None or rating.size is None:
        lowest, highest = min(rating.stages.values()), max(rating.stages.values())
        return f"{lowest} to {highest}: disc size not known"
    if rating.scale.guessed:
        return f"{rating.stage} of {STAGES}, a guess ({rating.size} disc, about {rating.height_mm:.2f} mm)"
    return f"{rating.stage} of {STAGES} ({rating.size} disc, {rating.height_mm:.2f} mm)"


def short_stage_text(rating: DiscRating) -> str:
    """The same in two short lines, for under the plot, which has room for the first alone where it is small."""
    if rating.scale is None or rating.size is None:
        lowest, highest = min(rating.stages.values()), max(rating.stages.values())
        return f"DDLS {lowest} to {highest}?\ndisc size not known"
    if rating.scale.guessed:
        return f"DDLS {rating.stage} (guess)\n{rating.size} disc, about {rating.height_mm:.2f} mm"
    return f"DDLS {rating.stage} of {STAGES}\n{rating.size} disc, {rating.height_mm:.2f} mm"


def stage_tip(rating: DiscRating) -> str:
    """What the scale is, the stage for each size of the disc, and by what the size is known."""
    stages = ", ".join(f"{stage} if {size}" for size, stage in rating.stages.items())
    source = "not known; place the fovea for a guess" if rating.scale is None else f"by {rating.scale.source}"
    return f"{stage_text(rating)}. {TIPS['ddls']}. This rim: {stages}. Disc size: {source}."


def fovea_text(axis: FoveaAxis, eye: Eye, mm_per_pixel: float | None) -> str:
    """Where the fovea is as seen from the disc, and what that turns."""
    distance = f"{length_text(axis.length, mm_per_pixel)} {'px' if mm_per_pixel is None else 'mm'}"
    if axis.eye is Eye.UNKNOWN:
        return f"{distance}, not beside the disc: quadrants as in the picture"
    if eye not in {Eye.UNKNOWN, axis.eye}:
        return f"{distance}, on the nasal side of a {eye} eye: check eye and fovea"
    tilt = round(axis.tilt)
    level = "level" if not tilt else f"{abs(tilt)}° {'above' if tilt > 0 else 'below'}"
    return f"{distance}, {level}; quadrants turned"


def rule_text(
    rim: Rim,
    eye: Eye,
    rule: str,
    *,
    guessed: bool = False,
    turned: dict[Quadrant, float] | None = None,
) -> str:
    """Whether the rim satisfies the rule, and if not, what is too wide; marked if the eye is only a guess.

    Args:
        rim: to judge.
        eye: which eye it is.
        rule: such as "ISNT".
        guessed: the eye is a guess.
        turned: mean widths by the fovea, which count instead of those by the eye.
    """
    quadrants, guessed = (rim.quadrants(eye), guessed) if turned is None else (turned, False)
    if not rim.has_rim:
        return NO_RIM
    if quadrants is None:
        return "choose the eye above"
    wrong = order_violations(quadrants, rule)
    verdict = "satisfied" if not wrong else "violated: " + ", ".join(f"{one} > {other}" for one, other in wrong)
    return f"{verdict} (eye guessed)" if guessed else verdict


def quadrant_texts(
    rim: Rim,
    eye: Eye,
    mm_per_pixel: float | None,
    *,
    guessed: bool = False,
    turned: dict[Quadrant, float] | None = None,
) -> list[tuple[str, str]]:
    """(letter or side, mean rim width) of the four quadrants; nasal and temporal with "?" if the eye is a guess.

    `turned` are the widths by the fovea, which count instead of those by the eye.
    """
    if turned is not None:
        return [(letter, length_text(turned[Quadrant(letter)], mm_per_pixel)) for letter in "ISNT"]
    up, right, down, left = rim.sides
    nasal, temporal = ("N?", "T?") if guessed else ("N", "T")
    sides = {Eye.RIGHT: (nasal, temporal), Eye.LEFT: (temporal, nasal), Eye.UNKNOWN: ("right", "left")}[eye]
    named = {"I": down, "S": up, sides[0]: right, sides[1]: left}
    order = ["I", "S", *([nasal, temporal] if eye is not Eye.UNKNOWN else ["left", "right"])]
    return [(name, length_text(named[name], mm_per_pixel)) for name in order]


def size_texts(extent: Extent, mm_per_pixel: float | None) -> tuple[str, str, str]:
    """Height, width and area of a region."""
    if extent.area == 0:
        return (_NOTHING,) * 3
    return (
        length_text(extent.height, mm_per_pixel),
        length_text(extent.width, mm_per_pixel),
        group_digits(extent.area) if mm_per_pixel is None else f"{extent.area * mm_per_pixel**2:.2f}",
    )


def length_text(pixels: float, mm_per_pixel: float | None) -> str:
    """A length in the unit that `unit_text` names."""
    return group_digits(round(pixels)) if mm_per_pixel is None else f"{pixels * mm_per_pixel:.2f}"


def unit_text(mm_per_pixel: float | None) -> str:
    """The units of lengths and areas."""
    return "px, px²" if mm_per_pixel is None else "mm, mm²"


def hour_text(rim: Rim, hour: int, mm_per_pixel: float | None) -> str:
    """The rim at an hour from 1 to 12, in words."""
    width = length_text(float(rim.hours[hour % 12]), mm_per_pixel)
    unit = "px" if mm_per_pixel is None else "mm"
    ratio = float(rim.hour_ratios[hour % 12])
    thin = f", thin (below {THIN:.1f})" if rim.has_cup and ratio < THIN else ""
    return f"{hour} o’clock: rim {width} {unit} wide, {ratio:.2f} of the disc’s diameter{thin}"


def spoken_hours(rim: Rim) -> str:
    """All hours' rim-to-disc ratios, for screen readers."""
    ratios = rim.hour_ratios
    return "Rim to disc ratio by clock hour: " + ", ".join(f"{hour}: {ratios[hour % 12]:.2f}" for hour in range(1, 13))


def _has_cup(measurement: Measurement) -> bool:
    return measurement.rim is not None and measurement.rim.has_cup


TIPS = {
    "vertical": "Height of the cup’s bounding box over the height of the disc’s (Orlando et al. 2020, REFUGE, 3.3)",
    "height": "Rows from the first to the last pixel of the region; the ratio is cup over disc",
    "width": "Columns from the first to the last pixel of the region; the ratio is cup over disc",
    "area": "Pixels of the region, the disc’s with those of its cup; the ratio is cup over disc",
    "thinnest": "The narrowest rim over the disc’s diameter in the same axis, from the disc’s centroid "
    "(disc damage likelihood scale, Henderer 2006); hours as you see the picture",
    "ddls": "Disc damage likelihood scale, 1 to 10, by the thinnest or absent rim and the disc’s vertical diameter: "
    "small below 1.5 mm, large above 2 mm (Henderer 2006, table 1)",
    "fovea": "From the disc’s centroid to the fovea, which the tool Fovea places. The quadrants are turned to it, "
    "the clock hours are not.",
    "ISNT": "A normal rim is widest inferiorly, then superiorly, nasally, temporally (Jonas et al. 1988); "
    "many normal eyes violate it. Differences below one pixel do not count.",
    "IST": "The same without the nasal side: far more normal eyes satisfy it than the ISNT rule",
    "quadrants": "Mean rim width in the 90° around each direction: inferior, superior, nasal, temporal",
    "plot": "The disc as a circle, the cup inside it; hours as you see the picture. Point at an hour for its values.",
}
"""The meaning of each value, for its tooltip."""
