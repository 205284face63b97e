"""Commands of correcting: history, tools, labels, brush size, accept and reject."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.commands.actions import MAX_NUMBERED_LABELS
from unet_desktop.gui.commands.command import CommandSet, Decorator, Method, Needs, ShowsErrors, command
from unet_desktop.gui.tools.ellipse import EllipseTool
from unet_desktop.gui.tools.tool_options import ToolKind

_DRAWS = Needs.CASE | Needs.WRITABLE


def _tool(kind: ToolKind, text: str, shortcut: str, tip: str, needs: Needs = _DRAWS) -> Decorator:
    """The command that chooses this tool."""
    return command(
        f"tool.{kind.value}",
        text,
        shortcut=shortcut,
        icon=kind.value,
        needs=needs,
        tip=tip,
        argument=kind,
        is_checked=lambda self: self.tool is kind,
    )


def _label(number: int) -> Decorator:
    """The command that chooses this label, counted from 1."""
    return command(
        f"label.{number}",
        f"Label &{number}",
        shortcut=str(number),
        needs=Needs.PROJECT,
        argument=number - 1,
        is_checked=lambda self: self.label == number - 1,
    )


def _each_label(method: Method[EditCommands, [int]]) -> Method[EditCommands, [int]]:
    """Make the method the commands of all labels that have a key."""
    for number in range(MAX_NUMBERED_LABELS, 0, -1):  # as with decorators, the last one comes first
        method = _label(number)(method)
    return method


class EditCommands(CommandSet):
    """Undo, tools, labels, brush size, accept and reject."""

    def __init__(self, app: AppModel, errors: ShowsErrors, close_message: Callable[[], None]) -> None:
        """Edit the open case; `close_message` closes what the window says, where there is nothing to cancel."""
        super().__init__(errors)
        self._app, self._close_message = app, close_message

    def editing(self) -> AbstractContextManager[None]:
        return self._app.accept_on_edit.editing()

    @property
    def tool(self) -> ToolKind:
        """The tool in use."""
        return self._app.options.tool

    @property
    def label(self) -> int | None:
        """Index of the label in use."""
        options = self._app.options
        return None if options.labels is None or options.label is None else options.labels.labels.index(options.label)

    @command("edit.undo", "&Undo", shortcut="Ctrl+Z", icon="undo", needs=Needs.UNDO | Needs.WRITABLE, repeats=True)
    def undo(self) -> None:
        """Undo the last step; while a shape is drawn point by point, its last point."""
        app, toolbox = self._app, self._app.toolbox
        back = toolbox.current.step_back() or toolbox.bring_back()
        if not (back or app.proposal.take_back() or app.cup_absence.take_back()):
            app.editor.undo()

    @command(
        "edit.redo",
        "&Redo",
        shortcut="Ctrl+Y Ctrl+Shift+Z",
        icon="redo",
        needs=Needs.REDO | Needs.WRITABLE,
        repeats=True,
    )
    def redo(self) -> None:
        self._app.editor.redo()

    @command(
        "edit.cancel",
        "&Cancel shape or drag",
        shortcut="Esc",
        needs=Needs.CASE,
        tip="Undo what this drag or shape has changed so far; with neither, close the message over the picture",
    )
    def cancel(self) -> None:
        toolbox = self._app.toolbox
        is_in_use = toolbox.current.pending or toolbox.current.measuring or self._app.editor.drawing
        toolbox.abandon()
        if not is_in_use:
            self._close_message()

    @command(
        "edit.commit",
        "&Finish shape",
        shortcut="Return Enter",
        needs=Needs.SHAPE,
        tip="Finish the shape being edited",
    )
    def commit(self) -> None:
        self._app.toolbox.current.commit()

    @command(
        "edit.step_back",
        "Remove last &point",
        shortcut="Backspace",
        needs=Needs.SHAPE,
        tip="Remove the last point of the shape being drawn",
        repeats=True,
    )
    def step_back(self) -> None:
        self._app.toolbox.take_away()

    @_tool(ToolKind.BRUSH, "&Brush", "B", "Paint the label")
    @_tool(ToolKind.ERASER, "&Eraser", "E", "Erase the label; the right button does so with any tool")
    @_tool(ToolKind.ELLIPSE, "Elli&pse", "Q", "Click points on the edge or drag a box, then adjust the handles")
    @_tool(ToolKind.CONTOUR, "&Contour", "W", "Adjust the label's edge with the handles of a smooth curve")
    @_tool(ToolKind.PUSH, "Push e&dge", "V", "Push the label's edge like a finger")
    @_tool(ToolKind.POLYGON, "Poly&gon", "G", "Outline the label corner by corner")
    @_tool(ToolKind.LASSO, "Lass&o", "S", "Outline the label freehand")
    @_tool(ToolKind.EDGE, "Smar&t edge", "T", "Click along the edge; between clicks the line snaps to it")
    @_tool(ToolKind.WAND, "Magic &wand", "C", "Paint what looks like the clicked pixel")
    @_tool(ToolKind.FILL, "F&ill", "R", "Fill what is enclosed")
    @_tool(
        ToolKind.NOT_ANNOTATED,
        "&Not annotated",
        "0",
        "Mark areas that cannot be judged; they are left out of training and measurements",
    )
    @_tool(
        ToolKind.FOVEA,
        "Fo&vea",
        "O Shift+C",
        "Place the centre of the fovea; the rim is judged by it",
        needs=_DRAWS | Needs.EYE,
    )
    @_tool(ToolKind.RULER, "R&uler", "M Shift+T", "Measure a distance; the mask stays as it is", needs=Needs.CASE)
    def choose_tool(self, tool: ToolKind) -> None:
        self._app.options.choose_tool(tool)

    @command(
        "edit.fit_ellipse",
        "&Fit ellipse to label",
        shortcut="Shift+Q",
        icon="fit-ellipse",
        needs=_DRAWS,
        tip="Turn the label's region into an ellipse with handles",
        edits=True,
    )
    def fit_ellipse(self) -> None:
        self._app.options.choose_tool(ToolKind.ELLIPSE)
        tool, label = self._app.toolbox.current, self._app.options.label
        if self._app.editor.refuse() or self._app.toolbox.refuse_label():
            return
        if isinstance(tool, EllipseTool) and label is not None and not tool.fit_to_region():
            tool.refused.emit(f"There is no {label.name} to fit an ellipse to. Click points on its edge instead.")

    @command("brush.smaller", "&Smaller brush", shortcut="[ K", needs=_DRAWS, repeats=True, argument=-1)
    @command("brush.larger", "&Larger brush", shortcut="] L", needs=_DRAWS, repeats=True, argument=1)
    def step_brush(self, steps: int) -> None:
        self._app.options.step_diameter(steps)

    @_each_label
    def choose_label(self, index: int) -> None:
        self._app.options.choose_label(index)

    @command(
        "proposal.accept",
        "&Accept proposal",
        shortcut="A",
        icon="accept",
        needs=Needs.PROPOSAL | Needs.WRITABLE,
    )
    def accept(self) -> None:
        self._app.proposal.accept()

    @command(
        "proposal.reject",
        "Re&ject proposal",
        shortcut="X",
        icon="reject",
        needs=Needs.PROPOSAL | Needs.WRITABLE,
    )
    def reject(self) -> None:
        self._app.proposal.reject()
