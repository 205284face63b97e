"""Commands of tools, brush and labels."""

from __future__ import annotations

from unet_desktop.gui.commands.command import Command, Needs

_P, _C = Needs.PROJECT, Needs.CASE

COMMANDS: tuple[Command, ...] = (
    Command("tool.brush", "&Brush", "edit.choose_tool", "B", "brush", _C, "Paint the label", True, "brush"),
    Command(
        "tool.eraser",
        "&Eraser",
        "edit.choose_tool",
        "E",
        "eraser",
        _C,
        "Erase the label; the right button does so with any tool",
        True,
        "eraser",
    ),
    Command(
        "tool.ellipse",
        "Ellipse",
        "edit.choose_tool",
        "Q",
        "ellipse",
        _C,
        "Through points on the edge, or drawn; then shaped by handles",
        True,
        "ellipse",
    ),
    Command(
        "edit.fit_ellipse",
        "Fit ellipse to label",
        "edit.fit_ellipse",
        "Shift+Q",
        "fit-ellipse",
        _C,
        "Take the label's region as an ellipse with handles",
    ),
    Command(
        "tool.unknown",
        "&Not annotated",
        "edit.choose_tool",
        "0",
        "unknown",
        _C,
        "Paint what nobody can judge: it is left out of training and figures",
        True,
        "unknown",
    ),
    Command(
        "tool.push",
        "Push e&dge",
        "edit.choose_tool",
        "V",
        "push",
        _C,
        "Push the label's edge as a finger would",
        True,
        "push",
    ),
    Command(
        "tool.polygon",
        "Poly&gon",
        "edit.choose_tool",
        "G",
        "polygon",
        _C,
        "Outline the label corner by corner",
        True,
        "polygon",
    ),
    Command("tool.lasso", "Lass&o", "edit.choose_tool", "S", "lasso", _C, "Outline the label freehand", True, "lasso"),
    Command("tool.fill", "F&ill", "edit.choose_tool", "R", "fill", _C, "Fill what is enclosed", True, "fill"),
    Command(
        "tool.wand",
        "Magic &wand",
        "edit.choose_tool",
        "C",
        "wand",
        _C,
        "Take what looks like the pixel that is clicked",
        True,
        "wand",
    ),
    Command(
        "tool.edge",
        "Smar&t edge",
        "edit.choose_tool",
        "T",
        "edge",
        _C,
        "Outline the label by clicks between which the line follows the picture's edge",
        True,
        "edge",
    ),
    Command("brush.smaller", "&Smaller brush", "edit.step_brush", "[", needs=_C, argument=-1),
    Command("brush.larger", "&Larger brush", "edit.step_brush", "]", needs=_C, argument=1),
    *(
        Command(
            f"label.{number}",
            f"Label &{number}",
            "edit.choose_label",
            str(number),
            needs=_P,
            checkable=True,
            argument=number - 1,
        )
        for number in range(1, 10)
    ),
)
