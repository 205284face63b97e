"""Commands of the history and the gesture in progress."""

from __future__ import annotations

from unet_desktop.gui.commands.command import Command, Needs

_C = Needs.CASE

COMMANDS: tuple[Command, ...] = (
    Command("edit.undo", "&Undo", "edit.undo", "Ctrl+Z", "undo", Needs.UNDO | Needs.WRITABLE),
    Command("edit.redo", "&Redo", "edit.redo", "Ctrl+Y Ctrl+Shift+Z", "redo", Needs.REDO | Needs.WRITABLE),
    Command("edit.cancel", "&Abandon", "edit.cancel", "Esc", needs=_C, tip="Put back what this drag or shape changed"),
    Command(
        "edit.commit",
        "&Finish shape",
        "edit.commit",
        "Return Enter",
        needs=Needs.SHAPE,
        tip="Make the shape that is being edited one step of the history",
    ),
    Command(
        "edit.step_back",
        "Take &point back",
        "edit.step_back",
        "Backspace",
        needs=Needs.SHAPE,
        tip="Take back the last point of the shape that is being drawn",
    ),
)
