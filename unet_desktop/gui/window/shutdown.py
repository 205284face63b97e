"""Shutdown: what must happen before the window may close."""

from __future__ import annotations

import logging
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow, QMessageBox, QWidget

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.messages.confirm import confirm_stop
from unet_desktop.gui.messages.error_dialogs import ErrorDialogs
from unet_desktop.gui.window.docks import Docks
from unet_desktop.gui.window.panels import Panels

log = logging.getLogger("unet.gui")


def shut_down(window: QMainWindow, app: AppModel, docks: Docks, panels: Panels, errors: ErrorDialogs) -> bool:
    """Save everything, stop the threads and hide the window.

    Returns:
        False when the window must stay, as usable as before: a job runs and shall go on, or something cannot be saved
        and the user wants to keep it.
    """
    job = app.runner.job
    if job is not None and not is_logging_out() and not confirm_stop(window, job.title, job.kept(), "quit"):
        return False
    try:
        panels.grading.commit()
        app.editor.leave()
        if not app.autosave.flush() and not accepts_loss(window):
            return False
        _keep_settings(app)
    except Exception as error:  # noqa: BLE001 - a window that cannot say what is wrong must not vanish
        errors.show(error)
        return False
    app.autosave.stop()
    app.version_keeper.shutdown()
    for part in (app.live_measurement, app.runner, app.read_ahead, app.correction_log, app.missing_ratios):
        part.shutdown()
    panels.thumbnails.shutdown()
    panels.results.shutdown()
    app.session.shutdown()  # last: whoever writes in the project must be done when another program may take it
    try:
        docks.note_sizes()
        app.store.keep_geometry(window.saveGeometry(), docks.layout, docks.chosen)
        _hide(window)
    except Exception:  # the threads are gone, so the window has to go too
        log.exception("the window's layout could not be saved")
    return True


def is_logging_out() -> bool:
    """Whether the desktop's session ends; a question would only hold it up, since all is kept that can be."""
    application = QGuiApplication.instance()
    return isinstance(application, QGuiApplication) and application.isSavingSession()


def accepts_loss(window: QWidget) -> bool:
    """Ask whether to close although some masks cannot be written."""
    box = QMessageBox(window)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("Not everything is saved")
    box.setText("Some masks cannot be written to disk. If you close now, these changes are lost.")
    box.setInformativeText("Make room or check permissions, then close again.")
    stay = box.addButton("Stay open", QMessageBox.ButtonRole.RejectRole)
    lose = box.addButton("Close and lose them", QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(stay)
    box.exec()
    return box.clickedButton() is lose


def _keep_settings(app: AppModel) -> None:
    app.store.keep_unfinished_shapes(app.toolbox.kept_shapes.to_json())
    app.store.change(
        replace(
            app.store.settings,
            view=app.view_options.view,
            brush_diameter=app.options.diameter,
            pen_pressure=app.options.pressure,
            grow_parent=app.options.grow_parent,
        )
    )


def _hide(window: QWidget) -> None:
    for widget in window.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
        if widget.isWindow():
            widget.hide()
    window.hide()
