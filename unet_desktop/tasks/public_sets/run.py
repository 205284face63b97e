"""Import a public set: cases with masks, what is published about them, and the published split."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from unet_desktop import files
from unet_desktop.engine.events import Message
from unet_desktop.errors import ImageError, ProjectError, UserError, WriteError
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.plurals import name_some, quantity
from unet_desktop.project.case import LONGEST_EYE, SHORTEST_EYE, UNCORRECTED, Case
from unet_desktop.project.form import Form, Item
from unet_desktop.project.layout import Layout
from unet_desktop.project.project import Grading, Project
from unet_desktop.project.split import Part as SplitPart
from unet_desktop.project.split import read_split, write_split
from unet_desktop.project.versions import VersionStep
from unet_desktop.tasks.events import ImportEvent, ItemDone
from unet_desktop.tasks.import_events import MAX_NAMED
from unet_desktop.tasks.import_notes import ImportNotes
from unet_desktop.tasks.public_sets.picture import SetPicture
from unet_desktop.tasks.public_sets.recognise import Recognised, SetRequest, part_name, recognise

DIAGNOSIS = Item(
    "published_diagnosis",
    "Diagnosis as published",
    choices=("normal", "suspect", "glaucoma"),
    explanation="What the public set that the photograph comes from says; nobody graded it here.",
)


@dataclass(slots=True)
class _Import:
    """One import under way."""

    project: Project
    recognised: Recognised
    copy: bool
    grades: bool
    known: dict[str, Case]
    imported: list[tuple[SetPicture, str]] = field(default_factory=list)
    notes: ImportNotes = field(default_factory=ImportNotes)


def import_set(request: SetRequest) -> Iterator[ImportEvent]:
    """Make cases of a set's photographs and masks; photographs that have a mask in the project already are left alone.

    Yields:
        messages that say what was found; one `ItemDone` per photograph; messages about the split.

    Raises:
        ProjectError: before the first event, if the folder is laid out differently or the project has other labels.
    """
    recognised = recognise(request)
    project = _open(request.root)
    yield from map(Message, recognised.sentences)
    for sentence in recognised.found.unread:
        yield ItemDone(sentence, 0, len(recognised.chosen), problem=sentence)
    has_item = _add_item(project, recognised.chosen)
    work = _Import(project, recognised, request.copy, has_item, project.cases_by_hash())
    with project.adding_many():
        for done, picture in enumerate(recognised.chosen, 1):
            name, total = picture.image.name, len(recognised.chosen)
            try:
                yield ItemDone(name, done, total, note=_import_one(work, picture))
            except WriteError:
                raise
            except UserError as error:
                yield ItemDone(name, done, total, problem=str(error))
    yield from work.notes.messages()
    if request.use_split:
        yield from _take_split(work)


def _open(root: Path) -> Project:
    if not Layout(root).manifest.exists():
        return Project.create(root, DISC_AND_CUP, name=root.name)
    project = Project.open(root)
    if not project.labels.same_structures(DISC_AND_CUP):
        raise ProjectError(f"The project {root} has different labels from optic disc and cup. Choose a new folder.")
    return project


def _add_item(project: Project, pictures: Sequence[SetPicture]) -> bool:
    """Let the grading form ask for the published diagnosis if there is one; return whether grades can be noted."""
    if not any(picture.diagnosis for picture in pictures):
        return False
    present = project.form.find(DIAGNOSIS.key)
    if present is None:
        project.set_form(Form((*project.form.items, DIAGNOSIS)))
    return present is None or present.choices == DIAGNOSIS.choices


def _import_one(work: _Import, picture: SetPicture) -> str:
    """Import a photograph; returns what has to be said about it."""
    project, known = work.project, work.known
    try:
        digest = files.sha256(picture.image)
    except OSError as error:
        raise ImageError(f"{picture.image} cannot be read ({error.strerror}).") from error
    case = known.get(digest)
    if case is not None:
        work.notes.note_same(picture.image, case)
    if case is not None and case.state not in UNCORRECTED:
        work.imported.append((picture, case.id))
        return "It is in the project already, with a mask."
    read = picture.read()
    if case is None:
        case = project.add_image(
            picture.image,
            copy=work.copy,
            patient=_patient(work, picture),
            eye=picture.eye,
            notes=_describe(work, picture),
            **_grading(work, picture, read.mask.shape),
        )
    known[digest] = project.save_mask(case.id, read.mask, step=VersionStep.IMPORTED)
    work.notes.look_at(picture.image, read.mask, project.labels, outside=read.outside)
    work.imported.append((picture, case.id))
    return ""


def _patient(work: _Import, picture: SetPicture) -> str:
    """The patient's identifier; the set's name keeps those of two sets apart."""
    return f"{work.recognised.set.title} {picture.patient}" if picture.patient else ""


def _describe(work: _Import, picture: SetPicture) -> str:
    part = f", {part_name(picture.part)} part" if picture.part else ""
    diagnosis = f"; diagnosis as published: {picture.diagnosis}" if picture.diagnosis else ""
    return f"{work.recognised.set.title}{part}{diagnosis}"


def _grading(work: _Import, picture: SetPicture, size: tuple[int, ...]) -> Grading:
    """What is published of a photograph of this size, without a fovea outside it or a length that no eye has."""
    given = Grading()
    if picture.fovea is not None and 0 <= picture.fovea[0] <= size[1] and 0 <= picture.fovea[1] <= size[0]:
        given["fovea"] = picture.fovea
    if picture.axial_length_mm is not None and SHORTEST_EYE <= picture.axial_length_mm <= LONGEST_EYE:
        given["axial_length_mm"] = picture.axial_length_mm
    if picture.diagnosis and work.grades:
        given["grades"] = {DIAGNOSIS.key: picture.diagnosis}
    return given


def _take_split(work: _Import) -> Iterator[Message]:
    """Make the published split the project's, for cases that have no part yet; a patient is never divided."""
    published = {case_id: picture.part for picture, case_id in work.imported if picture.part}
    if len({part == "train" for part in published.values()}) < 2:
        return  # of one part alone there is nothing to compare; the program divides it
    layout = work.project.layout
    parts: dict[str, SplitPart] = dict(read_split(layout.split))
    divided: set[str] = set()
    new: dict[str, SplitPart] = {}
    for case_id, part in published.items():
        case = work.project.case(case_id)
        if case.group in parts or case.own_group in parts:
            continue
        wanted: SplitPart = "train" if part == "train" else "validation"
        if new.setdefault(case.group, wanted) != wanted:
            divided.add(case.patient)
            new[case.group] = "train"
    new |= {case.own_group: new[case.group] for case in map(work.project.case, published) if case.group in new}
    write_split(layout.split, parts | new)
    counts = [
        sum(new.get(work.project.case(one).group) == part for one in published) for part in ("train", "validation")
    ]
    yield Message(
        f"The published split is the project's: {quantity(counts[0], 'case')} for training, {counts[1]:,} for "
        "validation."
    )
    if divided:
        names = name_some(sorted(divided), MAX_NAMED)
        yield Message(
            f"The published split has pictures of the same patient in both parts; all of them are trained on: {names}."
        )
