"""HistoryPresenter: brings the editor's steps to their panel, and its choice back."""

from __future__ import annotations

from PySide6.QtCore import QObject

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.history.panel import HistoryPanel
from unet_desktop.gui.widgets.durations import group_digits
from unet_desktop.masks.patch import Patch


class HistoryPresenter(QObject):
    """Editor and history panel."""

    def __init__(self, editor: Editor, panel: HistoryPanel) -> None:
        """Connect them."""
        super().__init__(panel)
        self._editor, self._panel = editor, panel
        self._counts: dict[Patch, int] = {}  # of the open case's steps: a large one takes milliseconds
        editor.history_changed.connect(self._on_editor_history_changed)
        panel.step_chosen.connect(editor.go_to)
        self._on_editor_history_changed()

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
