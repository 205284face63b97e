"""HistoryView: brings the editor's steps to their panel, and its choice back."""

from __future__ import annotations

from PySide6.QtCore import QObject

from unet_desktop.gui.editor import Editor
from unet_desktop.gui.panels.history import HistoryPanel


class HistoryView(QObject):
    """Editor and history panel."""

    def __init__(self, editor: Editor, panel: HistoryPanel) -> None:
        """Connect them."""
        super().__init__(panel)
        self._editor, self._panel = editor, panel
        editor.history_changed.connect(self._on_editor_history_changed)
        panel.step_chosen.connect(editor.go_to)
        self._on_editor_history_changed()

    def _on_editor_history_changed(self) -> None:
        if self._editor.mask is None:
            self._panel.set_steps((), ())
            return
        history = self._editor.history
        beginning = "Older steps are forgotten" if history.forgot else "Opened"
        self._panel.set_steps((beginning, *history.names), history.undone_names)
