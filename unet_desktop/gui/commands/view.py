"""Commands of the canvas as it is looked at."""

from __future__ import annotations

from unet_desktop.gui.commands.command import Command, Needs

_C = Needs.CASE

COMMANDS: tuple[Command, ...] = (
    Command("view.fit", "&Fit", "view.fit", "F", "fit", _C, "Show the whole picture"),
    Command(
        "view.zoom_mask", "Zoom to &mask", "view.zoom_mask", "Z", "zoom-mask", _C, "Show mask or prediction close up"
    ),
    Command(
        "view.close_up",
        "Zoom to mask in eac&h case",
        "view.toggle_close_up",
        "Shift+Z",
        needs=_C,
        tip="Each case opens close up; again shows whole pictures",
        checkable=True,
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
    *(
        Command(f"style.{style}", text, "view.choose_style", keys, "", _C, tip, True, style)
        for style, text, keys, tip in (
            ("fill", "&Fill", "Ctrl+Alt+1", "Show labels as coloured areas"),
            ("outline", "&Outline", "Ctrl+Alt+2", "Show labels by their edges alone"),
            ("both", "&Both", "Ctrl+Alt+3", "Show labels as coloured areas with an edge"),
        )
    ),
    Command(
        "view.next_style",
        "Fill, o&utline or both",
        "view.next_style",
        "F4",
        "style",
        _C,
        "Go round all three",
    ),
    Command(
        "channel.colour", "&Colour", "view.choose_channel", "Shift+F2", needs=_C, checkable=True, argument="colour"
    ),
    Command(
        "channel.red-free",
        "&Red-free",
        "view.choose_channel",
        "F2",
        "red-free",
        _C,
        "Show the green channel, as through a green filter; again shows colour",
        True,
        "red-free",
    ),
    Command("channel.red", "R&ed channel", "view.choose_channel", "Alt+F2", "", _C, "", True, "red"),
    Command("channel.blue", "&Blue channel", "view.choose_channel", "Ctrl+Alt+F2", "", _C, "", True, "blue"),
    Command("channel.grey", "&Grey", "view.choose_channel", "Ctrl+F2", "", _C, "", True, "grey"),
    Command("view.clahe", "CL&AHE", "view.toggle_clahe", "F3", "clahe", _C, "Even out the contrast locally", True),
    *(
        Command(f"view.{name}_{word}", text, "view.step_look", keys, needs=_C, argument=f"{name}{sign}")
        for name, word, text, keys, sign in (
            ("brightness", "up", "Br&ighter", "Ctrl+Up", "+"),
            ("brightness", "down", "&Darker", "Ctrl+Down", "-"),
            ("contrast", "up", "More co&ntrast", "Ctrl+Right", "+"),
            ("contrast", "down", "&Less contrast", "Ctrl+Left", "-"),
            ("gamma", "up", "Brighter &shadows", "Alt+Up", "+"),
            ("gamma", "down", "Darker shado&ws", "Alt+Down", "-"),
            ("sharpen", "up", "Shar&per", "Alt+Right", "+"),
            ("sharpen", "down", "So&fter", "Alt+Left", "-"),
        )
    ),
    Command(
        "view.reset_look", "Picture as i&t is", "view.reset_look", "F9", "reset", _C, "Undo all that changes its look"
    ),
    *(
        Command(f"view.{name}", text, "view.toggle", keys, icon, _C, tip, True, name)
        for name, text, keys, icon, tip in (
            ("magnifier", "Ma&gnifier", "F5", "magnifier", "A loupe beside the pointer"),
            ("crosshair", "&Crosshair", "F6", "crosshair", "Lines through the pointer, right across the picture"),
            ("split", "Split vie&w", "F7", "split", "The picture without mask beside, zoomed and panned together"),
            ("scale_bar", "Scale &bar", "F8", "scale-bar", "A bar of a round length in the corner"),
            (
                "uncertainty",
                "Uncertaint&y",
                "Shift+H Shift+G",
                "uncertainty",
                "Where the model is uncertain: pink and white need a closer look",
            ),
        )
    ),
    Command(
        "view.next_beside",
        "Picture besi&de",
        "view.next_beside",
        "Shift+F7",
        needs=_C,
        tip="What the split view shows beside: the same without mask, colour, or red-free",
    ),
    Command("view.wider", "&Wider outline", "view.step_line", "Alt+.", needs=_C, argument=1),
    Command("view.narrower", "&Narrower outline", "view.step_line", "Alt+,", needs=_C, argument=-1),
    Command("view.panel", "Loo&k and scale", "window.show_view", "Ctrl+L", needs=_C, tip="Go to the panel of the view"),
)
