"""Relabel: change the labels of a project that has masks already.

Names, colours, order, nesting: only `project.json` is written; masks on disk get the new colours in their palettes when
they are saved next. A label that is added: each case on which somebody or a model has worked is noted to say nothing
of it (`Case.not_annotated`). A label that is merged or removed: `project.json` says first what its pixel value means
now (`LabelSet.retired`), from when on every mask is read so; then the mask files are rewritten one by one, each after
it was kept as a version. So a killed program leaves a project that opens, with the new labels or with the old ones,
and opening it finishes the rest.

A change is noted in labels/NUMBER.json before it is made, and can be undone, the last one first.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

import numpy as np

from unet_desktop import files, person
from unet_desktop.errors import LabelError, ProjectError, UserError, WriteError, reason_of
from unet_desktop.label_edits import describe_edit
from unet_desktop.labels import Label, LabelSet, RetiredLabel
from unet_desktop.masks.file import read_mask, write_mask
from unet_desktop.masks.measure import vertical_ratio
from unet_desktop.masks.regions import Mask
from unet_desktop.project.case import Case, CaseState
from unet_desktop.project.guard import check_project
from unet_desktop.project.journal import read_journal, stamp_of
from unet_desktop.project.label_changes import (
    LabelChange,
    find_undoable,
    note_rewritten,
    read_change,
    read_rewritten,
    write_change,
)
from unet_desktop.project.layout import Layout
from unet_desktop.project.manifest import write_manifest
from unet_desktop.project.project import Project
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.trail import Act, Event, append
from unet_desktop.project.trail import read as read_trail
from unet_desktop.project.versions import Origin, VersionStep, keep_version, load_version, read_record

_TOGETHER = 256
"""Records that are flushed at once."""


@dataclass(frozen=True, slots=True)
class RelabelStep:
    """So many cases are done.

    Attributes:
        case: the last one.
        done, total: cases.
        problem: why this case could not be rewritten, as a sentence; what it holds is still read correctly.
    """

    case: str
    done: int
    total: int
    problem: str = ""


def relabel(project: Project, after: LabelSet, *, undoes: int = 0) -> Iterator[RelabelStep]:
    """Give a project other labels, which `label_edits` made of its own; nothing happens if they are the same.

    Whoever stops in between leaves the labels of before, or those of after and masks that are rewritten when the
    project is opened for writing again; they are read correctly meanwhile.

    Args:
        project: held by the caller; `project.labels` are the new ones afterwards.
        after: the labels.
        undoes: number of the change that this undoes.

    Raises:
        LabelError: an earlier change cannot be read. WriteError: the folder cannot be written.
    """
    before = project.labels
    what = tuple(describe_edit(before, after))
    if not what:
        return
    check_project(project.root)
    yield from finish_relabel(project)  # its masks are noted with its own number
    number = project.label_change + 1
    change = LabelChange(number, what, _now(), person.read_name(), before, after, undoes)
    files.make_folder(project.layout.label_changes, inside=project.root)
    with contextlib.suppress(FileNotFoundError):  # of a change that a killed program did not come to make
        project.layout.relabelled_cases(number).unlink()
    write_change(project.layout, change)
    added = [label.value for label in after if before.by_value(label.value) is None]
    if added and not undoes:
        yield from _note_not_annotated(project, added)
    _save_labels(project, after, number, unfinished=True)
    append(project.layout, _event(change))
    yield from _finish(project, change)


def refuse_labels_of_workbook(project: ProjectReader) -> None:
    """Make sure that labels are changed in a project, not in a reader's workbook of it, which follows the project.

    Raises:
        LabelError: it is a workbook.
    """
    if project.workbook is not None:
        raise LabelError(
            f"{project.root} is the reading of {project.workbook.title}. Change the labels in the project that it "
            "belongs to; the reading gets them when it is opened next."
        )


def finish_relabel(project: Project, seconds: float = math.inf) -> Iterator[RelabelStep]:
    """Finish the change of labels that a killed program left unfinished, if there is one.

    Args:
        project: held by the caller.
        seconds: after which the rest of the masks is left for another time; they are read correctly meanwhile. What is
            undone is restored in any case.

    Raises:
        ProjectError: it cannot be read. WriteError: the folder cannot be written.
    """
    if not project.has_unfinished_labels:
        return
    try:
        change = read_change(project.layout, project.label_change)
    except ProjectError:  # the labels are known without it, only what was undone is not
        change = LabelChange(project.label_change, (), "", "", project.labels, project.labels)
    event = _event(change)
    entries = read_trail(project.layout).entries
    if not any(entry.act == event.act and entry.detail == event.detail for entry in reversed(entries)):
        append(project.layout, event)
    yield from _finish(project, change, seconds)


def undo_relabel(project: Project) -> Iterator[RelabelStep]:
    """Undo the last change of the labels: the labels of before, and in the masks what was theirs.

    What was drawn since stays: only pixels that the change rewrote, and that are still as it left them, go back. Labels
    that the change added are removed.

    Raises:
        LabelError: there is nothing to undo.
    """
    change = find_undoable(project.layout)
    if change is None:
        raise LabelError("No change of the labels can be undone: none was made here, or all of them are undone.")
    kept, now = {label.value for label in change.before}, project.labels
    retired = {one.value: one for one in (*change.before.retired, *now.retired) if one.value not in kept}
    for label in now:
        if label.value not in kept:
            retired[label.value] = RetiredLabel(label.value, label.name, label.colour, _around(now, label, kept))
    return relabel(project, LabelSet(change.before.labels, tuple(retired.values())), undoes=change.number)


def _around(labels: LabelSet, label: Label, kept: set[int]) -> int:
    parent = labels.parent(label)
    while parent is not None and parent.value not in kept:
        parent = labels.parent(parent)
    return 0 if parent is None else parent.value


def _save_labels(project: Project, labels: LabelSet, number: int, *, unfinished: bool) -> None:
    check_project(project.root)
    manifest = replace(project.manifest, labels=labels, label_change=number, unfinished=unfinished)
    write_manifest(project.layout.manifest, manifest)
    project.labels, project.label_change, project.has_unfinished_labels = labels, number, unfinished


def _finish(project: Project, change: LabelChange, seconds: float = math.inf) -> Iterator[RelabelStep]:
    """Rewrite the masks that hold values of retired labels, restore what is undone, and note that all is done."""
    gone = {label.value for label in change.before} - {label.value for label in project.labels}
    until = math.inf if change.undoes else time.monotonic() + seconds
    if gone or not change.what:
        for step in _rewrite_all(project, change):
            yield step
            if time.monotonic() > until and step.done < step.total:
                return
    if change.undoes:
        yield from _restore_all(project, change)
    _save_labels(project, project.labels, change.number, unfinished=False)


def _note_not_annotated(project: Project, values: list[int]) -> Iterator[RelabelStep]:
    """Note that what is there of the cases so far says nothing of these new labels."""
    worked_on = [
        replace(case, not_annotated=tuple(dict.fromkeys((*case.not_annotated, *values))))
        for case in project.cases()
        if not case.damage and case.state is not CaseState.NEW
    ]
    for start in range(0, len(worked_on), _TOGETHER):
        together = worked_on[start : start + _TOGETHER]
        project.records.put_all(together)
        yield RelabelStep(together[-1].id, start + len(together), len(worked_on))


def _rewrite_all(project: Project, change: LabelChange) -> Iterator[RelabelStep]:
    cases = [case for case in project.cases() if project.layout.mask(case.id).exists()]
    for done, case in enumerate(cases, 1):
        problem = ""
        try:
            _rewrite(project, case, change)
        except WriteError:
            raise
        except UserError as error:
            problem = str(error)
        yield RelabelStep(case.id, done, len(cases), problem)


def _rewrite(project: Project, case: Case, change: LabelChange) -> None:
    """Rewrite a mask without values of retired labels, after keeping it as a version."""
    layout = project.layout
    case = project.sound_case(case.id)
    _drop_steps(layout, case.id)
    mask = read_mask(layout.mask(case.id), project.labels, (case.height, case.width), as_written=True)
    present = project.labels.present_values()
    table = np.arange(256, dtype=np.uint8)
    table[list(present)] = list(present.values())
    now = table[mask]
    if np.array_equal(now, mask):
        return
    # Measured with the labels that it was drawn with; colours of all labels that it holds.
    version, _ = keep_version(
        layout, change.before, case.id, mask, Origin(VersionStep.FOUND, case.changed_by, case.model)
    )
    note_rewritten(layout, change.number, case.id, version.number)
    _replace(project, case, now)


def _restore_all(project: Project, change: LabelChange) -> Iterator[RelabelStep]:
    """Give the labels that are back their pixels in the masks that the change before had rewritten."""
    try:
        undone = read_change(project.layout, change.undoes)
    except ProjectError as error:
        yield RelabelStep("", 0, 0, str(error))
        return
    became = undone.after.present_values()
    back = {label.value: became[label.value] for label in undone.before if label.value in became}
    lines = read_rewritten(project.layout, change.undoes)
    for done, (case_id, number) in enumerate(lines.items(), 1):
        problem = ""
        try:
            _restore(project, case_id, number, back)
        except WriteError:
            raise
        except (UserError, OSError, ValueError) as error:
            problem = f"{case_id} keeps its mask, because the one of before is not there any more ({reason_of(error)})."
        yield RelabelStep(case_id, done, len(lines), problem)


def _restore(project: Project, case_id: str, number: int, back: dict[int, int]) -> None:
    layout = project.layout
    case = project.sound_case(case_id)
    record = read_record(layout.version(case_id, number), case_id, number)
    before = load_version(layout, project.labels, case, record, as_written=True)
    now = read_mask(layout.mask(case_id), project.labels, (case.height, case.width))
    mask = now.copy()
    for value, became in back.items():
        mask[(before == value) & (now == became)] = value
    if not np.array_equal(mask, now):
        keep_version(layout, project.labels, case_id, now, Origin(VersionStep.FOUND, case.changed_by, case.model))
        _replace(project, case, mask)


def _replace(project: Project, case: Case, mask: Mask) -> None:
    layout = project.layout
    _drop_steps(layout, case.id)
    write_mask(layout.mask(case.id), mask, project.labels)
    project.records.put(replace(case, vcdr=vertical_ratio(mask, project.labels)), of_mask=True)
    append(layout, Event(Act.RELABELLED, case.id, mask=files.sha256(layout.mask(case.id))))


def _drop_steps(layout: Layout, case_id: str) -> None:
    """Forget the steps that led to a mask: undo would bring back values that are no label's any more.

    Steps that are not in the mask yet are set aside, as `recovery` does.
    """
    files.delete_file(layout.past_journal(case_id))
    path = layout.journal(case_id)
    if not path.exists():
        return
    try:
        journal = read_journal(path)
        is_saved = journal is None or journal.is_up_to_date(stamp_of(layout.mask(case_id)))
    except UserError:
        is_saved = False
    if is_saved:
        files.delete_file(path)
    else:
        files.set_aside(path, partial(layout.journal_aside, case_id))


def _event(change: LabelChange) -> Event:
    what = "; ".join(change.what) or "finished"
    undo = f", undoing change {change.undoes}" if change.undoes else ""
    return Event(Act.LABELS, detail=f"change {change.number}{undo}: {what}"[:2000])


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
