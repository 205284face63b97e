"""Commands that change a label's whole region, or the whole mask, in one step."""

from __future__ import annotations

from unet_desktop.gui.commands.command import Command, Needs

_C = Needs.CASE | Needs.WRITABLE

COMMANDS: tuple[Command, ...] = (
    Command("region.grow", "&Grow", "region.grow", "Shift+Up", "grow", _C, "Grow the label by one pixel", argument=1),
    Command(
        "region.shrink", "&Shrink", "region.shrink", "Shift+Down", "shrink", _C, "Shrink the label by one pixel",
        argument=1,
    ),
    Command(
        "region.grow_more", "Grow by &5", "region.grow", "Ctrl+Shift+Up", needs=_C, tip="Grow the label by 5 pixels",
        argument=5,
    ),
    Command(
        "region.shrink_more", "Shrink &by 5", "region.shrink", "Ctrl+Shift+Down", needs=_C,
        tip="Shrink the label by 5 pixels", argument=5,
    ),
    Command("region.smooth", "S&mooth", "region.smooth", "Shift+S", "smooth", _C, "Smooth the label's border"),
    Command(
        "region.keep_largest", "Keep &largest piece", "region.keep_largest", "Shift+L", "largest", _C,
        "Erase all pieces of the label but the largest",
    ),
    Command(
        "region.fill_holes", "Fill &holes", "region.fill_holes", "Shift+R", "fill-holes", _C,
        "Fill all holes of the label",
    ),
    Command(
        "region.only_strokes", "&Only my strokes count", "region.only_strokes", "Shift+U", "only-strokes", _C,
        "Take all background for not annotated: then only what you paint, or erase to background, is learned from",
    ),
    Command(
        "region.copy_previous", "&Copy mask of previous case", "region.copy_previous", "Shift+P", "copy", _C,
        "Replace the mask by that of the case before this one in the list",
    ),
    Command(
        "region.mirror", "Mi&rror mask of other eye", "region.mirror_other_eye", "Shift+M", "mirror", _C,
        "Replace the mask by that of the patient's other eye, left and right exchanged",
    ),
)  # fmt: skip
