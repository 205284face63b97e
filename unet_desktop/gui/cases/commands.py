"""Commands of cases: go from case to case; approve, flag, describe, search."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from unet_desktop.errors import ProjectError
from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.cases.dialogs import CaseDetails, CaseDetailsDialog, CaseNoteDialog
from unet_desktop.gui.cases.panel import CasesPanel
from unet_desktop.gui.cases.several import SeveralCases
from unet_desktop.gui.commands.command import CommandSet, Needs, ShowsErrors, command, guarded
from unet_desktop.gui.session.useful_cases import UsefulCases
from unet_desktop.images.laterality import Eye
from unet_desktop.masks.measure import cup_and_disc
from unet_desktop.project.case import UNCORRECTED, Case, CaseState

_WRITES = Needs.CASE | Needs.WRITABLE


class CaseCommands(CommandSet):
    """Go from case to case; approve, flag, describe, search."""

    def __init__(
        self,
        app: AppModel,
        window: QWidget,
        panel: CasesPanel,
        show_panel: Callable[[], None],
        errors: ShowsErrors,
    ) -> None:
        """Make the commands.

        Args:
            app: what is behind the window.
            window: the parent of dialogs.
            panel: has the search field.
            show_panel: brings the panel to the front.
            errors: shows what goes wrong.
        """
        super().__init__(errors)
        self._app, self._window, self._panel, self._show_panel = app, window, panel, show_panel
        self._useful = UsefulCases(app.session)
        self._several = SeveralCases(app, window)

    @command(
        "case.previous",
        "&Previous case",
        shortcut="P PgUp Shift+D",
        icon="previous",
        needs=Needs.PROJECT | Needs.CASES,
        repeats=True,
        argument=-1,
    )
    @command(
        "case.next",
        "&Next case",
        shortcut="N PgDown D",
        icon="next",
        needs=Needs.PROJECT | Needs.CASES,
        repeats=True,
        argument=1,
    )
    def step(self, offset: int) -> None:
        """Go that many cases on in the list, or as far as it goes; a case that cannot be opened is a step too."""
        self._go(self._app.session.step(offset))

    @command(
        "case.next_uncorrected",
        "Next &uncorrected case",
        shortcut="U Shift+A",
        icon="uncorrected",
        needs=Needs.PROJECT | Needs.UNCORRECTED,
        tip="Go to the next case that nobody has corrected, or that is incomplete",
        repeats=True,
    )
    def next_uncorrected(self) -> None:
        self._go(self._app.session.next_uncorrected())

    @command(
        "case.accept_and_next",
        "A&ccept and next",
        shortcut="Shift+Return Shift+Enter",
        icon="accept-next",
        needs=_WRITES,
        tip="Accept the proposal, or the mask as it is, and go to the next case that nobody has corrected",
    )
    def accept_and_next(self) -> None:
        app = self._app
        opened = app.session.open
        if app.proposal.prediction is not None:
            over = not app.editor.untouched
            app.proposal.accept()
            if over:  # a mask was replaced: whoever did not mean that must see it, and undo it
                return
        elif opened is not None and opened.case.state in UNCORRECTED and app.autosave.complete:
            app.proposal.decided.emit("There is nothing to accept here: draw a mask, or let the model predict one.")
            return
        following = app.session.next_uncorrected()
        if following is None:
            app.proposal.decided.emit("Accepted. No other case is uncorrected.")
        self._go(following)

    @command(
        "case.most_useful",
        "&Most useful case next",
        shortcut="J Shift+W",
        icon="useful",
        needs=Needs.PROJECT | Needs.UNTOUCHED,
        tip="Go to the uncorrected case with the least certain prediction",
        repeats=True,
    )
    def most_useful(self) -> None:
        self._go(self._useful.next())

    @command(
        "case.approve",
        "&Approved",
        shortcut="Ctrl+Return Ctrl+G",
        icon="approve",
        needs=_WRITES | Needs.MASK,
        tip="Mark the mask as checked and final",
        is_checked=lambda self: self.is_approved,
    )
    def toggle_approved(self) -> None:
        """Approve the open case or withdraw that, after saving what was just painted.

        Raises:
            ProjectError: it is incomplete.
        """
        session = self._app.session
        if self._several.chosen:
            self._several.toggle_approved()
            return
        if session.open is None or not self._app.autosave.flush():
            return
        if not self.is_approved and session.open.case.incomplete:
            raise ProjectError(self._explain_incomplete(session.open.case))
        session.mark(approved=not self.is_approved)

    def _explain_incomplete(self, case: Case) -> str:
        project = self._app.session.project
        pair = None if project is None else cup_and_disc(project.labels)
        cup, disc = ("cup", "disc") if pair is None else (pair[0].name, pair[1].name)
        return (
            f"{case.id} is incomplete: the {disc} is drawn, but no {cup}. Draw the {cup}, or choose Case > No {cup} "
            "here. Then approve the case."
        )

    @property
    def is_approved(self) -> bool:
        """Whether the open case is approved, or all that are selected."""
        if self._several.chosen:
            return self._several.all_approved
        opened = self._app.session.open
        return opened is not None and opened.case.state is CaseState.APPROVED

    @command(
        "case.no_cup",
        "No cup &here",
        shortcut="Shift+X",
        icon="no-cup",
        needs=_WRITES,
        tip="Say that there is no cup in this disc, so that the case is complete without one",
        is_checked=lambda self: self._app.cup_absence.is_said,
    )
    def toggle_no_cup(self) -> None:
        self._app.cup_absence.toggle()

    @command(
        "case.flag",
        "&Flagged",
        shortcut="Shift+F",
        icon="flag",
        needs=_WRITES,
        tip="Doubtful: leave it out of training",
        is_checked=lambda self: self.is_flagged,
    )
    def toggle_flagged(self) -> None:
        if self._several.chosen:
            self._several.toggle_flagged()
            return
        if (case_id := self._app.session.case_id) is not None:
            self.toggle_flag_of(case_id)

    @property
    def is_flagged(self) -> bool:
        """Whether the open case is flagged, or all that are selected."""
        if self._several.chosen:
            return self._several.all_flagged
        opened = self._app.session.open
        return opened is not None and opened.case.flagged

    @command(
        "case.eye",
        "Change &eye",
        shortcut="Shift+E",
        icon="eye",
        needs=_WRITES,
        tip="Cycle through right, left and unknown, starting with the guess",
    )
    def change_eye(self) -> None:
        """Note the next eye of right, left and not known; after not known, the guessed one comes first."""
        opened = self._app.session.open
        if self._several.chosen:
            self._several.describe()
            return
        if opened is None:
            return
        order = [Eye.UNKNOWN, Eye.RIGHT, Eye.LEFT]
        if self._app.eye_guess.eye is Eye.LEFT:
            order = [Eye.UNKNOWN, Eye.LEFT, Eye.RIGHT]
        self.set_eye(order[(order.index(opened.case.eye) + 1) % len(order)])

    @command(
        "case.search",
        "&Search cases",
        shortcut="Ctrl+F",
        icon="search",
        needs=Needs.PROJECT,
        tip="Find cases by name, patient or notes",
    )
    def search(self) -> None:
        self._show_panel()
        self._panel.filter.start_search()

    @command("case.note", "No&te…", shortcut="Shift+N", icon="note", needs=_WRITES, tip="Write a note on the case")
    def edit_note(self) -> None:
        if self._several.chosen:
            self._several.describe()
            return
        if (case_id := self._app.session.case_id) is not None:
            self.edit_note_of(case_id)

    @command(
        "case.details",
        "Case &details…",
        shortcut="Ctrl+D",
        icon="details",
        needs=_WRITES,
        tip="Patient, eye and notes of the case",
    )
    def show_details(self) -> None:
        if self._several.chosen:
            self._several.describe()
            return
        if (case_id := self._app.session.case_id) is not None:
            self.show_details_of(case_id)

    @guarded
    def open_case(self, case_id: str) -> None:
        """Open this case; if it cannot be opened, its page says why."""
        self._app.session.open_case(case_id)

    @guarded
    def toggle_flag_of(self, case_id: str) -> None:
        """Flag this case, or remove its flag."""
        session = self._app.session
        if session.project is not None:
            session.mark(case_id, flagged=not session.project.case(case_id).flagged)

    @guarded
    def edit_note_of(self, case_id: str) -> None:
        """Show the note on this case and save changes."""
        session = self._app.session
        if session.project is None:
            return
        case = session.project.case(case_id)
        dialog = CaseNoteDialog(self._window, case)
        if dialog.exec() and dialog.notes() != case.notes:
            session.mark(case_id, notes=dialog.notes())

    @guarded
    def set_eye(self, eye: Eye) -> None:
        """Note which eye the open case's picture shows."""
        opened = self._app.session.open
        if opened is not None and eye is not opened.case.eye:
            self._app.session.mark(eye=eye)

    @guarded
    def show_details_of(self, case_id: str) -> None:
        """Show what is noted of this case and save changes."""
        session = self._app.session
        self._app.autosave.flush()  # so that state and last change are those of what is seen
        if session.project is None:
            return
        case = session.project.case(case_id)
        dialog = CaseDetailsDialog(self._window, case, case.image_path(session.project.root), session.project.labels)
        if not dialog.exec():
            return
        details = dialog.details()
        if details != CaseDetails(case.patient, case.eye, case.notes, case.flagged, details.axial_length_mm):
            session.mark(
                case_id, patient=details.patient, eye=details.eye, notes=details.notes, flagged=details.flagged
            )
        if dialog.is_length_changed:
            session.grade(case_id, axial_length_mm=details.axial_length_mm)

    def _go(self, case_id: str | None) -> None:
        if case_id is not None:
            self._app.session.open_case(case_id)
