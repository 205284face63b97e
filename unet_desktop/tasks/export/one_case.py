"""Make everything that is exported of one case: its row and its files."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from unet_desktop import __version__, files
from unet_desktop.engine.data.unknown_labels import find_unknown
from unet_desktop.errors import ImageError, ProjectError, UserError
from unet_desktop.formats.dicom_seg import SUFFIX, SourceModel, dicom_segmentation
from unet_desktop.images.box import Box
from unet_desktop.images.burnt_in_text import looks_lettered
from unet_desktop.images.dicom_facts import read_facts
from unet_desktop.images.laterality import Eye, guess_eye_from_picture
from unet_desktop.images.read import Image, Pixels, read_image
from unet_desktop.images.stereo import find_halves
from unet_desktop.labels import LabelSet
from unet_desktop.masks.disc_size import find_scale
from unet_desktop.masks.file import read_mask
from unet_desktop.masks.measure import Measurement
from unet_desktop.masks.measurement_tracker import MeasurementTracker
from unet_desktop.masks.overlay import encode_png
from unet_desktop.masks.regions import Mask, is_annotated
from unet_desktop.masks.rim import fovea_axis
from unet_desktop.project.case import Case
from unet_desktop.project.corrections import Correction, find_correction
from unet_desktop.project.form import NO_FORM, Form
from unet_desktop.project.layout import Layout
from unet_desktop.project.predictions import FIRST_PROPOSAL
from unet_desktop.tasks.export.columns import export_columns
from unet_desktop.tasks.export.names import NamedCase
from unet_desktop.tasks.export.request import ExportRequest
from unet_desktop.tasks.export.training_sets import TrainingSets
from unet_desktop.tasks.folders.columns import column_part
from unet_desktop.tasks.folders.flags import Findings, Flags, StereoNote, find_flags
from unet_desktop.tasks.folders.mask_files import mask_files
from unet_desktop.tasks.folders.outcome import Outcome, Problem, Segmented
from unet_desktop.tasks.folders.row import FileFacts, mask_columns
from unet_desktop.tasks.grade_table import grade_cells

log = logging.getLogger("unet.tasks")

NO_MODEL = "first proposal, without a model"
"""Stands for a model's name where disc and cup were proposed by brightness and vessels."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the project, gathered once for all cases.

    Attributes:
        layout: of the project.
        labels: of its masks.
        mm_per_pixel: see `Manifest`; None if unknown.
        models: weights_sha256 to name.
        corrections: of cases by their ids.
        created: when cases came into the project, by their ids.
        degrees_per_pixel, form: see `Manifest`.
        training_sets: what is written for other programs.
        seen: which cases models were trained on, see `cases_seen`.
    """

    layout: Layout
    labels: LabelSet
    mm_per_pixel: float | None = None
    models: Mapping[str, str] = field(default_factory=dict)
    corrections: Mapping[str, Correction] = field(default_factory=dict)
    created: Mapping[str, str] = field(default_factory=dict)
    degrees_per_pixel: float | None = None
    form: Form = NO_FORM
    training_sets: TrainingSets | None = None
    seen: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def name_model(self, fingerprint: str) -> str:
        """Return what people call a model; empty for none."""
        if fingerprint == FIRST_PROPOSAL:
            return NO_MODEL
        return self.models.get(fingerprint, fingerprint[:16])


@dataclass(frozen=True, slots=True, eq=False)
class DrawnCase:
    """A case with its picture and what a person drew.

    Attributes:
        named: the case.
        image: its picture, as decoded.
        mask: (H, W) uint8, the human mask.
        found: measurements as the Measure panel shows them: of the largest piece of each unique label.
        in_pieces: names of unique labels that are in several pieces.
        eye: which eye it is.
        eye_from: "project", "fovea", "picture" for a guess, or empty.
        spacing: height and width of a pixel in millimetres; None if unknown.
    """

    named: NamedCase
    image: Image
    mask: Mask
    found: Measurement
    in_pieces: tuple[str, ...]
    eye: Eye
    eye_from: str
    spacing: tuple[float, float] | None

    @property
    def case(self) -> Case:
        """The case in the project."""
        return self.named.case


def read_case(named: NamedCase, known: Known) -> DrawnCase:
    """Read a case's picture and human mask, and measure the mask.

    Raises:
        ProjectError: its record is damaged. ImageError: the picture cannot be read, or is not the one that the mask
            was drawn on. MaskError: the mask is damaged or missing.
    """
    case = named.case
    if case.damage:
        raise ProjectError(case.damage)
    image = read_image(named.source)
    height, width = image.pixels.shape[:2]
    if (height, width) != (case.height, case.width):
        raise ImageError(
            f"{named.source} has {width} x {height} pixels, but {case.width} x {case.height} when its mask was drawn. "
            "Put the right picture back."
        )
    mask = read_mask(known.layout.mask(case.id), known.labels, (height, width))
    tracker = MeasurementTracker(mask, known.labels)
    found = tracker.measure_largest()
    eye, source = _find_eye(case, image.pixels, found)
    spacing = _find_spacing(named, known)
    in_pieces = tuple(label.name for label, _ in tracker.labels_in_pieces())
    return DrawnCase(named, image, mask, found, in_pieces, eye, source, spacing)


def try_case(named: NamedCase, known: Known, request: ExportRequest) -> Outcome:
    """Make what is exported of a case; whatever goes wrong becomes a `Problem`, so that it does not stop the rest."""
    try:
        return export_case(named, known, request)
    except UserError as error:
        return Problem(str(error))
    except Exception as error:
        log.exception("%s could not be exported", named.source)
        return Problem(
            f"{named.case.id} could not be exported ({type(error).__name__}: {error}). The log has the details."
        )


def export_case(named: NamedCase, known: Known, request: ExportRequest) -> Segmented:
    """Read, measure and encode a case; write nothing.

    Raises:
        UserError: see `read_case`.
    """
    started = time.perf_counter()
    drawn = read_case(named, known)
    hides = request.key_file is not None
    digest = files.sha256(named.source)
    row: dict[str, object] = {"image": named.picture.relative}
    if request.outputs.masks:
        row["mask"] = f"masks/{named.picture.name}.png"
    row |= _case_columns(drawn, known)
    row |= grade_cells(known.form, drawn.case.grades)
    facts = FileFacts(
        spacing=drawn.spacing,
        degrees_per_pixel=known.degrees_per_pixel,
        axial_length_mm=drawn.case.axial_length_mm,
        fovea=drawn.case.fovea,
    )
    row |= mask_columns(drawn.found, known.labels, drawn.mask.shape, facts, drawn.eye, drawn.eye_from)
    row["not_annotated_px"] = int(np.count_nonzero(~is_annotated(drawn.mask)))
    row |= {"found": _finds_anything(drawn.found)} | _flags(drawn, known.labels).columns(known.labels)
    row |= {"program": f"U-Net Desktop {__version__}", "sha256": "" if hides else digest}
    unknown = find_unknown(drawn.mask, known.labels, drawn.case.not_annotated)
    silent = ", ".join(label.name for label in known.labels if label.value in unknown)
    added = f"The mask says nothing of {silent}, added to the project later." if silent else ""
    notes = [drawn.image.note, _pieces_note(drawn), added, "" if digest == drawn.case.sha256 else _CHANGED]
    written = tuple(_files(drawn, known, request))
    if request.outputs.dicom_seg:
        segmentation, missing = _dicom_segmentation(drawn, known, who=request.outputs.identifiers == "keep")
        notes.append(missing)
        written += segmentation
    if hides and looks_lettered(drawn.image.pixels):
        notes.append(LETTERED)
    row["note"] = " ".join(filter(None, notes))
    if hides:  # the list of results holds rows whole, whatever columns the tables have
        named_nowhere = {column.name for column in export_columns(known.labels, known.form, pseudonyms=True)}
        row = {name: value for name, value in row.items() if name in named_nowhere}
    return Segmented(row | {"seconds": round(time.perf_counter() - started, 3)}, written)


def _files(drawn: DrawnCase, known: Known, request: ExportRequest) -> Iterator[tuple[str, bytes]]:
    picture, embeds = drawn.named.picture, request.key_file is not None
    png = encode_png(drawn.image.pixels) if request.pictures or request.training_sets else b""
    if request.pictures:
        where = f"pictures/{picture.name}.png"
        yield where, png
        picture, embeds = replace(picture, path=request.output / where), False
    yield from mask_files(picture, request.outputs, request.output, drawn.image, drawn.mask, known.labels, embed=embeds)
    if known.training_sets is not None:
        yield from known.training_sets.files(drawn.case, picture.name, png, drawn.mask)


LETTERED = "The picture looks like it has letters at its edge, perhaps a name: check it before you pass it on."
_CHANGED = "The picture's file is not the one that was imported."


def _pieces_note(drawn: DrawnCase) -> str:
    if not drawn.in_pieces:
        return ""
    return f"In several pieces, of which the largest is measured: {', '.join(drawn.in_pieces)}."


def _finds_anything(found: Measurement) -> bool:
    return any(extent.area for extent in found.extents)


def _flags(drawn: DrawnCase, labels: LabelSet) -> Flags:
    findings = Findings(_finds_anything(drawn.found))
    return find_flags(drawn.image.pixels, drawn.found, labels, findings, _stereo_note(drawn, labels))


def _stereo_note(drawn: DrawnCase, labels: LabelSet) -> StereoNote | None:
    """Which half of a picture of two photographs the unique label was drawn in."""
    located = labels.location_label()
    halves = None if located is None else find_halves(drawn.image.pixels)
    if located is None or halves is None:
        return None
    box = drawn.found.extents[labels.labels.index(located)].box
    for name, half in zip(halves.names, halves.boxes, strict=True):
        if not box.empty and half.intersection(box) == box:
            return StereoNote(name, half, f"{halves.what}: the {name} half is outlined")
    return StereoNote("", Box(0, 0, *drawn.mask.shape), halves.what)


def _find_spacing(named: NamedCase, known: Known) -> tuple[float, float] | None:
    """Return height and width of a pixel in millimetres, as the Measure panel finds them; None if unknown.

    A size that rests on the fovea's usual distance is a guess, which the columns of the disc's size alone may use.
    """
    scale = find_scale(degrees_per_pixel=known.degrees_per_pixel, axial_length_mm=named.case.axial_length_mm)
    if scale is not None:
        return scale.mm_per_pixel, scale.mm_per_pixel
    if known.mm_per_pixel is not None:
        return known.mm_per_pixel, known.mm_per_pixel
    return read_facts(named.source).spacing


def _find_eye(case: Case, pixels: Pixels, found: Measurement) -> tuple[Eye, str]:
    """Return which eye it is, and what says so: "project", "fovea", "picture" for a guess, or empty."""
    if case.eye is not Eye.UNKNOWN:
        return case.eye, "project"
    axis = None if found.rim is None else fovea_axis(found.rim, case.fovea)
    if axis is not None and axis.eye is not Eye.UNKNOWN:
        return axis.eye, "fovea"
    guessed = _guess_eye(pixels, found)
    return guessed, "" if guessed is Eye.UNKNOWN else "picture"


def _guess_eye(pixels: Pixels, found: Measurement) -> Eye:
    if found.rim is None or found.disc is None:
        return Eye.UNKNOWN
    diameter = 2.0 * float(np.sqrt(found.extents[found.disc].area / np.pi))
    return guess_eye_from_picture(pixels, found.rim.x, found.rim.y, diameter)


def _case_columns(drawn: DrawnCase, known: Known) -> dict[str, object]:
    case, named = drawn.case, drawn.named
    row: dict[str, object] = {
        "case": named.name,
        "patient": named.patient,
        "state": "incomplete" if case.incomplete else case.state.value,
        "flagged": case.flagged,
        "reader": named.reader,
        "changed": case.changed_at,
        "created": known.created.get(case.id, ""),
        "notes": case.notes,
        "no_cup": case.no_cup,
        "proposed_by": known.name_model(case.model),
        "proposed_by_model": "" if case.model == FIRST_PROPOSAL else case.model[:16],
    }
    correction = known.corrections.get(case.id) or find_correction(known.layout, known.labels, case, known.seen)
    return row | dict(_correction_columns(correction, known.labels))


def _correction_columns(correction: Correction | None, labels: LabelSet) -> Iterator[tuple[str, object]]:
    if correction is None:
        return
    if "dice" in correction.figures:
        yield "dice_to_proposal", round(correction.figures["dice"], 4)
    for label in labels:
        if (dice := correction.figures.get(f"dice/{label.name}")) is not None:
            yield f"{column_part(label)}_dice_to_proposal", round(dice, 4)
    yield "proposal_seen", correction.seen


def _dicom_segmentation(drawn: DrawnCase, known: Known, *, who: bool) -> tuple[tuple[tuple[str, bytes], ...], str]:
    """(path, content) of the segmentation if there is one, and why a DICOM file has none."""
    model = drawn.case.model
    origin = SourceModel(known.name_model(model), model, "SEMIAUTOMATIC") if model else SourceModel(by="MANUAL")
    try:
        content = dicom_segmentation(drawn.named.source, drawn.mask, known.labels, origin, who=who)
    except ImageError as error:
        return (), str(error)
    where = f"dicom_seg/{drawn.named.picture.name}{SUFFIX}"
    return () if content is None else ((where, content),), ""
