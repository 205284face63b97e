"""Handlers of the Case menu."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.cases.case_details import CaseDetails, CaseDetailsDialog
from unet_desktop.gui.cases.case_note import CaseNoteDialog
from unet_desktop.gui.cases.panel import CasesPanel
from unet_desktop.gui.messages.confirm import confirmed
from unet_desktop.gui.session.useful_cases import UsefulCases
from unet_desktop.gui.window.docks import Docks
from unet_desktop.images.laterality import Eye
from unet_desktop.project.case import CaseState
from unet_desktop.project.repair import is_imported_file, put_mask_aside, relocate


class CaseHandlers:
    """Go from case to case; approve, flag and describe."""

    def __init__(self, app: AppModel, window: QWidget, docks: Docks, panel: CasesPanel) -> None:
        """Dialogs stand over the window; the search is in the panel."""
        self._app, self._window, self._docks, self._panel = app, window, docks, panel
        self._useful = UsefulCases(app.session)

    def open_case(self, case_id: str) -> None:
        """Open this case; why one cannot be opened stands in the place of its picture."""
        self._app.session.open_case(case_id)

    def retry(self) -> None:
        """Try again to open the case that could not be opened."""
        self._app.session.retry()

    def locate_picture(self) -> None:
        """Ask where the picture of the case is that could not be opened, and open it.

        Raises:
            UserError: the chosen file is not its picture, or the record cannot be written.
        """
        project, broken = self._app.session.project, self._app.session.broken
        if project is None or broken is None:
            return
        case_id = broken.case_id
        title, start = f"Where is the picture of {case_id}?", str(project.image_path(case_id).parent)
        chosen, _ = QFileDialog.getOpenFileName(self._window, title, start)
        if not chosen:
            return
        question = f"{Path(chosen).name} is not the file that was imported as {case_id}. Use it all the same?"
        if is_imported_file(project, case_id, Path(chosen)) or confirmed(
            self._window, "Another picture", question, "Use it"
        ):
            relocate(project.writable(), case_id, Path(chosen))
            self._app.session.retry()

    def start_with_empty_mask(self) -> None:
        """Put the mask aside that cannot be used, and open its case.

        Raises:
            WriteError: it cannot be moved.
        """
        session = self._app.session
        if session.project is not None and session.broken is not None:
            case_id = session.broken.case_id
            put_mask_aside(session.project.writable(), case_id)
            session.take(session.project.case(case_id))
            session.retry()

    def step(self, offset: int) -> None:
        """Go that many cases on, as far as there are some; past one that cannot be opened with the next press."""
        self._go(self._app.session.step(offset))

    def next_uncorrected(self) -> None:
        """Go to the next case that nobody has corrected."""
        self._go(self._app.session.next_uncorrected())

    def most_useful(self) -> None:
        """Go to the uncorrected case that it helps most to correct."""
        self._go(self._useful.next())

    def toggle_approved(self) -> None:
        """Approve the open case, or take that back; what was just painted is saved first."""
        opened = self._app.session.open
        if opened is not None and self._app.autosave.flush():
            self._app.session.mark(approved=opened.case.state is not CaseState.APPROVED)

    def toggle_flagged(self) -> None:
        """Flag the open case, or take that back."""
        if (case_id := self._app.session.case_id) is not None:
            self.toggle_flag_of(case_id)

    def toggle_flag_of(self, case_id: str) -> None:
        """Flag this case, or take that back."""
        session = self._app.session
        if session.project is not None:
            session.mark(case_id, flagged=not session.project.case(case_id).flagged)

    def edit_note(self) -> None:
        """Show the note on the open case and keep what is changed there."""
        if (case_id := self._app.session.case_id) is not None:
            self.edit_note_of(case_id)

    def edit_note_of(self, case_id: str) -> None:
        """Show the note on this case and keep what is changed there."""
        session = self._app.session
        if session.project is None:
            return
        case = session.project.case(case_id)
        dialog = CaseNoteDialog(self._window, case)
        if dialog.exec() and dialog.notes() != case.notes:
            session.mark(case_id, notes=dialog.notes())

    def set_eye(self, eye: Eye) -> None:
        """Note which eye the open case's picture shows."""
        opened = self._app.session.open
        if opened is not None and eye is not opened.case.eye:
            self._app.session.mark(eye=eye)

    def change_eye(self) -> None:
        """Note the next eye of right, left and not known; from not known on, the guessed one first."""
        opened = self._app.session.open
        if opened is None:
            return
        order = [Eye.UNKNOWN, Eye.RIGHT, Eye.LEFT]
        if self._app.eye_guess.eye is Eye.LEFT:
            order = [Eye.UNKNOWN, Eye.LEFT, Eye.RIGHT]
        self.set_eye(order[(order.index(opened.case.eye) + 1) % len(order)])

    def show_details(self) -> None:
        """Show what is noted of the open case and keep what is changed there."""
        if (case_id := self._app.session.case_id) is not None:
            self.show_details_of(case_id)

    def show_details_of(self, case_id: str) -> None:
        """Show what is noted of this case and keep what is changed there."""
        session = self._app.session
        self._app.autosave.flush()  # so that state and last change are those of what is seen
        if session.project is None:
            return
        case = session.project.case(case_id)
        dialog = CaseDetailsDialog(self._window, case, case.image_path(session.project.root))
        if not dialog.exec():
            return
        details = dialog.details()
        if details != CaseDetails(case.patient, case.eye, case.notes, case.flagged):
            session.mark(
                case_id, patient=details.patient, eye=details.eye, notes=details.notes, flagged=details.flagged
            )

    def search(self) -> None:
        """Put the keyboard into the search field of the list."""
        self._docks.cases.show()
        self._docks.cases.raise_()
        self._panel.filter.start_search()

    def _go(self, case_id: str | None) -> None:
        if case_id is not None:
            self._app.session.open_case(case_id)
