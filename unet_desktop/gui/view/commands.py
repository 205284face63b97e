"""Handlers of the View menu, as far as they concern the canvas."""

from __future__ import annotations

import time

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.canvas.canvas import Canvas
from unet_desktop.gui.canvas.zoom_view import STEP
from unet_desktop.gui.settings.view_options import CLAHE, Beside
from unet_desktop.gui.view.close_up import marked
from unet_desktop.images.display import NEUTRAL, Channel
from unet_desktop.masks.drawing import Style

_HELD = 0.35
"""Seconds from which a key counts as held: letting it go takes back what pressing it did."""


class ViewHandlers:
    """Zoom, overlay and the look of the picture."""

    def __init__(self, app: AppModel, canvas: Canvas) -> None:
        """Work on this canvas."""
        self._app, self._canvas, self._options = app, canvas, app.view_options
        self._pressed_at = 0.0

    def fit(self) -> None:
        """Show the whole picture."""
        self._canvas.fit()

    def zoom(self, steps: int) -> None:
        """Zoom in or out round the middle."""
        self._canvas.zoom_by(STEP**steps)

    def actual(self) -> None:
        """One image pixel on one pixel of the screen."""
        self._canvas.zoom_to(1.0)

    def zoom_mask(self) -> None:
        """Show what is marked, or what is proposed, close up; the whole picture when nothing is."""
        box = marked(self._app)
        if box is None:
            self._canvas.fit()
        else:
            self._canvas.show_box(box)

    def toggle_close_up(self) -> None:
        """Zoom to the mask in each case from now on, and in this one at once; or show cases whole again."""
        self.toggle("close_up")
        if self._options.view.close_up:
            self.zoom_mask()
        else:
            self._canvas.fit()

    def set_scale(self, mm_per_pixel: float | None) -> None:
        """Keep with the project how many millimetres a pixel covers; None for nobody knows.

        Raises:
            WriteError: it cannot be written; it stays as it was.
        """
        session = self._app.session
        if session.project is None:
            return
        try:
            session.project.writable().set_scale(mm_per_pixel)
        finally:
            session.scale_changed.emit()

    def toggle_overlay(self) -> None:
        """Show or hide mask and proposal."""
        self._pressed_at = time.monotonic()
        self.toggle("visible")

    def end_peek(self) -> None:
        """The key of `toggle_overlay` went up: after a long press, as it was."""
        if time.monotonic() - self._pressed_at > _HELD:
            self.toggle("visible")

    def toggle(self, name: str) -> None:
        """Switch one of the view's fields on or off."""
        self._options.change(name, not getattr(self._options.view, name))

    def step_opacity(self, steps: int) -> None:
        """Make the mask more or less opaque."""
        self._options.change("opacity", round(self._options.view.opacity + 0.1 * steps, 2))

    def choose_style(self, style: str) -> None:
        """Draw fills, outlines or both."""
        self._options.change("style", Style(style))

    def next_style(self) -> None:
        """Fills, outlines, both, and round again."""
        styles = list(Style)
        self._options.change("style", styles[(styles.index(self._options.view.style) + 1) % len(styles)])

    def step_line(self, steps: int) -> None:
        """Make outlines wider or narrower by half a pixel of the screen."""
        self._options.change("line_width", self._options.view.line_width + 0.5 * steps)

    def next_beside(self) -> None:
        """Show something else beside, and open the split view when it is not there."""
        shown = self._options.view
        if shown.split:
            everything = list(Beside)
            self._options.change("beside", everything[(everything.index(shown.beside) + 1) % len(everything)])
        else:
            self.toggle("split")

    def choose_channel(self, channel: str) -> None:
        """Show this channel; the one that is shown already leads back to colour."""
        shown, wanted = self._options.view.look.channel, Channel(channel)
        self._options.change_look("channel", Channel.COLOUR if shown is wanted else wanted)

    def toggle_clahe(self) -> None:
        """Even out the contrast, or not."""
        self._options.change_look("clahe", 0.0 if self._options.view.look.clahe > 0 else CLAHE)

    def step_look(self, step: str) -> None:
        """Change brightness, contrast, gamma or sharpness by one step: its name, and + or -."""
        name, up = step[:-1], step.endswith("+")
        value = getattr(self._options.view.look, name)
        wanted = value * (1.1 if up else 1 / 1.1) if name == "gamma" else value + (0.1 if up else -0.1)
        near = 1.0 if name == "gamma" else 0.0
        self._options.change_look(name, near if abs(wanted - near) < 0.03 else wanted)

    def reset_look(self) -> None:
        """Show the picture as it is."""
        self._options.change("look", NEUTRAL)
