"""Handlers of the Edit menu and of proposals."""

from __future__ import annotations

from unet_desktop.gui.tool_options import ToolKind
from unet_desktop.gui.workbench import Workbench


class EditHandlers:
    """Undo, tools, labels, brush size, accept and reject."""

    def __init__(self, bench: Workbench) -> None:
        """Work on this bench."""
        self._bench = bench

    def undo(self) -> None:
        """Take the last step back."""
        self._bench.editor.undo()

    def redo(self) -> None:
        """Do it again."""
        self._bench.editor.redo()

    def cancel(self) -> None:
        """Abandon the stroke in progress."""
        self._bench.editor.cancel()

    def choose_tool(self, tool: str) -> None:
        """Choose a tool by name."""
        self._bench.options.choose_tool(ToolKind(tool))

    def choose_label(self, index: int) -> None:
        """Choose the label at that place."""
        self._bench.options.choose_label(index)

    def step_brush(self, steps: int) -> None:
        """Make the brush larger or smaller."""
        self._bench.options.step_diameter(steps)

    def accept(self) -> None:
        """Make the proposal the mask."""
        self._bench.proposal.accept()

    def reject(self) -> None:
        """Throw the proposal away."""
        self._bench.proposal.reject()
