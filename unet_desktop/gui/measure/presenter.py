"""MeasurePresenter: brings the figures of the open mask, the eye and the scale to the Measure panel."""

from __future__ import annotations

from PySide6.QtCore import QObject

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.measure.panel import MeasurePanel
from unet_desktop.images.laterality import Eye


class MeasurePresenter(QObject):
    """Figures, eye and scale."""

    def __init__(self, app: AppModel, panel: MeasurePanel) -> None:
        """Connect them and show the present state."""
        super().__init__(panel)
        self._app, self._panel = app, panel
        app.live_measurement.measured.connect(self._on_measuring_measured)
        app.session.case_changed.connect(self._on_session_case_changed)
        app.session.project_changed.connect(self._on_session_case_changed)
        app.session.scale_changed.connect(self._on_session_case_changed)
        app.session.case_updated.connect(self._on_session_case_updated)
        self._on_session_case_changed()

    def _on_measuring_measured(self) -> None:
        app = self._app
        noted = Eye.UNKNOWN if app.session.open is None else app.session.open.case.eye
        self._panel.set_eye(noted, app.eye_guess.eye)
        self._panel.set_torn(app.live_measurement.torn)
        self._panel.set_measurement(
            app.live_measurement.shown, app.live_measurement.opened, app.live_measurement.accepted, app.editor.labels
        )

    def _on_session_case_changed(self) -> None:
        project = self._app.session.project
        self._panel.set_scale(None if project is None else project.mm_per_pixel)
        self._on_measuring_measured()

    def _on_session_case_updated(self, case_id: str) -> None:
        if case_id == self._app.session.case_id:
            self._on_session_case_changed()
