"""Recovery: the steps that a program did not write to the masks before it ended are written from their journals."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from unet_desktop import files
from unet_desktop.errors import UserError
from unet_desktop.masks.regions import Mask
from unet_desktop.project.case import Case
from unet_desktop.project.journal import (
    Journal,
    LoadedJournal,
    MaskWriteStarted,
    MaskWritten,
    read_journal,
    stamp_of,
    state_of,
)
from unet_desktop.project.layout import JOURNAL_SUFFIX
from unet_desktop.project.project import Project
from unet_desktop.project.records import list_stems

log = logging.getLogger("unet.project")


def recover(project: Project) -> list[str]:
    """Bring every mask file up to date with its journal; only who holds the project's lock may do this.

    The journals stay: they hold the history, for when their case is opened. A journal that does not fit its mask is
    put aside, and neither mask nor journal is changed.

    Returns:
        a sentence for each case of which something was recovered, or could not be.
    """
    sentences: list[str] = []
    known = {case.id: case for case in project.cases() if not case.damage}
    for case_id in sorted(list_stems(project.layout.masks, JOURNAL_SUFFIX)):
        try:
            if case_id in known:  # a case taken out by hand may be put back together with its journal
                sentences += _recover(project, known[case_id])
        except UserError as error:
            log.warning("%s: nothing was recovered: %s", case_id, error)
            sentences.append(f"The last changes to {case_id} could not be recovered: {error}")
    return sentences


def _recover(project: Project, case: Case) -> Iterator[str]:
    case_id = case.id
    try:
        recording = read_journal(project.layout.journal(case_id))
    except UserError as error:
        yield f"{error} {_put_aside(project, case_id)}"
        return
    if recording is None:
        return
    if recording.is_up_to_date(stamp_of(project.layout.mask(case_id))) and not recording.damaged:
        return
    found = project.load_mask(case_id)  # a damaged mask is an error, and its journal waits until it is mended
    held = recording.steps_in(state_of(found))
    if held is None or (recording.header.height, recording.header.width) != (case.height, case.width):
        yield (
            f"The mask of {case_id} is another one than its journal of changes was made for, so it was left as it is. "
            f"{_put_aside(project, case_id)}"
        )
        return
    if recording.damaged:  # kept as it is, because one goes on writing before the damage
        aside = _aside(project, case_id)
        files.copy_file(recording.path, aside)
        yield f"The journal of {case_id} is damaged; what follows on the damage is lost. It was kept as {aside}."
    if held < recording.steps or _lacks_record(case, recording):
        _fold(project, case, recording, found)
    else:
        _note_folded(project, case, recording.resume())
    if count := recording.steps - held:
        steps = "1 step" if count == 1 else f"{count} steps"
        yield f"Recovered {steps} of {case_id} that had not been saved when the program ended."


def _fold(project: Project, case: Case, recording: LoadedJournal, found: Mask | None) -> None:
    """Write the mask that the steps make, and note it in the journal first and last."""
    mask = np.zeros((case.height, case.width), np.uint8) if found is None else found
    replayed = recording.replay(mask)
    untouched = recording.header.began_empty and not replayed.history.can_undo and not mask.any()
    journal = recording.resume()
    journal.add(MaskWriteStarted(None if untouched else state_of(mask), recording.steps))
    journal.flush()
    if untouched:
        project.delete_mask(case.id)
    else:
        project.save_mask(case.id, mask, model=replayed.model)
    _note_folded(project, case, journal)


def _note_folded(project: Project, case: Case, journal: Journal) -> None:
    """The mask file holds all steps; known by its stamp, it need not be decoded the next time."""
    journal.add(MaskWritten(stamp_of(project.layout.mask(case.id)), journal.steps))
    journal.flush()


def _lacks_record(case: Case, recording: LoadedJournal) -> bool:
    """Was the program ended between the mask file and the case's record?"""
    return recording.steps > 0 and recording.replay().model != case.model


def _put_aside(project: Project, case_id: str) -> str:
    target = _aside(project, case_id)
    files.move_file(project.layout.journal(case_id), target)
    return f"The journal was kept as {target}."


def _aside(project: Project, case_id: str) -> Path:
    number = 1
    while project.layout.journal_aside(case_id, number).exists():
        number += 1
    return project.layout.journal_aside(case_id, number)
