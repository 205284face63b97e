"""HistoryPresenter: brings the steps and versions of the mask to their panel, and its choice back."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QObject

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.canvas.canvas import Canvas
from unet_desktop.gui.history.commands import HistoryCommands
from unet_desktop.gui.history.panel import HistoryPanel
from unet_desktop.gui.history.timeline_view import time_text
from unet_desktop.gui.jobs.comparison import OtherReader
from unet_desktop.gui.widgets.durations import group_digits
from unet_desktop.masks.patch import Patch


class HistoryPresenter(QObject):
    """Editor, timeline, canvas and history panel."""

    def __init__(self, canvas: Canvas, app: AppModel, panel: HistoryPanel, commands: HistoryCommands) -> None:
        """Connect them."""
        super().__init__(panel)
        self._canvas, self._app, self._panel = canvas, app, panel
        self._editor, editor, timeline = app.editor, app.editor, app.timeline
        self._counts: dict[Patch, int] = {}  # of the open case's steps: a large one takes milliseconds
        editor.history_changed.connect(self._on_editor_history_changed)
        panel.step_chosen.connect(editor.go_to)
        timeline.changed.connect(self._on_timeline_changed)
        timeline.compared_changed.connect(self._on_timeline_compared_changed)
        timeline.symbol_drawn.connect(panel.timeline.set_symbol)
        panel.timeline.symbol_wanted.connect(timeline.draw_symbol)
        panel.timeline.watched.connect(timeline.set_watched)
        panel.timeline.chosen.connect(timeline.compare)
        panel.timeline.restore_requested.connect(commands.restore_version)
        self._on_editor_history_changed()

    def _on_timeline_changed(self) -> None:
        session = self._app.session
        self._panel.timeline.set_writable(session.project is not None and not session.project.read_only)
        models = {model.header.weights_sha256: model.name for model in session.models}
        self._panel.timeline.set_versions(self._app.timeline.versions, models)

    def _on_timeline_compared_changed(self) -> None:
        compared = self._app.timeline.compared
        self._panel.timeline.set_compared(compared)
        if compared is None:
            self._canvas.set_version(None)
            return
        name = f"version {compared.version.number}, {time_text(compared.version.when, datetime.now().astimezone())}"
        self._canvas.set_version(OtherReader(compared.mask, compared.labels, name, "the mask now"))

    def _on_editor_history_changed(self) -> None:
        if self._editor.mask is None:
            self._panel.set_steps((), ())
            return
        history = self._editor.history
        beginning = "Older steps are forgotten" if history.has_dropped_steps else "Opened"
        known, self._counts = self._counts, {}
        for patch in history.patches:
            count = known.get(patch)
            self._counts[patch] = patch.changed if count is None else count
        sizes = ("", *(f"{group_digits(count)} px" for count in self._counts.values()))
        self._panel.set_steps((beginning, *history.names), history.undone_names, sizes)
