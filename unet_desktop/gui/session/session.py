"""Session: the project and the case that are open; a failed opening leaves both as they were."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import Unpack

from PySide6.QtCore import QObject, Signal

from unet_desktop.errors import UserError
from unet_desktop.gui.session.case_list import CaseList
from unet_desktop.gui.session.case_reader import CaseReader
from unet_desktop.gui.session.held_projects import HeldProjects
from unet_desktop.gui.session.open_case import Broken, OpenCase, check_mask
from unet_desktop.gui.session.unsaved_masks import UnsavedMasks
from unet_desktop.images.read import Pixels
from unet_desktop.masks.disc_size import Scale, find_scale
from unet_desktop.masks.first_proposal.propose import proposed_labels
from unet_desktop.project.bin import Removed
from unet_desktop.project.case import Case
from unet_desktop.project.form import Form
from unet_desktop.project.lease import ProjectLease
from unet_desktop.project.marks import Annotations
from unet_desktop.project.models import Model, list_models
from unet_desktop.project.project import Grading
from unet_desktop.project.reader import ProjectReader

log = logging.getLogger("unet.gui")


class Session(QObject):
    """What is open. It reads; the only thing it writes is the record of a case.

    Signals:
        leaving: the open case is about to be left; save it soon.
        leaving_project: the project is about to be left, or read again; save everything now.
        project_changed: another project is open, or none.
        case_changed: another case is open, or none.
        case_removed(case_id): the case is in the bin now; forget its files.
        cases_changed: there are other cases than before.
        case_updated(case_id): what is known of one case changed.
        models_changed: the list of models or the one in use changed.
        marked: somebody flagged, approved or described a case.
        picture_replaced(case_id, sentence): another program replaced the picture of the open case.
        form_changed: other items are graded.
        scale_changed: the size of the project's pixels in millimetres changed.
    """

    leaving = Signal()
    leaving_project = Signal()
    project_changed = Signal()
    case_changed = Signal()
    case_removed = Signal(str)
    cases_changed = Signal()
    case_updated = Signal(str)
    models_changed = Signal()
    marked = Signal()
    picture_replaced = Signal(str, str)
    form_changed = Signal()
    scale_changed = Signal()

    def __init__(self, unsaved: UnsavedMasks, reader: CaseReader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lease: ProjectLease | None = None
        self.project: ProjectReader | None = None
        self.open: OpenCase | None = None
        self.models: list[Model] = []
        self.model_in_use: Path | None = None
        self.cases = CaseList(self)
        self._unsaved, self._reader, self._held = unsaved, reader, HeldProjects(unsaved)
        self.broken: Broken | None = None  # the case that could not be opened

    @property
    def counts(self) -> tuple[int, int]:
        """(corrected, all) cases of the project."""
        return self.cases.counts

    @property
    def offers_first_proposal(self) -> bool:
        """Whether disc and cup can be proposed without a model: the project has these labels, and no model yet."""
        project = self.project
        return project is not None and self.model_in_use is None and bool(proposed_labels(project.labels))

    @property
    def case_ids(self) -> list[str]:
        """Ids of all cases in natural order."""
        return self.cases.ids

    @property
    def case_id(self) -> str | None:
        """Id of the open case."""
        return None if self.open is None else self.open.case.id

    @property
    def pixels(self) -> Pixels | None:
        """The open case's picture as stored, (H, W, 3) uint8 RGB, whatever the view does to it; None without one."""
        return None if self.open is None else self.open.image.pixels

    @property
    def current_id(self) -> str | None:
        """Id of the open case, or of the one that could not be opened."""
        return self.case_id if self.broken is None else self.broken.case_id

    def open_project(self, root: Path) -> None:
        """Open a project and no case of it yet.

        Raises:
            ProjectError: no project, or damaged; what was open stays open.
        """
        self.leaving_project.emit()  # before reading: what is saved may belong to this project
        self._swap_project(self._held.open(root))

    def close_project(self) -> None:
        """Close the project; nothing is open then."""
        self.leaving_project.emit()
        self._swap_project(None)

    def shutdown(self) -> None:
        """Release the open project to other programs."""
        self._held.release_all()

    def reload_cases(self) -> None:
        """Read the project's cases again after a job added some.

        Raises:
            ProjectError: the project is damaged; the cases known before stay.
        """
        if self.project is None:
            return
        self.leaving_project.emit()  # before reading, which would miss what it writes
        self.project = self.project.reopen()
        self.cases.reload(self.project)
        self.cases_changed.emit()
        self.scale_changed.emit()  # pictures may state how large a pixel is
        self.refresh_models()

    @property
    def selected_ids(self) -> tuple[str, ...]:
        """Ids of the cases that commands act on: those selected in the list, in its order, or else the current one."""
        several = len(self.cases.selected) > 1 or self.current_id is None
        return self.cases.selected if several else (self.current_id or "",)

    def reopen_case(self) -> None:
        """Read the open case again, because its files were changed."""
        case_id = self.case_id
        if case_id is not None:
            self.leaving.emit()  # while it is open, or what was typed about it would be lost
            self.open = None
            self.open_case(case_id)

    def close_case(self) -> None:
        """Close the open case, or the one that cannot be opened."""
        self.leaving.emit()
        self.open = self.broken = None
        self.case_changed.emit()

    def read_folder_again(self) -> None:
        """Read the project's cases again from its folder; a case that is gone from there is closed.

        Raises:
            UserError: the project is damaged or cannot be written.
        """
        if self.project is None:
            return
        self.leaving_project.emit()
        self.project.writable().read_again()
        self.cases.reload(self.project)
        self.cases_changed.emit()
        if self.case_id is not None and self.case_id not in self.case_ids:
            self.open = None
            self.case_changed.emit()
        elif self.case_id is not None:
            self.update_case(self.project.case(self.case_id))
        if self.broken is not None:
            self.retry()

    def remove_case(self, case_id: str) -> Removed:
        """Move a case to the bin; if it is open, none is open then.

        Raises:
            UserError: it cannot be moved; it stays.
        """
        assert self.project is not None
        self.leaving_project.emit()
        removed = self.project.writable().remove_case(case_id)
        self.case_removed.emit(case_id)
        self.cases.reload(self.project)
        self.cases_changed.emit()
        if self.current_id == case_id:
            self.open = self.broken = None
            self.case_changed.emit()
        return removed

    def restore_removed(self, removed: Removed) -> None:
        """Put a case, a model or files from the bin back.

        Raises:
            UserError: it cannot be put back; it stays in the bin.
        """
        assert self.project is not None
        self.project.writable().restore_removed(removed)
        self.cases.reload(self.project)
        self.cases_changed.emit()
        self.refresh_models()

    def open_case(self, case_id: str) -> None:
        """Open a case; if its picture or mask cannot be read or does not fit, none is open and `broken` says why."""
        if self.project is None or case_id == self.case_id:
            return
        staged, broken = None, None
        try:
            staged = self._read_staged(self.project, case_id)
        except UserError as error:
            log.info("%s", error)
            broken = Broken.by(case_id, error)
        self.leaving.emit()
        self.open = None if staged is None else replace(staged, case=self.project.case(case_id))
        self.broken = broken
        self.cases.set_current(case_id)
        self.case_changed.emit()

    def retry(self) -> None:
        """Try again to open the broken case, which may be gone by now."""
        if self.broken is not None and self.broken.case_id in self.case_ids:
            self.open_case(self.broken.case_id)
        elif self.broken is not None:
            self.broken = None
            self.case_changed.emit()

    def step(self, offset: int) -> str | None:
        """Id of the case that many places after the open or broken one in the list as shown, or None beyond its end."""
        return self.cases.step(self.current_id, offset)

    def next_uncorrected(self) -> str | None:
        """Id of the next case that is untouched or incomplete, starting over at the end of the list; or None."""
        return self.cases.next_uncorrected(self.current_id)

    def mark(self, case_id: str | None = None, *, approved: bool | None = None, **noted: Unpack[Annotations]) -> None:
        """Change the record of a case, by default the open one; None leaves a value as it is.

        Raises:
            UserError: approved without a mask, or the record cannot be written.
        """
        case_id = case_id or self.case_id
        if self.project is not None and case_id is not None:
            self._look_at_picture(case_id)
            self.update_case(self.project.writable().mark(case_id, approved=approved, **noted))
            self.marked.emit()

    def _look_at_picture(self, case_id: str) -> None:
        opened, project = self.open, self.project
        if project is None or opened is None or opened.watched is None or opened.case.id != case_id:
            return
        if sentence := opened.watched.notice(project.writable().layout, opened.case):
            self.picture_replaced.emit(case_id, sentence)

    def grade(self, case_id: str | None = None, **given: Unpack[Grading]) -> None:
        """Note fovea, axial length or grades of a case, by default the open one; None removes a value.

        Raises:
            UserError: a value cannot be, or the record cannot be written.
        """
        case_id = case_id or self.case_id
        if self.project is not None and case_id is not None:
            self._look_at_picture(case_id)
            self.update_case(self.project.writable().grade(case_id, **given))

    def set_form(self, form: Form) -> None:
        """Save which items are graded.

        Raises:
            UserError: it cannot be written; the form is as before.
        """
        if self.project is not None:
            self.project.writable().set_form(form)
            self.form_changed.emit()

    @property
    def scale(self) -> Scale | None:
        """How large a pixel of the open case is, as far as that is known without its mask; None if not."""
        if self.project is None:
            return None
        return find_scale(
            mm_per_pixel=self.project.mm_per_pixel,
            degrees_per_pixel=self.project.degrees_per_pixel,
            axial_length_mm=None if self.open is None else self.open.case.axial_length_mm,
        )

    def update_case(self, case: Case) -> None:
        """Use what the project knows of a case now."""
        if self.open is not None and self.open.case.id == case.id:
            self.open = replace(self.open, case=case)
        self.cases.note(case)
        self.case_updated.emit(case.id)

    def refresh_models(self, in_use: Path | None = None) -> None:
        """List the models again; the newest is in use unless another is chosen and still there."""
        self.models = [] if self.project is None else list_models(self.project.layout)
        paths = [model.path for model in self.models]
        if in_use is not None:
            self.model_in_use = in_use
        if self.model_in_use not in paths:
            self.model_in_use = paths[0] if paths else None
        self.models_changed.emit()

    def _read_staged(self, project: ProjectReader, case_id: str) -> OpenCase:
        unsaved = self._unsaved.find(project.root, case_id)
        if unsaved is None:
            return self._reader.read(project, case_id)
        mask = unsaved.copy_of_mask()  # the mask's file is older, and may even be damaged
        check_mask(project.case(case_id), mask)
        staged = self._reader.read(project, case_id, with_mask=False)
        return replace(staged, mask=mask, model="" if mask is None else unsaved.model)

    def _swap_project(self, lease: ProjectLease | None) -> None:
        project = None if lease is None else lease.project
        self.lease, self.project, self.open, self.model_in_use, self.broken = lease, project, None, None, None
        self.cases.set_project(project)
        self.project_changed.emit()
        self.case_changed.emit()
        self._held.hold(lease)
        self.refresh_models()
