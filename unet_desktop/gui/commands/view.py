"""Commands of the canvas as it is looked at."""

from __future__ import annotations

from unet_desktop.gui.commands.command import Command, Needs

_C = Needs.CASE

COMMANDS: tuple[Command, ...] = (
    Command("view.fit", "&Fit", "view.fit", "F", "fit", _C, "Show the whole picture"),
    Command(
        "view.zoom_mask", "Zoom to &mask", "view.zoom_mask", "Z", "zoom-mask", _C, "Show mask or prediction close up"
    ),
    Command("view.zoom_in", "Zoom &in", "view.zoom", "+ =", "zoom-in", _C, argument=1),
    Command("view.zoom_out", "Zoom &out", "view.zoom", "-", "zoom-out", _C, argument=-1),
    Command("view.actual", "&Actual pixels", "view.actual", "Ctrl+0", "actual", _C),
    Command(
        "view.overlay",
        "&Show mask",
        "view.toggle_overlay",
        "H `",
        "overlay",
        _C,
        "Show or hide mask and prediction; hold the key to look for a moment",
        True,
    ),
    Command("view.more_opaque", "More o&paque", "view.step_opacity", ".", needs=_C, argument=1),
    Command("view.less_opaque", "&Less opaque", "view.step_opacity", ",", needs=_C, argument=-1),
)
