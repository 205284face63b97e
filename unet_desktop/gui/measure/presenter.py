"""MeasurePresenter: shows the measurements of the open mask, the eye and the scale in their panel."""

from __future__ import annotations

from PySide6.QtCore import QObject

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.editing.eye_guess import EyeGuess
from unet_desktop.gui.editing.live_measurement import LiveMeasurement
from unet_desktop.gui.measure.panel import MeasurePanel
from unet_desktop.gui.session.session import Session
from unet_desktop.images.laterality import Eye
from unet_desktop.masks.ddls import DiscRating, rate_disc


class MeasurePresenter(QObject):
    """Measurements, eye and scale."""

    def __init__(
        self,
        session: Session,
        editor: Editor,
        live_measurement: LiveMeasurement,
        eye_guess: EyeGuess,
        panel: MeasurePanel,
    ) -> None:
        """Connect them and show the present state."""
        super().__init__(panel)
        self._session, self._editor, self._panel = session, editor, panel
        self._live_measurement, self._eye_guess = live_measurement, eye_guess
        live_measurement.measured.connect(self._on_live_measurement_measured)
        live_measurement.became_late.connect(self._on_live_measurement_became_late)
        session.case_changed.connect(self._on_session_case_changed)
        session.project_changed.connect(self._on_session_case_changed)
        session.scale_changed.connect(self._on_session_case_changed)
        session.case_updated.connect(self._on_session_case_updated)
        self._on_session_case_changed()

    def _on_live_measurement_measured(self) -> None:
        opened, live = self._session.open, self._live_measurement
        self._panel.set_eye(Eye.UNKNOWN if opened is None else opened.case.eye, self._eye_guess.eye)
        self._panel.set_fragmented(live.fragmented)
        self._panel.set_measurement(live.shown, live.opened, live.accepted, self._editor.labels, self._rate())
        self._panel.set_late(live.late)

    def _rate(self) -> DiscRating | None:
        project, opened, shown = self._session.project, self._session.open, self._live_measurement.shown
        if project is None or opened is None or shown is None:
            return None
        return rate_disc(
            shown,
            mm_per_pixel=project.mm_per_pixel,
            degrees_per_pixel=project.degrees_per_pixel,
            axial_length_mm=opened.case.axial_length_mm,
            fovea=opened.case.fovea,
        )

    def _on_live_measurement_became_late(self) -> None:
        self._panel.set_late(True)

    def _on_session_case_changed(self) -> None:
        scale = self._session.scale
        self._panel.set_scale(None if scale is None else scale.mm_per_pixel)
        self._on_live_measurement_measured()

    def _on_session_case_updated(self, case_id: str) -> None:
        if case_id == self._session.case_id:
            self._on_session_case_changed()
