"""Toolbox: all tools of the canvas, and the one in use."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.session.session import Session
from unet_desktop.gui.tools.brush import Brush
from unet_desktop.gui.tools.contour import ContourTool
from unet_desktop.gui.tools.ellipse import EllipseTool
from unet_desktop.gui.tools.fill import Fill
from unet_desktop.gui.tools.lasso import Lasso
from unet_desktop.gui.tools.outline_tool import Polygon, SmartEdge
from unet_desktop.gui.tools.push import PushEdge
from unet_desktop.gui.tools.tool import Tool, Touch
from unet_desktop.gui.tools.tool_options import ToolKind, ToolOptions
from unet_desktop.gui.tools.wand import MagicWand

TOOLS: dict[ToolKind, type[Tool]] = {
    ToolKind.BRUSH: Brush,
    ToolKind.ERASER: Brush,
    ToolKind.ELLIPSE: EllipseTool,
    ToolKind.CONTOUR: ContourTool,
    ToolKind.PUSH: PushEdge,
    ToolKind.POLYGON: Polygon,
    ToolKind.LASSO: Lasso,
    ToolKind.EDGE: SmartEdge,
    ToolKind.WAND: MagicWand,
    ToolKind.FILL: Fill,
    ToolKind.NOT_ANNOTATED: Brush,
}
"""The class of each tool; kinds of the same class share one object."""

READING_PIXELS = (MagicWand, SmartEdge)
"""Those that work on the picture's colours."""


class Toolbox(QObject):
    """Makes the tools once and follows the options' choice.

    Signals:
        changed: another tool is in use, or the sketch, ring or pending shape of the tool in use changed.
        refused(sentence): a tool could not do what was asked, and why.
        pressing: the tool in use is about to get a press.
        retracting: the press turned out to be half of a double click; the tool is about to take it back.
        released: the tool got its release, or took back its press.
    """

    changed = Signal()
    refused = Signal(str)
    pressing = Signal()
    retracting = Signal()
    released = Signal()

    def __init__(self, editor: Editor, options: ToolOptions, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor, self._options = editor, options
        tools = {tool: _make_tool(tool, editor, options, session, self) for tool in dict.fromkeys(TOOLS.values())}
        self._tools = {kind: tools[tool] for kind, tool in TOOLS.items()}
        self._kind, self._label = options.tool, options.label
        for tool in tools.values():
            tool.sketch_changed.connect(self._on_tool_sketch_changed)
            tool.refused.connect(self.refused)
        options.changed.connect(self._on_options_changed)
        editor.leaving.connect(self._on_editor_leaving)

    @property
    def current(self) -> Tool:
        """The tool in use."""
        return self._tools[self._kind]

    def press(self, touch: Touch) -> None:
        """Give the tool in use a press."""
        self.pressing.emit()
        self.current.press(touch)

    def release(self, touch: Touch) -> None:
        """Give the tool in use the release."""
        self.current.release(touch)
        self.released.emit()

    def retract(self) -> None:
        """Let the tool in use take back the press in progress, which is a double click."""
        self.retracting.emit()
        self.current.retract()
        self.released.emit()

    @property
    def locked(self) -> bool:
        """Can nothing be painted?"""
        return self._editor.locked

    def refuse(self) -> bool:
        """If nothing may be painted, say so and return True."""
        return self._editor.refuse()

    def _on_options_changed(self) -> None:
        before = self.current
        other_label = self._label is not self._options.label
        if self._tools[self._options.tool] is not before or other_label:
            before.leave()
        if self._kind is not self._options.tool or other_label:
            self._kind, self._label = self._options.tool, self._options.label
            self.current.choose()
        self.changed.emit()

    def _on_editor_leaving(self) -> None:
        self.current.leave()
        self.current.choose()  # in case it is not left after all

    def _on_tool_sketch_changed(self) -> None:
        if self.sender() is self.current:
            self.changed.emit()


def _make_tool(tool: type[Tool], editor: Editor, options: ToolOptions, session: Session, parent: QObject) -> Tool:
    if issubclass(tool, READING_PIXELS):
        return tool(editor, options, session, parent)
    return tool(editor, options, parent)
