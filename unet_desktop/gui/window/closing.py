"""Closing: what must happen before the window may go."""

from __future__ import annotations

import logging
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow, QMessageBox, QWidget

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.messages.error_dialogs import Problems
from unet_desktop.gui.window.docks import Docks
from unet_desktop.gui.window.panels import Panels

log = logging.getLogger("unet.gui")


class Closing:
    """Saves, asks when something cannot be saved, stops the threads, and keeps what is to be remembered."""

    def __init__(
        self,
        window: QMainWindow,
        app: AppModel,
        docks: Docks,
        panels: Panels,
        problems: Problems,
    ) -> None:
        """Serve this window."""
        self._docks, self._problems = docks, problems
        self._window, self._app, self._panels = window, app, panels

    def close(self) -> bool:
        """Do all that; False when the window must stay, with everything in it as usable as before."""
        try:
            self._app.editor.leave()
            if not self._app.autosave.flush() and not self._may_lose():
                return False
            self._keep_settings()
        except Exception as error:  # noqa: BLE001 - a window that cannot say what is wrong must not vanish
            self._problems.show(error)
            return False
        self._app.autosave.stop()
        self._app.runner.shutdown()
        self._app.session.shutdown()
        self._app.read_ahead.shutdown()
        self._app.correction_log.shutdown()
        self._app.missing_ratios.shutdown()
        self._panels.thumbnails.shutdown()
        self._panels.results.shutdown()
        try:
            self._keep_layout()
        except Exception:  # the threads are gone, so the window has to go too
            log.exception("the window's layout could not be kept")
        return True

    def _keep_settings(self) -> None:
        store = self._app.store
        store.change(
            replace(
                store.settings,
                view=self._app.view_options.view,
                brush_diameter=self._app.options.diameter,
                pen_pressure=self._app.options.pressure,
            )
        )

    def _keep_layout(self) -> None:
        self._app.store.keep_geometry(self._window.saveGeometry(), self._docks.layout)
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
