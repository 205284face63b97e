"""MeasureView: brings the figures of the open mask, the eye and the scale to the Measure panel."""

from __future__ import annotations

from PySide6.QtCore import QObject

from unet_desktop.gui.window.panels import Panels
from unet_desktop.gui.workbench import Workbench
from unet_desktop.images.eye import Eye


class MeasureView(QObject):
    """Figures, eye and scale."""

    def __init__(self, bench: Workbench, panels: Panels) -> None:
        """Connect them."""
        super().__init__(panels.measure)
        self._bench, self._panel = bench, panels.measure
        bench.measuring.measured.connect(self._on_measuring_measured)
        bench.session.case_changed.connect(self._on_session_case_changed)
        bench.session.project_changed.connect(self._on_session_case_changed)
        bench.session.scale_changed.connect(self._on_session_case_changed)
        bench.session.case_updated.connect(self._on_session_case_updated)
        self._on_session_case_changed()

    def _on_measuring_measured(self) -> None:
        bench = self._bench
        noted = Eye.UNKNOWN if bench.session.open is None else bench.session.open.case.eye
        self._panel.set_eye(noted, bench.eye_guess.eye)
        self._panel.set_torn(bench.measuring.torn)
        self._panel.set_measurement(
            bench.measuring.shown, bench.measuring.opened, bench.measuring.accepted, bench.editor.labels
        )

    def _on_session_case_changed(self) -> None:
        project = self._bench.session.project
        self._panel.set_scale(None if project is None else project.mm_per_pixel)
        self._on_measuring_measured()

    def _on_session_case_updated(self, case_id: str) -> None:
        if case_id == self._bench.session.case_id:
            self._on_session_case_changed()
