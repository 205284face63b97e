"""Import pictures, and masks made by other programs, into a project; and preview such an import."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from unet_desktop import files
from unet_desktop.engine.events import Message
from unet_desktop.errors import ImageError, MaskError, UserError, WriteError
from unet_desktop.images.dicom_facts import common_pixel_size, read_facts
from unet_desktop.images.listing import list_others
from unet_desktop.images.read import KINDS, Pixels, count_frames_of_animation, count_pages
from unet_desktop.labels import LabelSet
from unet_desktop.masks.foreign import read_matching_mask
from unet_desktop.masks.overlay import draw_thumbnail
from unet_desktop.masks.pairs import Pairs, find_pairs
from unet_desktop.project.case import UNCORRECTED, Case
from unet_desktop.project.project import Project
from unet_desktop.tasks.events import ImportEvent, ItemDone

_BESIDE = (
    "It is named like the mask of a picture beside it, so no case was made of it. To use such masks, import again and "
    "give this folder as the folder of masks too."
)


def import_images(
    root: Path, source: Path, *, copy: bool = True, masks: Path | None = None, recursive: bool = False
) -> Iterator[ImportEvent]:
    """Make a case of each picture of a folder (or of one picture); existing cases are skipped.

    Args:
        root: the project's folder.
        source: a folder of pictures, or one picture.
        copy: copy the pictures into the project, or refer to them where they are.
        masks: a folder of masks named like the pictures (`photo.jpg` and `photo.png` or `photo_OD.tif`), which may be
            the pictures' own folder, or None.
        recursive: search sub-folders.

    Yields:
        one event per picture; a picture whose mask does not fit is not imported, and the event says why. Then one event
        for each mask among the pictures that was not asked for: it becomes no case. Then one for each file that may be
        a picture of an unsupported kind; texts and the like are named in a message. If the pictures are the project's
        first and all of them (DICOM) state the same pixel size, the project measures in millimetres, and a message says
        so.

    Raises:
        UserError: before the first event, if project, folder or masks cannot be used at all.
    """
    project = Project.open(root)
    pairs = find_pairs(source, masks, project.labels, recursive=recursive)
    others, texts = ([], []) if source.is_file() else list_others(source, recursive=recursive)
    total = len(pairs.pictures) + len(pairs.stray_masks) + len(others)
    known = project.cases_by_hash()
    spacings = None if known or project.mm_per_pixel is not None else list[tuple[float, float] | None]()
    with project.adding_many():
        for done, path in enumerate(pairs.pictures, 1):
            try:
                mask = pairs.mask_of(path)
                note = _import_one(project, path, copy, mask, known)
                if masks is not None and mask is None:
                    note = f"{note} There is no mask with its name.".strip()
                if spacings is not None:
                    spacings.append(read_facts(path).spacing)
                yield ItemDone(path.name, done, total, note=note, problem=_name_pages_left_out(path))
            except WriteError:  # the disk is full or read-only: the rest would fail too
                raise
            except UserError as error:
                yield ItemDone(path.name, done, total, problem=str(error))
    for done, path in enumerate(pairs.stray_masks, len(pairs.pictures) + 1):
        yield ItemDone(path.name, done, total, note=_BESIDE)
    for done, path in enumerate(others, len(pairs.pictures) + len(pairs.stray_masks) + 1):
        yield ItemDone(path.name, done, total, problem=_explain_suffix(path))
    if texts:
        names = ", ".join(path.name for path in texts)
        yield Message(f"Not pictures, so passed over: {names}.")
    scale = common_pixel_size(spacings or ())
    if scale is not None:
        project.set_scale(scale)
        yield Message(f"All pictures state that a pixel is {scale * 1000.0:.4g} µm, so sizes are in millimetres.")


def _name_pages_left_out(path: Path) -> str:
    """Return a sentence if only the first page or frame of a file was imported."""
    if (pages := count_pages(path)) > 1:
        return f"{path}: only the first of its {pages} pages was imported. Save the others as files to import them."
    if (frames := count_frames_of_animation(path)) > 1:
        return f"{path}: only the first of its {frames} frames was imported. Save the others as files to import them."
    return ""


def _explain_suffix(path: Path) -> str:
    if not path.suffix:
        return (
            f"{path} was passed over: its name has no suffix. If it is a picture, give it the suffix of its "
            "format, such as .jpg."
        )
    return (
        f"{path} was passed over: {path.suffix} is not the suffix of a format that this program reads ({KINDS}). "
        "Convert it, or give it the suffix of its format."
    )


def _import_one(project: Project, path: Path, copy: bool, mask_path: Path | None, known: dict[str, Case]) -> str:
    try:
        digest = files.sha256(path)
    except OSError as error:
        raise ImageError(f"{path} cannot be read ({error.strerror}).") from error
    foreign = None if mask_path is None else read_matching_mask(mask_path, project.labels, path)
    case = known.get(digest)
    if case is None:
        case = known[digest] = project.add_image(path, copy=copy)
        what = ""
    elif case.state not in UNCORRECTED:
        return "It is in the project already, with a mask."
    else:
        what = "It is in the project already."
    if foreign is None:
        return what
    known[digest] = project.save_mask(case.id, foreign.mask)
    return f"Mask: {foreign.mapping}."


LONGEST = 200
"""Pixels on the longer side of the preview."""


@dataclass(frozen=True, slots=True, eq=False)
class MaskPreview:
    """One mask as it would be imported.

    Attributes:
        name: of the mask's file, and of its picture.
        mapping: which value is read as which label, a sentence without full stop; empty if there is a problem.
        problem: why it cannot be imported, as a sentence; otherwise empty.
        pixels: the picture, small, with the mask's outline; None if there is a problem.
    """

    name: str
    mapping: str = ""
    problem: str = ""
    pixels: Pixels | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ImportPreview:
    """The pictures and masks that would be imported.

    Attributes:
        pictures: number of pictures.
        without: names of pictures without a mask.
        mask: the first mask, or what is wrong with it; None if there is none.
    """

    pictures: int
    without: tuple[str, ...]
    mask: MaskPreview | None


def preview_import(source: Path, masks: Path, labels: LabelSet, *, recursive: bool = False) -> ImportPreview:
    """Pair pictures and masks, and read the first mask.

    Raises:
        ImageError: a folder cannot be read or holds nothing.
    """
    pairs = find_pairs(source, masks, labels, recursive=recursive)
    without: list[str] = []
    first: Path | None = None
    for picture in pairs.pictures:
        if not pairs.has_mask(picture):
            without.append(picture.name)
        elif first is None:
            first = picture
    return ImportPreview(len(pairs.pictures), tuple(without), None if first is None else _preview(pairs, first, labels))


def _preview(pairs: Pairs, picture: Path, labels: LabelSet) -> MaskPreview | None:
    try:
        path = pairs.mask_of(picture)
    except MaskError as error:
        return MaskPreview(picture.name, problem=str(error))
    if path is None:
        return None
    name = f"{path.name} for {picture.name}"
    try:
        foreign = read_matching_mask(path, labels, picture)
        pixels = draw_thumbnail(picture, foreign.mask, labels, LONGEST)
    except UserError as error:
        return MaskPreview(name, problem=str(error))
    return MaskPreview(name, foreign.mapping, pixels=pixels)
