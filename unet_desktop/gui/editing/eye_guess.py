"""EyeGuess: which eye the open picture seems to show, if the case's record does not say."""

from __future__ import annotations

import math

from PySide6.QtCore import QObject

from unet_desktop.gui.editing.editor import CaseKey, Editor
from unet_desktop.gui.editing.live_measurement import LiveMeasurement
from unet_desktop.gui.session.session import Session
from unet_desktop.images.laterality import Eye, guess_eye_from_picture
from unet_desktop.masks.rim import fovea_axis


class EyeGuess(QObject):
    """Guesses between gestures, from the first disc on, until the guess is clear; a guess is never stored."""

    def __init__(
        self, session: Session, editor: Editor, live_measurement: LiveMeasurement, parent: QObject | None = None
    ) -> None:
        """Use every new measurement, before the panels do."""
        super().__init__(parent)
        self._session, self._editor, self._live_measurement = session, editor, live_measurement
        self._key: CaseKey | None = None
        self._eye = Eye.UNKNOWN
        live_measurement.measured.connect(self._on_live_measurement_measured)

    @property
    def eye(self) -> Eye:
        """The guess: by the side on which the fovea lies, else by the picture; unknown if there is none."""
        opened, shown = self._session.open, self._live_measurement.shown
        if opened is not None and shown is not None and shown.rim is not None:
            axis = fovea_axis(shown.rim, opened.case.fovea)
            if axis is not None and axis.eye is not Eye.UNKNOWN:
                return axis.eye
        return self._eye if self._key == self._editor.key else Eye.UNKNOWN

    def _on_live_measurement_measured(self) -> None:
        opened, now = self._session.open, self._live_measurement.shown
        if opened is None or opened.case.eye is not Eye.UNKNOWN or self.eye is not Eye.UNKNOWN:
            return
        if now is None or now.rim is None or now.disc is None or not self._live_measurement.settled:
            return
        diameter = 2 * math.sqrt(now.extents[now.disc].area / math.pi)
        self._key = self._editor.key
        self._eye = guess_eye_from_picture(opened.image.pixels, now.rim.x, now.rim.y, diameter)
