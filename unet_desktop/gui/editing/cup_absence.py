"""CupAbsence: a person says that there is no cup in the disc of the open case, and may take that back."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from unet_desktop.errors import ProjectError
from unet_desktop.gui.editing.autosave import Autosave
from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.editing.proposal import Proposal
from unet_desktop.gui.session.session import Session
from unet_desktop.masks.history import Step
from unet_desktop.masks.measure import cup_and_disc, vertical_ratio
from unet_desktop.masks.regions import Mask
from unet_desktop.project.case import UNCORRECTED


class CupAbsence(QObject):
    """Marks the open case; "cup" and "disc" are the project's labels of `cup_and_disc`.

    Signals:
        decided(sentence): there is none, or that was taken back.
    """

    decided = Signal(str)

    def __init__(
        self, session: Session, editor: Editor, autosave: Autosave, proposal: Proposal, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._editor, self._autosave, self._proposal = session, editor, autosave, proposal
        self._said_last = False  # it was the last thing done to the case
        editor.edited.connect(self._on_editor_edited)
        session.case_changed.connect(self._on_session_case_changed)

    @property
    def is_said(self) -> bool:
        """Whether the open case has no cup, as someone said."""
        opened = self._session.open
        return opened is not None and opened.case.no_cup and opened.case.lacks_cup

    @property
    def was_said(self) -> bool:
        """Can `take_back` undo it?"""
        return self._said_last

    def toggle(self) -> None:
        """Say that there is no cup, or take that back; a proposal in place of a mask is accepted first.

        Raises:
            ProjectError: there is a cup, or no disc. WriteError: the record cannot be written.
        """
        opened, prediction = self._session.open, self._proposal.prediction
        if prediction is not None and self._editor.untouched:
            self._check(prediction.mask)
            self._proposal.accept()
        if not self._autosave.flush():  # the record must speak of the mask that is seen
            return
        if self.is_said:
            self._mark(no_cup=False)
        elif opened is not None and self._editor.mask is not None:
            self._check(self._editor.mask)
            self._measure_if_unknown()
            self._mark(no_cup=True)

    def _check(self, mask: Mask) -> None:
        """Check that an (H, W) uint8 mask has a disc without a cup.

        Raises:
            ProjectError: it has not.
        """
        project = self._session.project
        pair = None if project is None else cup_and_disc(project.labels)
        if project is None or pair is None:
            return
        (cup, disc), ratio, case_id = pair, vertical_ratio(mask, project.labels), self._session.case_id
        if ratio is None:
            raise ProjectError(
                f"The outline of the {disc.name} of {case_id} is not complete. Draw the {disc.name} first."
            )
        if ratio > 0:
            raise ProjectError(
                f"The {cup.name} of {case_id} is drawn already. If the picture has none, erase it first."
            )

    def take_back(self) -> bool:
        """Undo saying it, if that was the last thing done to the case; False if it was not.

        Raises:
            WriteError: the record cannot be written.
        """
        if not self._said_last:
            return False
        self._mark(no_cup=False)
        return True

    def _measure_if_unknown(self) -> None:
        """Note the ratio of a mask that an earlier version saved without it."""
        project, opened, mask = self._session.project, self._session.open, self._editor.mask
        if project is None or opened is None or mask is None:
            return
        if opened.case.vcdr is None and opened.case.state not in UNCORRECTED:
            ratio = vertical_ratio(mask, project.labels)
            for case in [] if ratio is None else project.note_ratios({opened.case.id: ratio}):
                self._session.update_case(case)

    def _mark(self, *, no_cup: bool) -> None:
        project = self._session.project
        pair = None if project is None else cup_and_disc(project.labels)
        if pair is None:
            return
        self._said_last = no_cup
        try:
            self._session.mark(no_cup=no_cup)
        except Exception:
            self._said_last = not no_cup
            raise
        name = pair[0].name
        self.decided.emit(f"No {name} here; undo takes it back." if no_cup else f"The {name} is still to be drawn.")

    def _on_editor_edited(self, step: Step) -> None:
        self._said_last = False

    def _on_session_case_changed(self) -> None:
        self._said_last = False
