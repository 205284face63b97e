"""Commands of the view: zoom, how the mask is drawn, how the picture looks, aids."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.canvas.canvas import Canvas
from unet_desktop.gui.canvas.zoom_view import STEP
from unet_desktop.gui.commands.command import CommandSet, Decorator, Needs, ShowsErrors, command, guarded
from unet_desktop.gui.settings.view_options import CLAHE, SecondView, View
from unet_desktop.images.box import Box, bounding_box
from unet_desktop.images.bright_disc import find_bright_disc
from unet_desktop.images.display import NEUTRAL, Channel
from unet_desktop.labels import NOT_ANNOTATED, Label
from unet_desktop.masks.drawing import MaskStyle

_HELD = 0.35
"""Seconds after which a key counts as held: releasing it then undoes what pressing it did."""
_REPEAT = 0.03
"""Seconds within which no finger lets a key go and presses it again."""
_DELAY = 0.15
"""Seconds after which, at the earliest, a key that is held begins to repeat."""


def _style(style: MaskStyle, text: str, shortcut: str, tip: str) -> Decorator:
    return command(
        f"style.{style.value}",
        text,
        shortcut=shortcut,
        needs=Needs.CASE,
        tip=tip,
        argument=style,
        is_checked=lambda self: self.view.style is style,
    )


def _channel(channel: Channel, text: str, shortcut: str, *, icon: str = "", tip: str = "") -> Decorator:
    return command(
        f"channel.{channel.value}",
        text,
        shortcut=shortcut,
        icon=icon,
        needs=Needs.CASE,
        tip=tip,
        argument=channel,
        is_checked=lambda self: self.view.look.channel is channel,
    )


def _look(field: str, direction: str, text: str, shortcut: str) -> Decorator:
    return command(
        f"view.{field}_{direction}",
        text,
        shortcut=shortcut,
        needs=Needs.CASE,
        repeats=True,
        argument=(field, 1 if direction == "up" else -1),
    )


def _aid(field: str, text: str, shortcut: str, icon: str, tip: str) -> Decorator:
    return command(
        f"view.{field}",
        text,
        shortcut=shortcut,
        icon=icon,
        needs=Needs.CASE,
        tip=tip,
        argument=field,
        is_checked=lambda self: getattr(self.view, field),
    )


class ViewCommands(CommandSet):
    """Zoom, overlay, look, aids and scale."""

    def __init__(self, app: AppModel, canvas: Canvas, show_panel: Callable[[], None], errors: ShowsErrors) -> None:
        """Make the commands.

        Args:
            app: what is behind the window.
            canvas: is zoomed.
            show_panel: brings the view's panel to the front.
            errors: shows what goes wrong.
        """
        super().__init__(errors)
        self._app, self._canvas, self._options, self._show_panel = app, canvas, app.view_options, show_panel
        self._peek: tuple[float, float, bool] | None = None  # when its key went down and up, and whether that ended it

    @property
    def view(self) -> View:
        """The view as it is now."""
        return self._options.view

    @command("view.fit", "&Fit", shortcut="F", icon="fit", needs=Needs.CASE, tip="Show the whole picture")
    def fit(self) -> None:
        self._canvas.fit()

    @command(
        "view.zoom_mask",
        "Zoom to &mask",
        shortcut="Z",
        icon="zoom-mask",
        needs=Needs.CASE,
        tip="Show mask or proposal close up, or where the disc seems to be",
    )
    def zoom_mask(self) -> None:
        """Show the mask, or else the proposal, close up; with neither, where the disc seems to be."""
        box = marked_box(self._app)
        if box is not None:
            self._canvas.show_box(box)
            return
        labels = self._app.options.labels
        label = None if labels is None else labels.location_label()
        if label is None:
            self._canvas.fit()
            self._app.toolbox.refused.emit("Nothing is marked in this picture yet, so there is nothing to zoom to.")
        elif not self._app.project_jobs.locate_in_open_case(lambda found: self._show_found(found, label)):
            self._show_found(None, label)

    def _show_found(self, box: Box | None, label: Label) -> None:
        """Show what the model located, or else the brightest compact region."""
        if box is not None:
            self._canvas.show_box(box)
            return
        pixels, tell = self._app.session.pixels, self._app.toolbox.refused.emit
        bright = None if pixels is None else find_bright_disc(pixels)
        if bright is None or pixels is None:
            self._canvas.fit()
            tell(f"No {label.name} was found in this picture; zoom with the wheel.")
        else:
            if 2 * bright.height < pixels.shape[0] or 2 * bright.width < pixels.shape[1]:
                self._canvas.show_box(bright)
            else:
                self._canvas.fit()  # it fills the picture
            tell(f"Nothing is marked yet: this is the brightest place, which may not be the {label.name}.")

    @guarded
    def show_outlines(self, case_id: str) -> None:
        """Show the mask or the proposal of this case, if it is open, close up and ready to be corrected."""
        if self._app.session.case_id != case_id:
            return
        self._app.view_options.change("visible", True)
        if marked_box(self._app) is not None:
            self.zoom_mask()
        self._canvas.setFocus()

    @property
    def opens_close_up(self) -> bool:
        """Whether each case opens zoomed to its mask or proposal."""
        project = self._app.session.project
        return self.view.opens_close_up(None if project is None else project.labels)

    @command(
        "view.close_up",
        "Zoom to mask in eac&h case",
        shortcut="Shift+Z",
        needs=Needs.CASE,
        tip="Open each case close up; press again for whole pictures",
        is_checked=lambda self: self.opens_close_up,
    )
    def toggle_close_up(self) -> None:
        self._app.view_options.change("close_up", not self.opens_close_up)
        if self.opens_close_up:
            self.zoom_mask()
        else:
            self._canvas.fit()

    @command("view.zoom_in", "Zoom &in", shortcut="+ =", icon="zoom-in", needs=Needs.CASE, repeats=True, argument=1)
    @command("view.zoom_out", "Zoom &out", shortcut="-", icon="zoom-out", needs=Needs.CASE, repeats=True, argument=-1)
    def zoom(self, steps: int) -> None:
        """Zoom in or out around the middle."""
        self._canvas.zoom_by(STEP**steps)

    @command("view.actual", "&Actual pixels", shortcut="Ctrl+0", icon="actual", needs=Needs.CASE)
    def show_actual_pixels(self) -> None:
        """One image pixel on one pixel of the screen."""
        self._canvas.zoom_to(1.0)

    @command(
        "view.overlay",
        "&Show mask",
        shortcut="H `",
        icon="overlay",
        needs=Needs.CASE,
        tip="Show or hide mask and proposal; hold the key to peek",
        is_checked=lambda self: self.view.visible,
    )
    def toggle_overlay(self) -> None:
        now, before = time.monotonic(), self._peek
        repeats = before is not None and 0 <= now - before[1] < _REPEAT and before[1] - before[0] > _DELAY
        if before is not None and repeats:  # some systems repeat a key by letting it go
            self._peek = (before[0], math.inf, False)
            if not before[2]:
                return
        else:
            self._peek = (now, math.inf, False)
        self.toggle("visible")

    @guarded
    def end_peek(self) -> None:
        """The key of `toggle_overlay` was released: if it was held, restore the overlay."""
        now = time.monotonic()
        if self._peek is not None:
            held = now - self._peek[0] > _HELD
            self._peek = (self._peek[0], now, held)
            if held:
                self.toggle("visible")

    @command("view.more_opaque", "More o&paque", shortcut=".", needs=Needs.CASE, argument=1)
    @command("view.less_opaque", "&Less opaque", shortcut=",", needs=Needs.CASE, argument=-1)
    def step_opacity(self, steps: int) -> None:
        self._options.change("opacity", round(self.view.opacity + 0.1 * steps, 2))

    @_style(MaskStyle.FILL, "&Fill", "Ctrl+Alt+1", "Show labels as coloured areas")
    @_style(MaskStyle.OUTLINE, "&Outline", "Ctrl+Alt+2", "Show labels by their edges alone")
    @_style(MaskStyle.BOTH, "&Both", "Ctrl+Alt+3", "Show labels as coloured areas with an edge")
    def choose_style(self, style: MaskStyle) -> None:
        self._options.change("style", style)

    @command(
        "view.next_style",
        "Fill, o&utline or both",
        shortcut="F4",
        icon="style",
        needs=Needs.CASE,
        tip="Cycle through all three",
    )
    def next_style(self) -> None:
        styles = list(MaskStyle)
        self._options.change("style", styles[(styles.index(self.view.style) + 1) % len(styles)])

    @_channel(Channel.COLOUR, "&Colour", "Shift+F2")
    @_channel(
        Channel.RED_FREE,
        "&Red-free",
        "F2",
        icon="red-free",
        tip="Show the green channel, as through a green filter; press again for colour",
    )
    @_channel(Channel.RED, "R&ed channel", "Alt+F2")
    @_channel(Channel.BLUE, "&Blue channel", "Ctrl+Alt+F2")
    @_channel(Channel.GREY, "&Grey", "Ctrl+F2")
    def choose_channel(self, channel: Channel) -> None:
        """Show this channel; if it is shown already, show colour."""
        shown = self.view.look.channel
        self._options.change_look("channel", Channel.COLOUR if shown is channel else channel)

    @command(
        "view.clahe",
        "CL&AHE",
        shortcut="F3",
        icon="clahe",
        needs=Needs.CASE,
        tip="Even out the contrast locally",
        is_checked=lambda self: self.view.look.clahe > 0,
    )
    def toggle_clahe(self) -> None:
        self._options.change_look("clahe", 0.0 if self.view.look.clahe > 0 else CLAHE)

    @_look("brightness", "up", "Br&ighter", "Ctrl+Up")
    @_look("brightness", "down", "&Darker", "Ctrl+Down")
    @_look("contrast", "up", "More co&ntrast", "Ctrl+Right")
    @_look("contrast", "down", "&Less contrast", "Ctrl+Left")
    @_look("gamma", "up", "Brighter &shadows", "Alt+Up")
    @_look("gamma", "down", "Darker shado&ws", "Alt+Down")
    @_look("sharpen", "up", "Shar&per", "Alt+Right")
    @_look("sharpen", "down", "So&fter", "Alt+Left")
    def step_look(self, step: tuple[str, int]) -> None:
        """Change a field of the look, by its name and 1 or -1; values near neutral snap to it."""
        field, direction = step
        value = getattr(self.view.look, field)
        wanted = value * 1.1**direction if field == "gamma" else value + 0.1 * direction
        neutral = 1.0 if field == "gamma" else 0.0
        self._options.change_look(field, neutral if abs(wanted - neutral) < 0.03 else wanted)

    @command(
        "view.reset_look",
        "Rese&t appearance",
        shortcut="F9",
        icon="reset",
        needs=Needs.CASE,
        tip="Undo all changes to the picture's appearance",
    )
    def reset_look(self) -> None:
        self._options.change("look", NEUTRAL)

    @_aid("magnifier", "Ma&gnifier", "F5", "magnifier", "Show a magnified view beside the pointer")
    @_aid("crosshair", "&Crosshair", "F6", "crosshair", "Show lines through the pointer, across the picture")
    @_aid(
        "split", "Split vie&w", "F7", "split", "Show the picture without the mask alongside, zoomed and panned together"
    )
    @_aid("scale_bar", "Scale &bar", "F8", "scale-bar", "Show a scale bar with a round length")
    @_aid(
        "uncertainty",
        "Uncertaint&y",
        "Shift+H Shift+G",
        "uncertainty",
        "Show where the model is uncertain: check pink and white areas",
    )
    def toggle(self, field: str) -> None:
        """Switch one of the view's fields on or off."""
        self._options.change(field, not getattr(self.view, field))

    @command(
        "view.next_beside",
        "Secon&d picture",
        shortcut="Shift+F7",
        needs=Needs.CASE,
        tip="Change the split view's second picture: without the mask, in colour, or red-free",
    )
    def next_beside(self) -> None:
        """Show something else beside, or open the split view if it is closed."""
        if self.view.split:
            everything = list(SecondView)
            self._options.change("beside", everything[(everything.index(self.view.beside) + 1) % len(everything)])
        else:
            self.toggle("split")

    @command("view.wider", "&Wider outline", shortcut="Alt+.", needs=Needs.CASE, argument=1)
    @command("view.narrower", "&Narrower outline", shortcut="Alt+,", needs=Needs.CASE, argument=-1)
    def step_line(self, steps: int) -> None:
        """Make outlines wider or narrower by half a pixel of the screen."""
        self._options.change("line_width", self.view.line_width + 0.5 * steps)

    @command("view.panel", "Loo&k and scale", shortcut="Ctrl+L", needs=Needs.CASE, tip="Go to the View panel")
    def show_panel(self) -> None:
        self._show_panel()

    @guarded
    def set_scale(self, mm_per_pixel: float | None) -> None:
        """Save in the project how many millimetres a pixel covers; None for unknown.

        If it cannot be written, the panel shows the old scale again.
        """
        session = self._app.session
        if session.project is None:
            return
        try:
            session.project.writable().set_scale(mm_per_pixel)
        finally:
            session.scale_changed.emit()

    @guarded
    def set_camera_factor(self, degrees_per_pixel: float | None) -> None:
        """Save in the project how many degrees of visual angle a pixel covers; None for unknown.

        If it cannot be written, the panel shows the old value again.
        """
        session = self._app.session
        if session.project is None:
            return
        try:
            session.project.writable().set_camera_factor(degrees_per_pixel)
        finally:
            session.scale_changed.emit()


def marked_box(app: AppModel) -> Box | None:
    """The box around the labels of the open mask, else of its proposal, else of a reader's mask; None without any."""
    prediction = app.proposal.prediction
    proposed = None if prediction is None else prediction.mask
    for mask in (app.editor.mask, proposed, *(read.mask for read in app.adjudication.drawn)):
        box = Box(0, 0, 0, 0) if mask is None else bounding_box((mask != 0) & (mask != NOT_ANNOTATED))
        if not box.empty:
            return box
    return None
