"""Closing: what must happen before the window may go."""

from __future__ import annotations

import logging
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow, QMessageBox, QWidget

from unet_desktop.gui.messages.error_dialogs import Problems
from unet_desktop.gui.window.docks import Docks
from unet_desktop.gui.window.panels import Panels
from unet_desktop.gui.workbench import Workbench

log = logging.getLogger("unet.gui")


class Closing:
    """Saves, asks when something cannot be saved, stops the threads, and keeps what is to be remembered."""

    def __init__(
        self,
        window: QMainWindow,
        bench: Workbench,
        docks: Docks,
        panels: Panels,
        problems: Problems,
    ) -> None:
        """Serve this window."""
        self._docks, self._problems = docks, problems
        self._window, self._bench, self._panels = window, bench, panels

    def close(self) -> bool:
        """Do all that; False when the window must stay, with everything in it as usable as before."""
        try:
            self._bench.editor.leave()
            if not self._bench.autosave.flush() and not self._may_lose():
                return False
            self._keep_settings()
        except Exception as error:  # noqa: BLE001 - a window that cannot say what is wrong must not vanish
            self._problems.show(error)
            return False
        self._bench.autosave.stop()
        self._bench.runner.shutdown()
        self._bench.session.shutdown()
        self._bench.prefetch.shutdown()
        self._bench.corrections.shutdown()
        self._bench.missing_ratios.shutdown()
        self._panels.thumbnails.shutdown()
        self._panels.results.shutdown()
        try:
            self._keep_layout()
        except Exception:  # the threads are gone, so the window has to go too
            log.exception("the window's layout could not be kept")
        return True

    def _keep_settings(self) -> None:
        store = self._bench.store
        store.change(
            replace(
                store.settings,
                view=self._bench.view_options.view,
                brush_diameter=self._bench.options.diameter,
                pen_pressure=self._bench.options.pressure,
            )
        )

    def _keep_layout(self) -> None:
        self._bench.store.keep_geometry(self._window.saveGeometry(), self._docks.layout)
        for widget in self._window.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
            if widget.isWindow():
                widget.hide()
        self._window.hide()

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
