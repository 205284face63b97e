"""Toolbox: all tools of the canvas, and the one in use."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.session.session import Session
from unet_desktop.gui.tools.brush import Brush
from unet_desktop.gui.tools.contour import ContourTool
from unet_desktop.gui.tools.ellipse import EllipseTool
from unet_desktop.gui.tools.fill import Fill
from unet_desktop.gui.tools.fovea import FoveaTool
from unet_desktop.gui.tools.kept_shapes import KeptShape, KeptShapes
from unet_desktop.gui.tools.lasso import Lasso
from unet_desktop.gui.tools.outline_tool import Polygon, SmartEdge
from unet_desktop.gui.tools.push import PushEdge
from unet_desktop.gui.tools.ruler import Ruler
from unet_desktop.gui.tools.tool import Tool, Touch
from unet_desktop.gui.tools.tool_options import ToolKind, ToolOptions
from unet_desktop.gui.tools.wand import MagicWand
from unet_desktop.masks.regions import Mask

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
    ToolKind.FOVEA: FoveaTool,
    ToolKind.RULER: Ruler,
}
"""The class of each tool; kinds of the same class share one object."""

_OF_NO_LABEL = frozenset({ToolKind.NOT_ANNOTATED, ToolKind.FOVEA, ToolKind.RULER})
"""Those that do not change the region of the label in use."""
READING_PIXELS = (MagicWand, SmartEdge)
"""Those that work on the picture's colours."""


