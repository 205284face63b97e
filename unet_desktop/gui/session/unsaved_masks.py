"""UnsavedMasks: masks that are newer than their files, kept in memory until they are written."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from unet_desktop.errors import ProjectLostError, WriteError
from unet_desktop.file_identity import identity_of
from unet_desktop.masks.regions import Mask
from unet_desktop.project.case import Case
from unet_desktop.project.journal import Journal, MaskWriteStarted, MaskWritten, checksum_of, stamp_of
from unet_desktop.project.outside import WatchedPicture, keep_outside_mask
from unet_desktop.project.project import Project
from unet_desktop.project.rescue import rescue_mask


@dataclass(slots=True, eq=False)
class Unsaved:
    """A mask that is newer than its file.

    Attributes:
        project: where it belongs.
        case_id: whose it is.
        mask: (H, W) uint8, which nobody changes any more; None removes the human mask, because every edit was undone.
        model: fingerprint of the model whose prediction it started from, or empty.
        journal: of its case.
        steps: how many of the journal's steps are in it.
        picture: over which it was drawn, or None.
        ratio: its `vertical_ratio`, which `write` finds out: on a large picture the window would wait for it.
        noticed: what `write` found that another program had done to the mask's or the picture's file, as sentences; or
            empty.
    """

    project: Project
    case_id: str
    mask: Mask | None
    model: str
    journal: Journal
    steps: int
    picture: WatchedPicture | None = None
    ratio: float | None = field(default=None, init=False)
    noticed: str = field(default="", init=False)

    def copy_of_mask(self) -> Mask | None:
        """A mask to continue editing; this one must stay as it is until it is written."""
        return None if self.mask is None else self.mask.copy()

    def write(self) -> None:
        """Write the mask's file, which may take long, in any thread; `update_record` must follow.

        Raises:
            WriteError: it cannot be written; this and the journal stay the only copies, or there is one outside a
                project whose folder is gone.
        """
        try:
            self._write()
        except ProjectLostError as error:
            if self.mask is None:
                raise
            copy = rescue_mask(self.project.root, self.project.labels, self.case_id, self.mask)
            raise ProjectLostError(f"{error} The mask of {self.case_id} was saved as {copy}.") from error

    def _write(self) -> None:
        state = checksum_of(self.mask)
        found = keep_outside_mask(self.project, self.case_id, self.journal, deletes=self.mask is None)
        self.noticed = found or self.noticed
        if self.picture is not None:
            with contextlib.suppress(WriteError):  # the next write tries again; the mask itself may have room
                found = self.picture.notice(self.project.layout, self.project.case(self.case_id))
                self.noticed = " ".join(filter(None, (self.noticed, found)))
        self.journal.add(MaskWriteStarted(state, self.steps))
        try:
            self.journal.flush()
        except WriteError:
            self._write_file()
            self.journal.restart(state, self.steps, self.model)
        else:
            self._write_file()

    def update_record(self) -> Case:
        """Update the case's record after `write`, in the thread that opened the project.

        Raises:
            WriteError: it cannot be written; this has to be written again.
        """
        if self.mask is None:
            case = self.project.delete_mask(self.case_id)
        else:
            case = self.project.note_mask(self.case_id, self.ratio, model=self.model)
        with contextlib.suppress(OSError):  # without its stamp, the file is decoded to see what is in it
            self.journal.add(MaskWritten(stamp_of(self.project.layout.mask(self.case_id)), self.steps))
        return case

    def _write_file(self) -> None:
        if self.mask is not None:  # the file of a mask that was undone is deleted by `update_record`
            self.ratio = self.project.write_mask(self.case_id, self.mask)
            self.journal.written_file = identity_of(self.project.layout.mask(self.case_id))


class UnsavedMasks:
    """All masks that are newer than their files, at most one a case."""

    def __init__(self) -> None:
        self._masks: dict[tuple[Path, str], Unsaved] = {}

    def __bool__(self) -> bool:
        """Is there any?"""
        return bool(self._masks)

    def __iter__(self) -> Iterator[Unsaved]:
        """All of them, oldest first, from a copy, so that they can be dropped during the loop."""
        return iter(tuple(self._masks.values()))

    def put(self, unsaved: Unsaved) -> None:
        """Keep it in place of an older one of the same case."""
        self._masks[unsaved.project.root, unsaved.case_id] = unsaved

    def drop(self, unsaved: Unsaved) -> None:
        """Forget it, because it is on disk now; a newer one of the same case stays."""
        if self.find(unsaved.project.root, unsaved.case_id) is unsaved:
            del self._masks[unsaved.project.root, unsaved.case_id]

    def find(self, root: Path, case_id: str) -> Unsaved | None:
        """The unsaved mask of that case, or None."""
        return self._masks.get((root, case_id))

    def any_of(self, root: Path) -> bool:
        """Is there any of that project?"""
        return any(known == root for known, _ in self._masks)
