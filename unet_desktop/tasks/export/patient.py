"""A report of one patient on one page: both eyes side by side, as people drew them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from unet_desktop import __version__, files
from unet_desktop.errors import ProjectError, UserError
from unet_desktop.images.laterality import Eye
from unet_desktop.labels import LabelSet
from unet_desktop.masks.ddls import rate_disc
from unet_desktop.masks.measure import cup_and_disc
from unet_desktop.masks.rim import NO_RIM, RAYS, THIN, Rim, order_violations
from unet_desktop.plurals import name_some, quantity
from unet_desktop.project.case import UNCORRECTED, Case, CaseState
from unet_desktop.project.reader import ProjectReader
from unet_desktop.reports.close_ups import draw_close_up, label_outlines
from unet_desktop.reports.document import (
    Block,
    Columns,
    Document,
    Heading,
    Paragraph,
    Photograph,
    Table,
    TableColumn,
    TitledPlot,
)
from unet_desktop.reports.plots import RimRing
from unet_desktop.reports.render import render, require_libraries
from unet_desktop.tasks.events import ExportDone, ExportEvent, FileWritten, ItemDone
from unet_desktop.tasks.export.names import plain_names
from unet_desktop.tasks.export.one_case import DrawnCase, Known, read_case
from unet_desktop.tasks.own_files import refuse_foreign

KINDS = ("pdf", "html")
_SIDE = 420
"""Pixels of a close-up: sharp on paper at the size it has there."""
_EYES = {Eye.RIGHT: "Right eye (OD)", Eye.LEFT: "Left eye (OS)", Eye.UNKNOWN: "Eye not known"}
_LONGEST = 140
"""Characters of notes, and of all grades together."""
_MOST_PATIENTS = 8
_FOOTER = "For research use; not a medical device."


def export_patient(root: Path, patient: str, path: Path, *, replace: bool = False) -> Iterator[ExportEvent]:
    """Write a report of a patient's eyes, as PDF or HTML by the path's suffix.

    Of several pictures of an eye the approved one is shown, of several of these the one changed last.

    Raises:
        UserError: nothing of this patient can be shown, or the file must not be written; before the first event.
    """
    kind = path.suffix.lower().removeprefix(".")
    if kind not in KINDS:
        raise UserError(f"{path} is neither a PDF nor an HTML file. End its name in .pdf or .html.")
    require_libraries(kind)
    if not replace:
        refuse_foreign([path])
    project = ProjectReader.open(root)
    cases = find_cases(project, patient)
    return _write(project, cases, path, kind)


def find_cases(project: ProjectReader, patient: str) -> list[Case]:
    """Return the patient's cases that have a human mask.

    Raises:
        ProjectError: there are none.
    """
    wanted = patient.strip()
    known = {case.patient for case in project.cases() if case.patient}
    if wanted not in known:
        alike = [name for name in known if name.casefold() == wanted.casefold()]
        if len(alike) != 1:
            some = f" There are: {name_some(sorted(known), _MOST_PATIENTS)}." if known else ""
            raise ProjectError(f'The project has no patient "{wanted}".{some}')
        wanted = alike[0]
    cases = [case for case in project.cases() if case.patient == wanted and not case.damage]
    drawn = [case for case in cases if case.state not in UNCORRECTED]
    if not drawn:
        raise ProjectError(f"Nobody has corrected a picture of {wanted} yet. Correct one first.")
    return drawn


def _write(project: ProjectReader, cases: Sequence[Case], path: Path, kind: str) -> Iterator[ExportEvent]:
    known = Known(project.layout, project.labels, project.mm_per_pixel, degrees_per_pixel=project.degrees_per_pixel)
    read: list[DrawnCase] = []
    for done, named in enumerate(plain_names(_latest_first(cases), project.root), 1):
        problem = ""
        try:
            drawn = read_case(named, known)
            if not any(one.eye is drawn.eye for one in read):
                # Only what is shown is kept in memory.
                read.append(drawn)
        except UserError as error:
            problem = str(error)
        yield ItemDone(named.case.id, done, len(cases), problem, picture=named.source)
    if not read:
        raise ProjectError(f"No picture of {cases[0].patient} can be read, so there is no report.")
    read.sort(key=lambda one: list(_EYES).index(one.eye))
    document = patient_document(project, read, len(cases))
    files.make_folder(path.parent)
    files.write_chunks(path, render(document, kind))
    yield FileWritten("report", path)
    yield ExportDone(len(read), 0, 0)


def _latest_first(cases: Sequence[Case]) -> list[Case]:
    """Order cases: approved ones first, then those changed last."""
    latest = sorted(cases, key=lambda case: case.changed_at, reverse=True)
    return sorted(latest, key=lambda case: case.state is not CaseState.APPROVED)


def patient_document(project: ProjectReader, eyes: Sequence[DrawnCase], count: int) -> Document:
    """Make the report.

    Args:
        project: of the patient.
        eyes: what is shown, the right eye first.
        count: pictures of the patient that people corrected.
    """
    made = datetime.now(UTC)
    shown = "" if count == len(eyes) else f", {len(eyes)} of them shown"
    subtitle = " · ".join(
        (
            project.name,
            f"{quantity(count, 'corrected picture')}{shown}",
            f"{made.day} {made:%B %Y}",
            f"U-Net Desktop {__version__}",
        )
    )
    heads = (TableColumn("", share=1.5), *(TableColumn(_name_eye(eye), share=1.6) for eye in eyes))
    labels = project.labels
    rows = _rows(project, eyes)
    blocks: tuple[Block, ...] = (
        Columns(tuple(tuple(_eye_blocks(eye, labels)) for eye in eyes)),
        Table(heads, tuple(rows), dense=True),
        *_definitions(labels, eyes),
    )
    return Document(f"Patient {eyes[0].case.patient}", subtitle, blocks, f"{_FOOTER} People drew these outlines.")


def _name_eye(drawn: DrawnCase) -> str:
    return _EYES[drawn.eye] + (", guessed" if drawn.eye_from == "picture" else "")


def _eye_blocks(drawn: DrawnCase, labels: LabelSet) -> Iterator[Block]:
    yield Heading(_name_eye(drawn), 3)
    outlines = label_outlines(drawn.mask, labels)
    jpeg = draw_close_up(drawn.image.pixels, outlines, close=True, side=_SIDE)
    yield Photograph(jpeg, (_SIDE, _SIDE), f"{_name_eye(drawn)}: the photograph with its outlines", drawn.case.id)
    rim, found = drawn.found.rim, drawn.found
    if rim is not None and rim.has_cup and found.disc is not None and found.cup is not None:
        colours = labels.labels[found.disc].colour, labels.labels[found.cup].colour
        yield TitledPlot("Rim by clock hour", _ring(rim, drawn, *colours))


def _ring(rim: Rim, drawn: DrawnCase, disc: str, cup: str) -> RimRing:
    shares = tuple(float(inner / outer) if outer else 0.0 for inner, outer in zip(rim.cup, rim.disc, strict=True))
    ratios = rim.hour_ratios.tolist()
    words = ", ".join(f"{hour or 12} o'clock {ratio:.2f}" for hour, ratio in enumerate(ratios))
    nasal_is_right = drawn.eye.nasal_is_right
    letters = [(0, "S"), (6, "I")]
    if nasal_is_right is not None:
        letters += [(3, "N" if nasal_is_right else "T"), (9, "T" if nasal_is_right else "N")]
    thin = tuple(ratio < THIN for ratio in ratios)
    assert len(shares) == RAYS
    return RimRing(shares, thin, tuple(letters), disc, cup, f"Rim-to-disc ratio by clock hour: {words}")


def _rows(project: ProjectReader, eyes: Sequence[DrawnCase]) -> Iterator[tuple[str, ...]]:
    """The figures of the eyes side by side; rows that are empty for all of them are left out."""
    tables = [dict(_figures(eye, project)) for eye in eyes]
    for name in dict.fromkeys(name for table in tables for name in table):
        cells = [table.get(name, "") for table in tables]
        if any(cells):
            yield (name, *(cell or "–" for cell in cells))


def _figures(drawn: DrawnCase, project: ProjectReader) -> Iterator[tuple[str, str]]:
    case, found, labels, form = drawn.case, drawn.found, project.labels, project.form
    yield from _ratio_figures(drawn)
    for label, extent in zip(labels, found.extents, strict=True):
        name = f"{label.name[:1].upper()}{label.name[1:]}"
        sides, area = _sides(extent.height, extent.width, drawn), _area(extent.area, drawn)
        yield f"{name}: height × width, area", f"{sides}, {area}" if extent.area else ""
    yield from _rim_figures(drawn)
    yield from _rating_figures(drawn, project.degrees_per_pixel)
    grades = ((item, form.grade(item, case.grades)) for item in form.items)
    said = "; ".join(
        f"{item.question}: {_say(grade)} {item.unit}".strip() for item, grade in grades if grade is not None
    )
    yield "Grades", _shorten(said)
    yield "Axial length", "" if case.axial_length_mm is None else f"{case.axial_length_mm:.2f} mm"
    state = "incomplete: no cup drawn" if case.incomplete else case.state.value
    yield "State", f"{state}, flagged" if case.flagged else state
    changed = f"{case.changed_at[:16].replace('T', ' ')} UTC" if case.changed_at else ""
    yield "Reader, last change", ", ".join(filter(None, (case.changed_by, changed)))
    yield "Notes", _shorten(case.notes)


def _rating_figures(drawn: DrawnCase, degrees_per_pixel: float | None) -> Iterator[tuple[str, str]]:
    rating = rate_disc(
        drawn.found,
        mm_per_pixel=None if drawn.spacing is None else drawn.spacing[0],
        degrees_per_pixel=degrees_per_pixel,
        axial_length_mm=drawn.case.axial_length_mm,
        fovea=drawn.case.fovea,
    )
    if rating is None or rating.size is None or rating.scale is None:
        return
    stage = "" if rating.stage is None or drawn.case.incomplete else f"; DDLS {rating.stage} of 10"
    yield "Disc size", f"{rating.size.value}, by {rating.scale.source.value}{stage}"


def _shorten(text: str) -> str:
    """Cut text that would not leave the report on one page."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _say(grade: object) -> str:
    return ("yes" if grade else "no") if isinstance(grade, bool) else str(grade)


