"""Handlers of the Edit menu and of proposals."""

from __future__ import annotations

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.tools.ellipse import EllipseTool
from unet_desktop.gui.tools.tool_options import ToolKind


class EditHandlers:
    """Undo, tools, labels, brush size, accept and reject."""

    def __init__(self, app: AppModel) -> None:
        """Work on this app."""
        self._app = app

    def undo(self) -> None:
        """Take the last step back; while a shape is drawn point by point, its last point."""
        if not self._app.toolbox.current.step_back() and not self._app.proposal.take_back():
            self._app.editor.undo()

    def redo(self) -> None:
        """Do it again."""
        self._app.editor.redo()

    def cancel(self) -> None:
        """Abandon the drag or the shape in progress."""
        self._app.toolbox.current.abandon()

    def commit(self) -> None:
        """Make the shape that is being edited one step."""
        self._app.toolbox.current.commit()

    def step_back(self) -> None:
        """Take away the last point of the shape, or the one that is meant."""
        self._app.toolbox.current.take_away()

    def choose_tool(self, tool: str) -> None:
        """Choose a tool by name."""
        self._app.options.choose_tool(ToolKind(tool))

    def fit_ellipse(self) -> None:
        """Take the label's region as an ellipse with handles."""
        self._app.options.choose_tool(ToolKind.ELLIPSE)
        tool, label = self._app.toolbox.current, self._app.options.label
        if self._app.editor.refuse():
            return
        if isinstance(tool, EllipseTool) and label is not None and not tool.take_region():
            tool.refused.emit(f"There is no {label.name} to fit an ellipse to. Click points on its edge instead.")

    def choose_label(self, index: int) -> None:
        """Choose the label at that place."""
        self._app.options.choose_label(index)

    def step_brush(self, steps: int) -> None:
        """Make the brush larger or smaller."""
        self._app.options.step_diameter(steps)

    def accept(self) -> None:
        """Make the proposal the mask."""
        self._app.proposal.accept()

    def reject(self) -> None:
        """Throw the proposal away."""
        self._app.proposal.reject()
