"""Closing: what must happen before the window may go."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QMainWindow, QMessageBox

from unet_desktop.gui.canvas.canvas import Canvas
from unet_desktop.gui.docks import Docks
from unet_desktop.gui.panels.thumbnails import Thumbnails
from unet_desktop.gui.workbench import Workbench


class Closing:
    """Saves, asks when something cannot be saved, stops the threads, and keeps what is to be remembered."""

    def __init__(
        self, window: QMainWindow, bench: Workbench, docks: Docks, thumbnails: Thumbnails, canvas: Canvas
    ) -> None:
        """Serve this window."""
        self._docks = docks
        self._window, self._bench, self._thumbnails, self._canvas = window, bench, thumbnails, canvas

    def close(self) -> bool:
        """Do all that; False when the window must stay."""
        self._bench.editor.finish()
        if not self._bench.autosave.flush() and not self._may_lose():
            return False
        self._bench.autosave.stop()
        self._bench.runner.shutdown()
        self._thumbnails.shutdown()
        store = self._bench.store
        store.change(
            replace(
                store.settings,
                overlay_opacity=self._canvas.overlay_opacity,
                brush_diameter=self._bench.options.diameter,
            )
        )
        self._window.hide()
        self._docks.set_project_open(True)  # what is remembered is the layout of work, not of the first page
        store.keep_geometry(self._window.saveGeometry(), self._window.saveState())
        return True

    def _may_lose(self) -> bool:
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle("Not everything is saved")
        box.setText("Some masks cannot be written to disk. If you close now, these changes are lost.")
        box.setInformativeText("Make room or check permissions, then close again.")
        stay = box.addButton("Stay open", QMessageBox.ButtonRole.RejectRole)
        lose = box.addButton("Close and lose them", QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(stay)
        box.exec()
        return box.clickedButton() is lose
