"""Proposal: a model's mask of the open case, shown until the user accepts or rejects it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from unet_desktop.errors import UserError
from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.session.session import Session
from unet_desktop.masks.history import Step, StepKind
from unet_desktop.masks.patch import SourcePatch
from unet_desktop.masks.trust import NO_TRUST, Trust
from unet_desktop.project.case import CaseState
from unet_desktop.project.predictions import StoredPrediction

ACCEPTED = "Accept proposal"
"""Name of the step."""
ACCEPTED_NAMES = {ACCEPTED, "Accept prediction"}
"""Names in journals; earlier versions wrote the second one."""


class Proposal(QObject):
    """The prediction that waits for a decision, and how far the open case's last prediction can be trusted.

    Signals:
        changed: another prediction is shown, or none.
        decided(sentence): it was accepted or rejected, or a rejection was undone.
        problem(sentence): the case's prediction cannot be read; the case itself can be worked on.

    Attributes:
        prediction: the one that is shown, or None.
        trust: how far it, or the accepted one, can be trusted.
    """

    changed = Signal()
    decided = Signal(str)
    problem = Signal(str)

    def __init__(self, session: Session, editor: Editor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.prediction: StoredPrediction | None = None
        self.trust = NO_TRUST
        self._session, self._editor = session, editor
        self._rejected: StoredPrediction | None = None  # if that was the last thing done to the case
        editor.edited.connect(self._on_editor_edited)
        session.case_changed.connect(self._on_session_case_changed)
        session.case_updated.connect(self._on_session_case_updated)

    def show_prediction(self) -> None:
        """Read and show the open case's prediction, even if the case has a mask."""
        project, case_id = self._session.project, self._session.case_id
        prediction = None
        if project is not None and case_id is not None:
            try:
                prediction = project.load_prediction(case_id)
            except UserError as error:
                self.problem.emit(str(error))
        self._set(prediction)

    def accept(self) -> None:
        """Make the prediction the mask, in one step that can be undone."""
        prediction = self.prediction
        if prediction is None:
            return
        self._set(None, prediction.trust)  # the uncertainty map is still needed while it is corrected
        over = not self._editor.untouched
        self._editor.replace_mask(ACCEPTED, prediction.mask, model=prediction.model)
        if not self._editor.locked:
            locks = self._editor.locks
            kept = "" if locks is None else f" without the locked {' and '.join(locks.names)}"
            self.decided.emit(f"Accepted{' over your mask' if over else ''}{kept}; undo brings it back.")

    def reject(self) -> None:
        """Discard the prediction; the mask stays as it is.

        Raises:
            WriteError: its file cannot be removed; it stays.
        """
        project, case_id = self._session.project, self._session.case_id
        if self.prediction is None or project is None or case_id is None:
            return
        rejected, case = self.prediction, project.writable().discard_prediction(case_id)
        self._rejected = rejected
        self._set(None)
        self._session.update_case(case)
        self.decided.emit("The proposal was rejected; undo brings it back.")

    @property
    def was_rejected(self) -> bool:
        """Can `take_back` restore one?"""
        return self._rejected is not None

    def take_back(self) -> bool:
        """Restore the prediction if rejecting it was the last thing done to the case; False if it was not.

        Raises:
            WriteError: its file cannot be written; it stays rejected.
        """
        project, case_id, rejected = self._session.project, self._session.case_id, self._rejected
        if rejected is None or project is None or case_id is None:
            return False
        case = project.writable().save_prediction(
            case_id, rejected.mask, model=rejected.model, confidence=rejected.confidence, trust=rejected.trust
        )
        self._rejected = None
        self._set(rejected)
        self._session.update_case(case)
        self.decided.emit("The proposal was restored.")
        return True

    def _on_editor_edited(self, step: Step) -> None:
        self._rejected = None
        if isinstance(step.patch, SourcePatch) and step.patch.name in ACCEPTED_NAMES:
            if step.kind is StepKind.UNDONE:
                self.show_prediction()
            else:
                self._set(None, self.trust)

    def _set(self, prediction: StoredPrediction | None, trust: Trust = NO_TRUST) -> None:
        trust = trust if prediction is None else prediction.trust
        if prediction is not self.prediction or trust is not self.trust:
            self.prediction, self.trust = prediction, trust
            self.changed.emit()

    def _on_session_case_changed(self) -> None:
        opened = self._session.open
        self._rejected = None
        self._set(None if opened is None else opened.prediction)
        if opened is not None and opened.problem:
            self.problem.emit(opened.problem)

    def _on_session_case_updated(self, case_id: str) -> None:
        """Show the prediction again if accepting it was undone, so that the case is only predicted."""
        opened = self._session.open
        if self.prediction is not None or opened is None or opened.case.id != case_id:
            return
        if opened.case.state is CaseState.PREDICTED:
            self.show_prediction()