class Toolbox(QObject):
    """Makes the tools once and follows the options' choice.

    Attributes:
        kept_shapes: the shapes that were dropped, by case.
        fovea, ruler: two of the tools, which others connect.

    Signals:
        changed: another tool is in use, or the sketch, ring or pending shape of the tool in use changed.
        refused(sentence): a tool could not do what was asked, and why.
        editing: the tool in use is about to edit: it gets a press, or a key that moves or removes a point.
        edited: the tool got its release, or the key.
    """

    changed = Signal()
    refused = Signal(str)
    editing = Signal()
    edited = Signal()

    def __init__(self, editor: Editor, options: ToolOptions, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor, self._options = editor, options
        tools = {tool: _make_tool(tool, editor, options, session, self) for tool in dict.fromkeys(TOOLS.values())}
        fovea, ruler = tools[FoveaTool], tools[Ruler]
        assert isinstance(fovea, FoveaTool)
        assert isinstance(ruler, Ruler)
        self.fovea, self.ruler = fovea, ruler
        self._tools = {kind: tools[tool] for kind, tool in TOOLS.items()}
        self._kind, self._label = options.tool, options.label
        self.kept_shapes = KeptShapes()
        self._notice = ""
        self._refused = False  # the press that is held down
        for tool in tools.values():
            tool.sketch_changed.connect(self._on_tool_sketch_changed)
            tool.refused.connect(self.refused)
        options.changed.connect(self._on_options_changed)
        editor.leaving.connect(self._on_editor_leaving)
        editor.mask_replaced.connect(self._on_editor_mask_replaced)

    @property
    def current(self) -> Tool:
        """The tool in use."""
        return self._tools[self._kind]

    def press(self, touch: Touch) -> None:
        """Give the tool in use a press, unless the label in use is locked or hidden."""
        self._notice = ""
        self._refused = self.refuse_label()
        if self._refused:
            return
        if self.current.edits_mask:
            self.editing.emit()
        self.current.press(touch)

    def release(self, touch: Touch) -> None:
        """Give the tool in use the release."""
        if self._refused:
            return
        self.current.release(touch)
        if self.current.edits_mask:
            self.edited.emit()

    def move(self, touch: Touch) -> None:
        """Give the tool in use a move while the button is down."""
        if not self._refused:
            self.current.move(touch)

    def refuse_label(self) -> bool:
        """If the label in use is locked or hidden, and the tool is one that changes it, say so and return True."""
        obstacle = self._obstacle
        if obstacle:
            self.refused.emit(obstacle)
        return bool(obstacle)

    @property
    def _obstacle(self) -> str:
        return "" if self._options.tool in _OF_NO_LABEL else self._options.obstacle

    def double_click(self, touch: Touch) -> bool:
        """Give the tool in use a second press that followed at once; False if that means nothing special to it."""
        if self._obstacle:
            return False
        return self.current.double_click(touch)

    def nudge(self, right: int, down: int) -> bool:
        """Move the shape, or the point under the pointer, by that many pixels; False if there is none."""
        return self._by_key(lambda: self.current.nudge(right, down))

    def take_away(self) -> bool:
        """Take away the point under the pointer, or else the last one; False if there is none."""
        return self._by_key(lambda: self.current.take_away())

    def abandon(self) -> None:
        """Drop the pending shape, which undo brings back, or the press in progress."""
        kept = self._keep(self.current)
        self.current.abandon()
        if kept:
            self.refused.emit(f"The {self.current.what.lower()} was cancelled; undo brings it back.")

    @property
    def keeps_shape(self) -> bool:
        """Would undo bring back a shape that was dropped?"""
        return self._kept_shape is not None

    def bring_back(self) -> bool:
        """Show the shape again that was dropped last, if nothing was done to the mask since; False if there is none."""
        kept, options = self._kept_shape, self._options
        if kept is None or self._editor.drawing or self.current.pending or self._editor.refuse():
            return False
        self.kept_shapes.forget(self._editor.key)
        names = [label.name for label in options.labels or ()]
        if kept.label not in names:
            return False
        options.choose_label(names.index(kept.label))
        options.choose_tool(kept.kind)
        self.editing.emit()
        if kept.restore is not None:
            kept.restore()
        else:
            self.current.place(kept.points, erases=kept.erases)
        self.edited.emit()
        return True

    def set_starting_mask(self, mask: Mask | None) -> None:
        """Let the tools show what an edit would start from: the waiting proposal, (H, W) uint8, or None."""
        for tool in dict.fromkeys(self._tools.values()):
            tool.set_starting_mask(mask)

    @property
    def _kept_shape(self) -> KeptShape | None:
        return self.kept_shapes.find(self._editor.key, len(self._editor.history.names))

    def _leave(self, tool: Tool, back: str) -> None:
        """Let a tool end what it has begun; a shape that is unfinished is kept, and that is said."""
        unfinished = tool.unfinished
        kept = bool(unfinished) and self._keep(tool)
        tool.leave()
        if kept:
            self._notice = f"The unfinished {unfinished} was put aside; {back}."
            self.refused.emit(self._notice)

    def take_notice(self) -> str:
        """What is to be said once another case is open: of a shape that was left, or one that is kept there."""
        notice, self._notice = self._notice, ""
        return notice

    def _keep(self, tool: Tool) -> bool:
        restore, key = tool.keep(), self._editor.key
        if restore is None or key is None or self._label is None:
            return False
        steps = len(self._editor.history.names)
        shape = KeptShape(self._kind, self._label.name, tool.clicked, tool.erases, steps, restore)
        self.kept_shapes.keep(key, shape)
        return True

    def _by_key(self, edit: Callable[[], bool]) -> bool:
        if not self.current.holds_point:
            return edit()
        if self.refuse_label():
            return False
        self.editing.emit()
        done = edit()
        self.edited.emit()
        return done

    @property
    def locked(self) -> bool:
        """Can the tool in use do nothing, because nothing may be changed?"""
        return self._editor.locked and self.current.changes_case

    def refuse(self) -> bool:
        """If the tool in use may change nothing, say so and return True."""
        return self.current.changes_case and self._editor.refuse()

    def _on_options_changed(self) -> None:
        before = self.current
        other_label = self._label is not self._options.label
        if self._tools[self._options.tool] is not before or other_label:
            self._leave(before, "undo brings it back")
        if self._kind is not self._options.tool or other_label:
            self._kind, self._label = self._options.tool, self._options.label
            self.current.choose()
        self.changed.emit()

    def _on_editor_leaving(self) -> None:
        self._leave(self.current, "undo in its case brings it back")
        self.current.choose()  # in case it is not left after all

    def _on_editor_mask_replaced(self) -> None:
        kept = self._kept_shape
        if kept is not None and kept.points:
            what = self._tools[kept.kind].what.lower()
            self._notice = f"There is an unfinished {what} in this case; undo brings it back."

    def _on_tool_sketch_changed(self) -> None:
        if self.sender() is self.current:
            self.changed.emit()


def _make_tool(tool: type[Tool], editor: Editor, options: ToolOptions, session: Session, parent: QObject) -> Tool:
    if issubclass(tool, READING_PIXELS):
        return tool(editor, options, session, parent)
    return tool(editor, options, parent)
