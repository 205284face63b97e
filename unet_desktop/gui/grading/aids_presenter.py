"""AidsPresenter: shows the fovea on the canvas, and gives the ruler its units."""

from __future__ import annotations

import math

from PySide6.QtCore import QObject

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.canvas.canvas import Canvas
from unet_desktop.gui.grading.commands import GradingCommands
from unet_desktop.gui.tools.ruler import RulerUnits
from unet_desktop.masks.disc_size import find_scale
from unet_desktop.masks.measure import Measurement


class AidsPresenter(QObject):
    """Connects fovea tool and ruler with the open case, its mask and the canvas."""

    def __init__(self, canvas: Canvas, app: AppModel, commands: GradingCommands) -> None:
        """Connect them and show the present state."""
        super().__init__(canvas)
        self._canvas, self._app = canvas, app
        app.toolbox.fovea.placed.connect(commands.place_fovea)
        app.session.case_changed.connect(self._show_case)
        app.session.case_updated.connect(self._on_session_case_updated)
        app.session.scale_changed.connect(self._show_units)
        app.live_measurement.measured.connect(self._show_units)
        self._show_case()

    def _on_session_case_updated(self, case_id: str) -> None:
        if case_id == self._app.session.case_id:
            self._show_case()

    def _show_case(self) -> None:
        opened = self._app.session.open
        self._canvas.set_fovea(None if opened is None else opened.case.fovea)
        self._show_units()

    def _show_units(self) -> None:
        session, measured = self._app.session, self._app.live_measurement.shown
        scale = session.scale
        if scale is None and session.open is not None and (distance := _distance(measured, session.open.case.fovea)):
            scale = find_scale(fovea_distance_px=distance)
        height = None
        if measured is not None and measured.disc is not None:
            height = float(measured.extents[measured.disc].height) or None
        self._app.toolbox.ruler.set_units(
            RulerUnits(height, None) if scale is None else RulerUnits(height, scale.mm_per_pixel, guessed=scale.guessed)
        )


def _distance(measured: Measurement | None, fovea: tuple[float, float] | None) -> float | None:
    """Return the distance between the centres of disc and fovea, pixels; None without both."""
    if measured is None or measured.rim is None or fovea is None:
        return None
    return math.dist((measured.rim.x, measured.rim.y), fovea)
