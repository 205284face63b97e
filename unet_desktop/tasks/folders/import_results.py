"""Import the results of a run into a project: pictures become cases, masks become proposals."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from unet_desktop import files
from unet_desktop.errors import ImageError, MaskError, ProjectError, UserError, WriteError
from unet_desktop.labels import LabelSet
from unet_desktop.masks.file import read_mask
from unet_desktop.masks.trust import Trust, Unfamiliar
from unet_desktop.project.case import Case
from unet_desktop.project.project import Project
from unet_desktop.tasks.events import ItemDone
from unet_desktop.tasks.folders.columns import column_part
from unet_desktop.tasks.folders.ledger import NAME, Entry, Ledger


def import_results(root: Path, output: Path, labels: LabelSet, *, copy: bool = True) -> Iterator[ItemDone]:
    """Make a case of each picture that a run segmented, with the mask as the model's proposal.

    Existing cases keep their human mask and get the new proposal.

    Args:
        root: the project's folder.
        output: the run's output folder.
        labels: of the run's model.
        copy: copy the pictures into the project, or refer to them where they are.

    Raises:
        ProjectError: the project has different labels. ImageError: nothing was segmented there.
    """
    project = Project.open(root)
    if not project.labels.same_structures(labels):
        raise ProjectError(
            f"The project {root} has different labels from the model of these results. Create a new project."
        )
    if not (output / NAME).is_file():
        raise ImageError(f"{output} holds no results of a run. Segment pictures to it first.")
    with closing(Ledger(output / NAME)) as ledger:
        images = ledger.images()
        known = project.cases_by_hash()
        for done, entry in enumerate(ledger.entries(images), 1):
            try:
                yield ItemDone(
                    entry.image, done, len(images), note=_import_entry(project, output, entry, known, copy=copy)
                )
            except WriteError:  # the disk is full or read-only: the rest would fail too
                raise
            except UserError as error:
                yield ItemDone(entry.image, done, len(images), problem=str(error))


def list_flagged(output: Path) -> Iterator[tuple[str, Path, str]]:
    """Yield name, file and flags of each picture that is to be checked, of all runs into this output folder."""
    with closing(Ledger(output / NAME)) as ledger:
        for entry in ledger.entries(ledger.images()):
            if flags := str(entry.row.get("flags") or ""):
                yield entry.image, Path(entry.path), flags


def _import_entry(project: Project, output: Path, entry: Entry, known: dict[str, Case], *, copy: bool) -> str:
    """Import the picture and mask of one entry; return a note, or an empty text."""
    if entry.problem:
        return "It could not be segmented, so it was not imported."
    if entry.image.endswith(("#right", "#bottom")) and entry.row.get("half"):
        return "A project holds one mask of a picture, so this half was not imported."
    if entry.page:
        return "A project holds only the first page of a file, so this page was not imported."
    picture, mask = Path(entry.path), output / "masks" / f"{entry.name}.png"
    if not mask.is_file():
        raise MaskError(f"{mask} is missing. Segment the pictures again, with masks.")
    try:
        unchanged = files.sha256(picture) == entry.sha256
    except OSError as error:
        raise ImageError(f"{picture} cannot be read ({error.strerror}). Restore it, then import again.") from error
    if not unchanged:
        raise ImageError(f"{picture} changed after it was segmented. Segment it again, then import again.")
    case = known.get(entry.sha256)
    if case is None:
        case = known[entry.sha256] = project.add_image(picture, copy=copy)
    drawn = read_mask(mask, project.labels, (case.height, case.width))
    confidence = _number(entry.row.get("confidence")) or 0.0
    project.save_prediction(case.id, drawn, model=entry.model, confidence=confidence, trust=_trust(entry, project))
    return ""


def _trust(entry: Entry, project: Project) -> Trust:
    row = entry.row
    expected = {label.name: _number(row.get(f"{column_part(label)}_expected_dice")) for label in project.labels}
    low, high = (_number(row.get(f"vertical_cup_to_disc_ratio_{end}")) for end in ("low", "high"))
    return Trust(
        {name: dice for name, dice in expected.items() if dice is not None},
        None if low is None or high is None else (low, high),
        Unfamiliar.read(row.get("flag_unfamiliar"), row.get("unfamiliar_kind")),
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
