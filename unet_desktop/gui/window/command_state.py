"""CommandState: enables the actions for which everything is there, and checks those that are on."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.commands.actions import Actions
from unet_desktop.gui.commands.command import Needs
from unet_desktop.gui.style.theme import Appearance
from unet_desktop.project.case import UNCORRECTED
from unet_desktop.project.case_query import CaseFilter


class CommandState(QObject):
    """Keeps the actions in step with everything they depend on."""

    def __init__(self, app: AppModel, appearance: Appearance, actions: Actions, parent: QObject) -> None:
        super().__init__(parent)
        self._app, self._actions = app, actions
        for signal in (
            app.session.project_changed,
            app.session.case_changed,
            app.session.cases_changed,
            app.session.case_updated,
            app.session.models_changed,
            app.editor.history_changed,
            app.proposal.changed,
            app.options.changed,
            app.toolbox.changed,
            app.runner.busy_changed,
            app.view_options.changed,
            app.timeline.compared_changed,
            app.adjudication.masks_changed,
        ):
            signal.connect(self._refresh)  # at once: the next key must find its command enabled
        app.session.project_changed.connect(self._on_session_project_changed)
        app.session.cases.selection_changed.connect(self._on_selection_changed)
        app.editor.edited.connect(self._on_editor_edited)
        appearance.changed.connect(self._refresh, Qt.ConnectionType.QueuedConnection)
        self._refresh()

    def _refresh(self) -> None:
        self._actions.refresh(available(self._app))

    def _on_selection_changed(self) -> None:
        count = len(self._app.session.cases.selected)
        self._actions.set_texts(_name_several(count) if count > 1 else {})
        self._refresh()

    def _on_editor_edited(self) -> None:
        """Whoever paints works on the open case: its keys must not act on others that were selected before."""
        session = self._app.session
        if len(session.cases.selected) > 1:
            session.cases.select([] if session.current_id is None else [session.current_id])

    def _on_session_project_changed(self) -> None:
        project = self._app.session.project
        self._actions.set_labels(None if project is None else project.labels)


def _name_several(count: int) -> dict[str, str]:
    """Return what the commands do to so many selected cases."""
    return {
        "case.approve": f"&Approve {count:,} cases",
        "case.flag": f"&Flag {count:,} cases",
        "case.eye": f"&Eye of {count:,} cases…",
        "case.note": f"No&te on {count:,} cases…",
        "case.details": f"&Details of {count:,} cases…",
        "case.remove": f"Rem&ove {count:,} cases",
        "learn.predict": f"&Predict {count:,} cases",
    }


def available(app: AppModel) -> Needs:
    """The needs that are currently met."""
    session, editor = app.session, app.editor
    opened = session.open
    there = {
        Needs.PROJECT: session.project is not None,
        Needs.CASES: bool(session.case_ids),
        Needs.CASE: opened is not None,
        Needs.MASK: len(session.cases.selected) > 1
        or (opened is not None and (opened.case.state not in UNCORRECTED or not app.autosave.complete)),
        Needs.IDLE: not app.runner.busy,
        Needs.BUSY: app.runner.busy,
        Needs.MODEL: session.model_in_use is not None,
        Needs.UNCORRECTED: session.counts[0] < session.counts[1],
        Needs.UNTOUCHED: session.cases.tally[CaseFilter.NEW] + session.cases.tally[CaseFilter.PREDICTED] > 0,
        Needs.PROPOSAL: app.proposal.prediction is not None,
        Needs.UNDO: editor.history.can_undo
        or editor.drawing
        or app.toolbox.current.pending
        or app.toolbox.keeps_shape
        or app.proposal.was_rejected
        or app.cup_absence.was_said,
        Needs.REDO: editor.history.can_redo,
        Needs.SHAPE: app.toolbox.current.pending,
        Needs.WRITABLE: session.project is not None and not session.project.read_only,
        Needs.FIRST_PROPOSAL: session.offers_first_proposal,
        Needs.EYE: session.project is not None and session.project.labels.shows_eye(),
        Needs.READERS: bool(app.adjudication.drawn),
        Needs.CONSENSUS: app.adjudication.can_agree,
        Needs.VERSION: app.timeline.compared is not None and not app.timeline.compared.difference.same,
    }
    result = Needs.NOTHING
    for need, is_there in there.items():
        if is_there:
            result |= need
    return result
