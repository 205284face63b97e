"""Import pictures, and masks made by other programs, into a project."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from unet_desktop import files
from unet_desktop.engine.events import Message
from unet_desktop.errors import ImageError, UserError, WriteError
from unet_desktop.images.dicom_facts import common_pixel_size, read_facts
from unet_desktop.images.file_kinds import name_kind
from unet_desktop.images.listing import Sources
from unet_desktop.images.read import (
    KINDS,
    count_frames_of_animation,
    count_pages,
    read_reduced,
    read_size,
)
from unet_desktop.images.stereo import can_be_two, find_halves
from unet_desktop.labels import LabelSet
from unet_desktop.links import open_to_read
from unet_desktop.masks.measure import cup_and_disc
from unet_desktop.masks.names import is_label_studio
from unet_desktop.masks.pairs import Pairs, list_annotations
from unet_desktop.plurals import name_some, quantity
from unet_desktop.project.case import UNCORRECTED, Case
from unet_desktop.project.project import Project
from unet_desktop.project.versions import VersionStep
from unet_desktop.safe_text import escape_controls
from unet_desktop.tasks.annotated_masks import AnnotatedMasks
from unet_desktop.tasks.changed_cases import CasesWritten
from unet_desktop.tasks.events import FileWritten, ImportEvent, ItemDone
from unet_desktop.tasks.import_events import MAX_NAMED, AnnotationsLeftOut, LeftWithoutMask, MasksLeftOut, MasksRead
from unet_desktop.tasks.import_notes import ImportNotes
from unet_desktop.tasks.mask_import import MaskSource, plan_import
from unet_desktop.tasks.mask_options import FIND_OUT, MaskOptions

_REDUCED = 800
"""Pixels on the longer side of pictures that are looked at for two photographs in one."""
_MAX_LOOKED_AT = 100
"""Texts beside pictures whose kind is looked up."""
_BESIDE = (
    "Its name is that of a mask of another picture here, so it was not imported as a picture. To use such masks, "
    "import again with this folder as the folder of masks too."
)


@dataclass(slots=True)
class _Import:
    """One import under way."""

    project: Project
    copy: bool
    masks: MaskSource
    known: dict[str, Case]
    without: list[str] = field(default_factory=list)
    incomplete: list[str] = field(default_factory=list)
    two: list[str] = field(default_factory=list)
    notes: ImportNotes = field(default_factory=ImportNotes)
    changed: list[Case] = field(default_factory=list)

    def list_written(self) -> Iterator[CasesWritten]:
        """Yield the cases that were added or got a mask, and are on disk now."""
        cases, self.changed = (*self.project.take_written(), *self.changed), []
        if cases:
            yield CasesWritten(cases)

    def look_at(self, picture: Path, root: Path, *, masks_wanted: bool) -> None:
        """Note that an imported picture shows two photographs, or has no mask, if it should have one."""
        self.two += [picture.name] if _shows_two(picture, self.project.labels) else []
        if masks_wanted and not self.masks.has_mask(picture):
            self.without.append(str(picture.relative_to(root)))


def import_images(
    root: Path,
    source: Path | Sequence[Path],
    *,
    copy: bool = True,
    masks: Path | None = None,
    recursive: bool = False,
    options: MaskOptions = FIND_OUT,
    only_masked: bool = False,
) -> Iterator[ImportEvent]:
    """Make a case of each picture of a folder, or of single pictures; existing cases are skipped.

    Args:
        root: the project's folder.
        source: a folder of pictures, or one picture, or several of both.
        copy: copy the pictures into the project, or refer to them where they are.
        masks: a folder of masks named like the pictures (see `masks.names`), or None.
        recursive: search subfolders.
        options: what somebody said about the masks.
        only_masked: leave out the pictures that have no mask, because only masks were asked for.

    Yields:
        how masks are read; one `ItemDone` per picture, which is not imported if its mask does not fit, per mask that
        was not asked for, and per file of an unsupported kind; `CasesWritten` about every second; `LeftWithoutMask`. If
        the pictures are the project's first and all (DICOM) state the same pixel size, the project measures in
        millimetres.

    Raises:
        UserError: before the first picture, if a folder cannot be used at all, or it must be asked what masks mean.
    """
    project = Project.open(root)
    plan = yield from plan_import(source, masks, project.labels, recursive=recursive, options=options)
    pairs = plan.pairs
    if masks is not None:
        plan.masks.ask()
        yield from map(MasksRead, plan.masks.sentences)
    pairs = pairs.choose(plan.masks.has_mask) if only_masked else pairs
    sources = Sources.of(source)
    others, texts = sources.list_others(recursive=recursive)
    total = len(pairs.pictures) + len(pairs.stray_masks) + len(others)
    work = _Import(project, copy, plan.masks, project.cases_by_hash())
    spacings = None if work.known or project.mm_per_pixel is not None else list[tuple[float, float] | None]()
    with project.adding_many():
        for done, path in enumerate(pairs.pictures, 1):
            try:
                note, problem = _import_one(work, path)
                work.look_at(path, sources.root, masks_wanted=masks is not None)
                if spacings is not None:
                    spacings.append(read_facts(path).spacing)
                yield ItemDone(path.name, done, total, note=note, problem=problem or _name_pages_left_out(path))
                yield from work.list_written()
            except WriteError:  # the disk is full or read-only: the rest would fail too
                raise
            except UserError as error:
                yield ItemDone(path.name, done, total, problem=str(error))
    yield from work.list_written()
    yield from (*map(Message, _describe_two(work.two)), *work.notes.messages())
    yield from _report_others(pairs, others, texts)
    yield from _report_masks(work, pairs, sources.root, masks)
    yield from _set_scale(project, spacings or ())


def _set_scale(project: Project, spacings: Sequence[tuple[float, float] | None]) -> Iterator[Message]:
    """Let the project measure in millimetres if all pictures state the same pixel size."""
    scale = common_pixel_size(spacings)
    if scale is not None:
        project.set_scale(scale)
        yield Message(f"All pictures state that a pixel is {scale * 1000.0:.4g} µm, so sizes are in millimetres.")


def _shows_two(path: Path, labels: LabelSet) -> bool:
    """Whether a picture shows two photographs; not whether it can be read, which was found out before."""
    if labels.location_label() is None:
        return False
    try:
        return can_be_two(*read_size(path)) and find_halves(read_reduced(path, _REDUCED)) is not None
    except ImageError:
        return False


def _describe_two(names: Sequence[str]) -> Iterator[str]:
    if names:
        shows = "1 picture shows" if len(names) == 1 else f"{len(names):,} pictures show"
        yield (
            f"{shows} two photographs, such as a stereo pair: {name_some(names, MAX_NAMED)}. Each is one case, and a "
            "model marks its clearer half. To correct both halves, save them as two files and import those instead."
        )


def _report_others(pairs: Pairs, others: Sequence[Path], texts: Sequence[Path]) -> Iterator[ImportEvent]:
    """Name the files that became no case."""
    total = len(pairs.pictures) + len(pairs.stray_masks) + len(others)
    rest = [(path, _BESIDE, "") for path in pairs.stray_masks] + [(path, "", _explain_other(path)) for path in others]
    for done, (path, note, problem) in enumerate(rest, len(pairs.pictures) + 1):
        yield ItemDone(path.name, done, total, note=note, problem=problem)
    if texts:
        kinds = [(path, name_kind(path) if len(texts) <= _MAX_LOOKED_AT else None) for path in texts]
        names = ", ".join(path.name + (f" ({kind})" if kind else "") for path, kind in kinds)
        yield Message(f"Not pictures, so passed over: {names}.")


def describe_incomplete(cases: Sequence[str], cup: str, disc: str) -> str:
    """Return a sentence that names cases with a disc and no cup."""
    count = quantity(len(cases), "case is", "cases are")
    return f"{count} incomplete: the {disc} is drawn, but no {cup}: {name_some(cases, MAX_NAMED)}."


def _name_pages_left_out(path: Path) -> str:
    """Return a sentence if only the first page or frame of a file was imported."""
    if (pages := count_pages(path)) > 1:
        return f"{path}: only the first of its {pages:,} pages was imported. Save the others as files to import them."
    if (frames := count_frames_of_animation(path)) > 1:
        return f"{path}: only the first of its {frames:,} frames was imported. Save the others as files to import them."
    return ""


def _explain_other(path: Path) -> str:
    if (kind := name_kind(path)) is not None:
        return f"{path} was passed over: it is {kind}, which this program does not read as a picture ({KINDS})."
    return f"{path} was passed over: it is not a picture of a kind that this program reads ({KINDS}). Convert it."


def _import_one(work: _Import, path: Path) -> tuple[str, str]:
    """Import a picture; returns what has to be said about it, and what is wrong with its mask."""
    project, known = work.project, work.known
    try:
        digest = files.sha256(path)
    except OSError as error:
        raise ImageError(f"{path} cannot be read ({error.strerror}).") from error
    foreign = work.masks.read_for(path)
    case = known.get(digest)
    if case is not None:
        work.notes.note_same(path, case)
    if case is None:
        case = known[digest] = project.add_image(path, copy=work.copy)
        what = ""
    elif (case := _as_it_is_now(project, case)).state not in UNCORRECTED:
        there = project.load_mask(case.id)
        if foreign is None or (there is not None and np.array_equal(there, foreign.mask)):
            return "It is in the project already, with a mask.", ""
        given = " and ".join(map(str, work.masks.files_of(path)))
        return "", (
            f"{path.name} is in the project already, with a mask that differs from {given}. The project's mask was "
            f"kept; correct it in the case {case.id}, or import into a new project."
        )
    else:
        what = "It is in the project already."
        if foreign is not None and project.layout.journal(case.id).exists():  # which the window has not saved yet
            return "", f"{case.id} is being corrected at the moment, so its mask was not replaced by {path.name}'s."
    if foreign is not None:
        known[digest] = case = project.save_mask(case.id, foreign.mask, step=VersionStep.IMPORTED)
        if what:
            work.changed.append(case)
        if case.incomplete:
            work.incomplete.append(case.id)
        work.notes.look_at(path, foreign.mask, project.labels)
        return " ".join(filter(None, (what, *foreign.notes))), foreign.problem
    return what, ""


def _as_it_is_now(project: Project, case: Case) -> Case:
    """Return a case as its files are: people work on cases while an import runs."""
    return case if project.is_adding(case.id) else project.refresh(case.id)


def _report_masks(work: _Import, pairs: Pairs, folder: Path, masks: Path | None) -> Iterator[ImportEvent]:
    """Name the masks that were not taken and the pictures without one."""
    if masks is None:
        return
    if isinstance(work.masks, AnnotatedMasks):
        yield from _report_annotations(work.masks)
    elif annotations := list_annotations(masks):
        names = "; ".join(f"{path.name} is {kind}" for path, kind in annotations[:MAX_NAMED])
        yield Message(f"Of the folder of masks, only pictures are read: {names}.")
    less_sure = {mask for mask, _ in pairs.less_sure}
    strangers = [path for path in pairs.unused if path not in less_sure]
    if strangers:
        names = name_some([f"{path.parent.name}/{path.name}" for path in strangers], MAX_NAMED)
        yield AnnotationsLeftOut((f"These masks belong to none of the pictures: {names}.",))
        if any(is_label_studio(path) for path in strangers):
            yield Message(
                "Label Studio names masks after its tasks. Put its JSON export beside them: it says which picture "
                "each task has."
            )
    named = [
        (mask.relative_to(masks).as_posix(), picture.relative_to(folder).as_posix(), pairs.has_mask(picture))
        for mask, picture in (*pairs.less_sure, *pairs.loose)
    ]
    left_out = tuple((mask, picture) for mask, picture, has_mask in named if has_mask)
    if left_out:
        yield MasksLeftOut(left_out)
    if work.incomplete and (pair := cup_and_disc(work.project.labels)) is not None:
        yield Message(describe_incomplete(work.incomplete, *(label.name for label in pair)))
    if not work.without:
        return
    loose = tuple((mask, picture) for mask, picture, has_mask in named if not has_mask)
    yield LeftWithoutMask(tuple(work.without), len(pairs.pictures), loose)
    if len(work.without) > MAX_NAMED:
        listed = _write_list(work.project.root.resolve(), work.without)
        yield FileWritten("list of pictures without masks", listed)


def _report_annotations(found: AnnotatedMasks) -> Iterator[ImportEvent]:
    """Name the annotations that were not taken."""
    if found.unread:
        yield AnnotationsLeftOut(tuple(problem for _, problem in found.unread))
    if found.strangers:
        names = name_some([escape_controls(name) for name in found.strangers], MAX_NAMED)
        yield AnnotationsLeftOut((f"These annotations belong to none of the pictures: {names}.",))
    if found.undrawn:
        names = name_some(found.undrawn, MAX_NAMED)
        yield Message(f"The annotations hold nothing to import for these pictures, so they got no mask: {names}.")


def _write_list(root: Path, names: Sequence[str]) -> Path:
    """Write names to a new file beside the project, or find the file that holds just these."""
    content = "".join(f"{name}\n" for name in names).encode("utf-8", "backslashreplace")
    for number in itertools.count(1):
        path = root.with_name(f"{root.name}-without-masks{f'-{number}' if number > 1 else ''}.txt")
        try:
            with open_to_read(path) as file:
                if file.read(len(content) + 1) == content:
                    return path
        except FileNotFoundError:
            files.write_bytes(path, content)
            return path
        except OSError:  # it cannot be read, so it is not ours
            continue
    raise AssertionError("numbers do not end")