def _ratio_figures(drawn: DrawnCase) -> Iterator[tuple[str, str]]:
    ratios = drawn.found.ratios
    if ratios is None or math.isnan(ratios.vertical) or drawn.case.incomplete:
        return
    yield "Vertical cup-to-disc ratio", f"{ratios.vertical:.2f}"
    yield "Horizontal, area ratio", f"{ratios.horizontal:.2f}, {ratios.area:.2f}"


def _rim_figures(drawn: DrawnCase) -> Iterator[tuple[str, str]]:
    rim = drawn.found.rim
    if rim is None or not rim.has_cup:
        return
    ratio, hour = rim.thinnest
    yield "Thinnest rim", f"{ratio:.2f} of the diameter, at {hour} o'clock" if rim.has_rim else NO_RIM
    quadrants = rim.quadrants(drawn.eye)
    if quadrants is None:
        return
    unit, factor = _unit(drawn)
    digits = 0 if unit == "px" else 2
    widths = ", ".join(f"{name.value} {width * factor:.{digits}f}" for name, width in quadrants.items())
    yield "Rim by quadrant", f"{widths} {unit}"
    wrong = order_violations(quadrants, "ISNT")
    yield "ISNT rule", (", ".join(f"{one} > {other}" for one, other in wrong) or "kept") if rim.has_rim else NO_RIM


