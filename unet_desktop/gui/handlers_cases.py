"""Handlers of the Case menu."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from unet_desktop.errors import UserError
from unet_desktop.gui.dialogs.case_details import CaseDetails, CaseDetailsDialog
from unet_desktop.gui.workbench import Workbench
from unet_desktop.project.case import CaseState, Eye


class CaseHandlers:
    """Go from case to case; approve, flag and describe."""

    def __init__(self, bench: Workbench, window: QWidget) -> None:
        """Dialogs stand over the window."""
        self._bench, self._window = bench, window

    def open_case(self, case_id: str) -> None:
        """Open this case; when that fails, the list shows again what stays open."""
        try:
            self._bench.session.open_case(case_id)
        except UserError:
            self._bench.session.case_updated.emit(self._bench.session.case_id or "")
            self._bench.session.start_from_open()
            raise

    def step(self, offset: int) -> None:
        """Go that many cases on, as far as there are some; past one that cannot be opened with the next press."""
        self._go(self._bench.session.step(offset))

    def next_uncorrected(self) -> None:
        """Go to the next case that nobody has corrected."""
        self._go(self._bench.session.next_uncorrected())

    def toggle_approved(self) -> None:
        """Approve the open case, or take that back; what was just painted is saved first."""
        opened = self._bench.session.open
        if opened is not None and self._bench.autosave.flush():
            self._bench.session.mark(approved=opened.case.state is not CaseState.APPROVED)

    def toggle_flagged(self) -> None:
        """Flag the open case, or take that back."""
        opened = self._bench.session.open
        if opened is not None:
            self._bench.session.mark(flagged=not opened.case.flagged)

    def set_eye(self, eye: Eye) -> None:
        """Note which eye the open case's picture shows."""
        opened = self._bench.session.open
        if opened is not None and eye is not opened.case.eye:
            self._bench.session.mark(eye=eye)

    def change_eye(self) -> None:
        """Note the next eye of right, left and not known; from not known on, the guessed one first."""
        opened = self._bench.session.open
        if opened is None:
            return
        order = [Eye.UNKNOWN, Eye.RIGHT, Eye.LEFT]
        if self._bench.eye_guess.eye is Eye.LEFT:
            order = [Eye.UNKNOWN, Eye.LEFT, Eye.RIGHT]
        self.set_eye(order[(order.index(opened.case.eye) + 1) % len(order)])

    def show_details(self) -> None:
        """Show what is noted of the open case and keep what is changed there."""
        session = self._bench.session
        self._bench.autosave.flush()  # so that state and last change are those of what is seen
        if session.project is None or session.open is None:
            return
        case = session.open.case
        dialog = CaseDetailsDialog(self._window, case, case.image_path(session.project.root))
        if not dialog.exec():
            return
        details = dialog.details()
        if details != CaseDetails(case.patient, case.eye, case.notes, case.flagged):
            session.mark(patient=details.patient, eye=details.eye, notes=details.notes, flagged=details.flagged)

    def _go(self, case_id: str | None) -> None:
        if case_id is not None:
            self._bench.session.open_case(case_id)
