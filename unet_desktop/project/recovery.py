"""Recovery: write to the masks the steps that a crashed program left only in their journals."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial

import numpy as np

from unet_desktop import files
from unet_desktop.errors import UserError
from unet_desktop.masks.regions import Mask
from unet_desktop.plurals import quantity
from unet_desktop.project.case import Case
from unet_desktop.project.journal import (
    Journal,
    LoadedJournal,
    MaskWriteStarted,
    MaskWritten,
    checksum_of,
    read_journal,
    stamp_of,
)
from unet_desktop.project.layout import JOURNAL_SUFFIX
from unet_desktop.project.project import Project
from unet_desktop.project.records import list_stems
from unet_desktop.project.versions import VersionStep

log = logging.getLogger("unet.project")


def recover(project: Project) -> list[str]:
    """Bring every mask file up to date with its journal; the caller must hold the project's lock.

    The journals stay, because they hold the history for when their case is opened. A journal that does not match its
    mask is set aside, and neither is changed.

    Returns:
        a sentence for each case where steps were recovered, or could not be.
    """
    sentences: list[str] = []
    known = {case.id: case for case in project.cases() if not case.damage}
    for case_id in sorted(list_stems(project.layout.masks, JOURNAL_SUFFIX)):
        try:
            if case_id in known:  # a case that was moved away may come back together with its journal
                sentences += _recover(project, known[case_id])
        except UserError as error:
            log.warning("%s: nothing was recovered: %s", case_id, error)
            sentences.append(f"The last changes to {case_id} could not be recovered: {error}")
    return sentences


def _recover(project: Project, case: Case) -> Iterator[str]:
    case_id = case.id
    try:
        journal = read_journal(project.layout.journal(case_id))
    except UserError as error:
        yield f"{error} {_set_aside(project, case_id)}"
        return
    if journal is None:
        return
    if journal.is_up_to_date(stamp_of(project.layout.mask(case_id))) and not journal.damaged:
        return
    found = project.load_mask(case_id)  # a damaged mask is an error; its journal waits until it is repaired
    held = journal.steps_in(checksum_of(found))
    if held is None or (journal.header.height, journal.header.width) != (case.height, case.width):
        yield (
            f"The journal of {case_id} belongs to another mask, so the mask was left unchanged. "
            f"{_set_aside(project, case_id)}"
        )
        return
    if journal.damaged:  # keep a copy, because writing resumes before the damage
        aside = files.first_free(partial(project.layout.journal_aside, case_id))
        files.copy_file(journal.path, aside)
        yield f"The journal of {case_id} is damaged; the steps after the damage are lost. A copy was kept as {aside}."
    if held < journal.steps or _lacks_record(case, journal):
        _write_replayed(project, case, journal, found)
    else:
        _note_written(project, case, journal.resume())
    if count := journal.steps - held:
        steps = quantity(count, "step")
        yield f"Recovered {steps} of {case_id} that had not been saved when the program ended."


def _write_replayed(project: Project, case: Case, loaded: LoadedJournal, found: Mask | None) -> None:
    """Replay the steps, write the resulting mask, and note in the journal when writing starts and ends."""
    mask = np.zeros((case.height, case.width), np.uint8) if found is None else found
    replayed = loaded.replay(mask)
    untouched = loaded.header.began_empty and not replayed.history.can_undo and not mask.any()
    journal = loaded.resume()
    journal.add(MaskWriteStarted(None if untouched else checksum_of(mask), loaded.steps))
    journal.flush()
    if untouched:
        project.delete_mask(case.id)
    else:
        project.save_mask(case.id, mask, model=replayed.model, step=VersionStep.RECOVERED)
    _note_written(project, case, journal)


def _note_written(project: Project, case: Case, journal: Journal) -> None:
    """Note that the mask file holds all steps; its stamp saves decoding it next time."""
    journal.add(MaskWritten(stamp_of(project.layout.mask(case.id)), journal.steps))
    journal.flush()


def _lacks_record(case: Case, journal: LoadedJournal) -> bool:
    """Return whether the program crashed after writing the mask file but before the case's record."""
    return journal.steps > 0 and journal.replay().model != case.model


def _set_aside(project: Project, case_id: str) -> str:
    layout = project.layout
    aside = files.set_aside(layout.journal(case_id), partial(layout.journal_aside, case_id))
    return f"The journal was kept as {aside}."
