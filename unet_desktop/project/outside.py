"""Outside changes: what another program does to the mask or the picture of an open case is noticed before a write.

A mask file that another program wrote is kept, not overwritten.
"""

from __future__ import annotations

import threading
from pathlib import Path

from unet_desktop import files
from unet_desktop.errors import MaskError
from unet_desktop.file_identity import identity_of
from unet_desktop.masks.file import read_mask
from unet_desktop.project.case import Case
from unet_desktop.project.journal import Journal, checksum_of
from unet_desktop.project.layout import Layout
from unet_desktop.project.project import Project
from unet_desktop.project.trail import Act, Event, append
from unet_desktop.project.versions import Origin, VersionStep, keep_version, set_mask_aside


def keep_outside_mask(project: Project, case_id: str, journal: Journal, *, deletes: bool = False) -> str:
    """Keep the mask in a case's file if another program wrote it; any thread may call this before it writes the file.

    It becomes a version of the case, or is set aside under another name if it cannot be read.

    Args:
        project: whose case.
        case_id: the case.
        journal: of its mask.
        deletes: every step was undone, so that the file will be deleted.

    Returns:
        a sentence on what was found, or an empty string if the file is as this program left it.

    Raises:
        WriteError: it cannot be kept, so the file must not be replaced.
    """
    layout, path = project.layout, project.layout.mask(case_id)
    identity = identity_of(path)
    if identity is not None and identity == journal.written_file:
        return ""
    if identity is not None and not path.is_file():
        return ""  # writing fails, and says so
    case = project.sound_case(case_id)
    ours = "All of your changes are undone, so nothing of yours is saved" if deletes else "Your mask is saved"
    try:
        found = None if identity is None else read_mask(path, project.labels, (case.height, case.width))
    except MaskError:
        aside = set_mask_aside(layout, case_id)
        append(layout, Event(Act.NOTICED, case_id, detail="mask file that cannot be read, set aside"))
        return (
            f"Another program put a file that is no mask of {case_id} in its mask's place while it was open here. "
            f"{ours}; the other file was kept as {aside}."
        )
    was_there = journal.state is not None and journal.written_file is not None
    state = checksum_of(found)
    # What was written here last is all that may be there; before that, a killed program may have left any known state.
    is_known = journal.knows(state) if journal.written_file is None else state == journal.state
    if is_known and not (found is None and was_there):
        journal.written_file = identity
        return ""
    if found is None:
        append(layout, Event(Act.NOTICED, case_id, detail="mask deleted by another program"))
        then = "It stays deleted." if deletes else "Your mask is saved again."
        return f"Another program deleted the mask of {case_id} while it was open here. {then}"
    keep_version(layout, project.labels, case_id, found, Origin(VersionStep.FOUND, who=""))
    append(layout, Event(Act.NOTICED, case_id, detail="mask changed by another program, kept as a version"))
    return (
        f"Another program changed the mask of {case_id} while it was open here. {ours}; the other is "
        "kept in the case's timeline."
    )


class WatchedPicture:
    """The picture of an open case: that its file was replaced is noticed once; any thread may look."""

    def __init__(self, path: Path) -> None:
        """Remember the file as it is now, before it is read."""
        self._path, self._identity = path, identity_of(path)
        self._looking = threading.Lock()

    def notice(self, layout: Layout, case: Case) -> str:
        """Note in the trail that the picture is not the file that was opened; takes microseconds while it still is.

        Returns:
            what happened to it, as a sentence, the first time; otherwise an empty string.

        Raises:
            WriteError: the trail cannot be written.
        """
        with self._looking:
            found = identity_of(self._path)
            if found == self._identity:
                return ""
            if found is not None and (not case.sha256 or _digest(self._path) == case.sha256):
                self._identity = found  # the same content, such as from a backup
                return ""
            happened = "removed" if found is None else "replaced or changed"
            append(layout, Event(Act.PICTURE_REPLACED, case.id, detail=happened))
            self._identity = found
        return (
            f"Another program {happened} the picture of {case.id} while it was open here ({self._path}). "
            "What you do is saved, but it belongs to the picture that you see. Put the original file back."
        )


def _digest(path: Path) -> str:
    try:
        return files.sha256(path)
    except OSError:
        return ""