def _unit(drawn: DrawnCase) -> tuple[str, float]:
    """Return the unit of lengths and what a pixel is in it; millimetres if pixels are square and their size known."""
    if drawn.spacing is None or abs(drawn.spacing[0] - drawn.spacing[1]) > 0.01 * drawn.spacing[0]:
        return "px", 1
    return "mm", drawn.spacing[0]


def _sides(height: int, width: int, drawn: DrawnCase) -> str:
    if drawn.spacing is None:
        return f"{height} × {width} px"
    return f"{height * drawn.spacing[0]:.2f} × {width * drawn.spacing[1]:.2f} mm"


def _area(area: int, drawn: DrawnCase) -> str:
    if drawn.spacing is None:
        return f"{area:,} px"
    return f"{area * drawn.spacing[0] * drawn.spacing[1]:.2f} mm²"


def _definitions(labels: LabelSet, eyes: Sequence[DrawnCase]) -> Iterator[Block]:
    if cup_and_disc(labels) is None:
        return
    text = (
        "Cup-to-disc ratio: cup over disc, of the bounding boxes' heights (vertical), widths (horizontal) or of the "
        "areas, in the upright picture (Orlando et al. 2020, Medical Image Analysis 59, 101570). Rim: from cup to disc "
        "along rays from the disc's centre; thin (orange) below 0.1 of the diameter in the same axis (Henderer 2006, "
        "Br J Ophthalmol 90, 395). Quadrants: means over 90 degrees; I inferior, S superior, N nasal, T temporal. ISNT "
        "rule: I ≥ S ≥ N ≥ T. DDLS: disc damage likelihood scale, by the thinnest rim and the disc's size (Henderer)."
    )
    if any(eye.eye_from == "picture" for eye in eyes):
        text += " Which eye it is was guessed from the picture, so nasal and temporal may be exchanged."
    yield Paragraph(text, small=True)
