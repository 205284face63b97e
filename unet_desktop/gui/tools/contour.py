"""Spline contour: the label's edge as a closed curve with few handles; drag one and the edge follows."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.tools.contour_target import INSIDE, OnCurve, Target, cursor_of, sketched, target_at
from unet_desktop.gui.tools.drag import Drag
from unet_desktop.gui.tools.live_shape import LiveShape
from unet_desktop.gui.tools.sketch import Sketch
from unet_desktop.gui.tools.tool import Tool, Touch
from unet_desktop.gui.tools.tool_options import ToolKind, ToolOptions
from unet_desktop.masks.shapes.contour import FEWEST, Contour
from unet_desktop.masks.shapes.contour_draft import ContourDraft, Size, follow_piece
from unet_desktop.masks.shapes.piece import Piece, largest_piece, piece_at


class ContourTool(Tool):
    """Follows the edge of one piece of the label; where there is none, clicks draw it. See the module."""

    def __init__(self, editor: Editor, options: ToolOptions, parent: QObject | None = None) -> None:
        """See `Tool`."""
        super().__init__(editor, options, parent)
        self._live = LiveShape(editor)
        self._draft = ContourDraft()
        self._past: list[ContourDraft] = []
        self._drag: Drag[ContourDraft] | None = None
        self._pointer = Touch(0.0, 0.0)
        self._hot: Target = None
        self._committing = False
        editor.gesture_ended.connect(self._on_editor_gesture_ended)
        editor.edited.connect(self._on_editor_edited)

    @property
    def sketch(self) -> Sketch:
        """See `Tool.sketch`."""
        return sketched(self._draft, self._hot, self._pointer)

    @property
    def pending(self) -> bool:
        """See `Tool.pending`."""
        return self._live.shown or bool(self._past) or self._draft.drawing or isinstance(self._hot, int)

    @property
    def unfinished(self) -> str:
        """See `Tool.unfinished`."""
        return "contour" if self._draft.drawing else ""

    @property
    def cursor(self) -> Qt.CursorShape | None:
        """See `Tool.cursor`."""
        return cursor_of(self._hot)

    def choose(self) -> None:
        """See `Tool.choose`."""
        self._follow(_piece(self._editor, self._options, self._draft.contour))

    def leave(self) -> None:
        """See `Tool.leave`."""
        super().leave()
        self._forget(ContourDraft())

    def reset(self) -> None:
        """See `Tool.reset`."""
        self._live.lost()
        self._follow(_piece(self._editor, self._options, self._draft.contour))

    def press(self, touch: Touch) -> None:
        """See `Tool.press`."""
        if self._editor.mask is None or self._options.label is None:
            return
        self._pointer, self._hot = touch, target_at(self._draft, touch)
        if touch.erase:
            self._remove(self._hot)
        elif self._hot is None and not self._draft.drawing and not self._reach_out(touch):
            self.sketch_changed.emit()
        else:
            self._drag = _grasp(self._draft, touch, self._hot, self._size())
            if isinstance(self._hot, OnCurve):
                self._hot = self._hot.piece + 1
            if self._drag.click is not None:
                self._show(self._drag.click)

    def move(self, touch: Touch) -> None:
        """See `Tool.move`."""
        if self._drag is not None:
            self._drag = self._drag.after_move(touch)
            if self._drag.moved:
                self._pointer = touch
                self._show(self._drag.follow(touch))

    def release(self, touch: Touch) -> None:
        """See `Tool.release`."""
        drag, self._drag = self._drag, None
        if drag is not None and (drag.moved or drag.click is not None):
            self._past.append(drag.before)
        elif drag is not None and self._draft.drawing and self._hot == 0 and len(self._draft.knots) >= FEWEST:
            self.commit()  # a click on the first knot closes the curve, as with a polygon
        self.hover(touch)

    def hover(self, touch: Touch) -> None:
        """See `Tool.hover`."""
        self._pointer, before = touch, self._hot
        self._hot = target_at(self._draft, touch)
        if self._hot != before or (self._draft.drawing and self._draft.contour is None):
            self.sketch_changed.emit()

    def double_click(self, touch: Touch) -> bool:
        """See `Tool.double_click`."""
        if self._draft.contour is None:
            return len(self._draft.knots) > 1  # the click before it placed the last knot
        if target_at(self._draft, touch) is None:
            return False
        self.commit()
        return True

    def retract(self) -> None:
        """See `Tool.retract`."""
        if self._draft.drawing:
            self.abandon()
        self._drag = None

    def commit(self) -> None:
        """See `Tool.commit`."""
        self._show(self._draft.close())
        self._committing = True
        self._live.commit()
        self._committing = False
        # The same handles stay, so that shaping goes on where it was.
        self._forget(self._draft.commit(self._size()))

    def abandon(self) -> None:
        """See `Tool.abandon`."""
        self._live.hide()
        self._follow(_piece(self._editor, self._options, self._draft.contour))

    def step_back(self) -> bool:
        """See `Tool.step_back`: the last knot, or the last drag."""
        if self._drag is not None:
            drag, self._drag = self._drag, None
            self._show(drag.before)
        elif self._past:
            self._show(self._past.pop())
        else:
            return False
        self._hot = target_at(self._draft, self._pointer)
        return True

    def take_away(self) -> bool:
        """See `Tool.take_away`: the knot under the pointer, or else the last step."""
        if self._draft.drawing or not isinstance(self._hot, int):
            return self.step_back()
        if self._editor.refuse():
            return False
        self._remove(self._hot)
        return True

    def nudge(self, right: int, down: int) -> bool:
        """See `Tool.nudge`: the knot under the pointer."""
        contour = self._draft.contour
        if contour is None or self._drag is not None or not isinstance(self._hot, int) or self._editor.refuse():
            return False
        x, y = contour.knots[self._hot]
        self._past.append(self._draft)
        self._show(self._draft.move_knot(self._hot, x + right, y + down))
        return True

    def _reach_out(self, touch: Touch) -> bool:
        """A press outside: take the piece that is there, or begin another one; True when the press goes on."""
        self.commit()
        mask, labels, label = self._editor.mask, self._options.labels, self._options.label
        if mask is None or labels is None or label is None or (label.unique and self._draft.contour is not None):
            return False
        piece = piece_at(mask, labels, label, touch.x, touch.y)
        self._follow(piece)
        self._hot = target_at(self._draft, touch)
        return piece is None

    def _remove(self, knot: Target) -> None:
        after = self._draft.remove_knot(knot) if isinstance(knot, int) else self._draft
        before = self._draft
        self._hot = None
        if after.contour is not before.contour or len(after.knots) != len(before.knots):
            self._past.append(before)
            self._show(after)

    def _show(self, draft: ContourDraft) -> None:
        self._draft = draft
        labels, label = self._options.labels, self._options.label
        change = draft.change(self._size())
        if change is None or labels is None or label is None:
            self._live.hide()
        else:
            name = f"Contour {label.name}"
            self._live.show(labels, label, name, lambda to: to.show_change(change.box, change.added, change.taken))
        self.sketch_changed.emit()

    def _follow(self, piece: Piece | None) -> None:
        self._forget(ContourDraft() if piece is None else follow_piece(piece))

    def _forget(self, draft: ContourDraft) -> None:
        self._draft, self._drag, self._hot = draft, None, None
        self._past.clear()
        self.sketch_changed.emit()

    def _size(self) -> Size:
        mask = self._editor.mask
        return (0, 0) if mask is None else (mask.shape[0], mask.shape[1])

    def _on_editor_gesture_ended(self) -> None:
        if self._live.lost():
            self._follow(_piece(self._editor, self._options, self._draft.contour))

    def _on_editor_edited(self) -> None:
        """Somebody else changed the mask: the curve follows what is there now."""
        if not self._committing and self._options.tool is ToolKind.CONTOUR:
            self._follow(_piece(self._editor, self._options, self._draft.contour))


def _grasp(draft: ContourDraft, touch: Touch, target: Target, size: Size) -> Drag[ContourDraft]:
    """What a press on that target makes of the draft."""
    if isinstance(target, OnCurve):
        inserted = draft.insert_knot(target.piece, target.share, size)
        return Drag(touch, draft, lambda at: inserted.move_knot(target.piece + 1, at.x, at.y), inserted)
    if isinstance(target, int):
        return Drag(touch, draft, lambda at: draft.move_knot(target, at.x, at.y))
    if target is INSIDE:
        return Drag(touch, draft, lambda at: draft.shift(at.x - touch.x, at.y - touch.y))
    return Drag(touch, draft, lambda at: draft.add_knot(at.x, at.y), draft.add_knot(touch.x, touch.y))


def _piece(editor: Editor, options: ToolOptions, followed: Contour | None) -> Piece | None:
    """The piece whose edge the curve shall follow: the one that it followed, or the largest."""
    mask, labels, label = editor.mask, options.labels, options.label
    if mask is None or labels is None or label is None or options.tool is not ToolKind.CONTOUR:
        return None
    piece = None
    if followed is not None and not label.unique:
        x, y = followed.knots.mean(axis=0)
        piece = piece_at(mask, labels, label, float(x), float(y))
    return piece or largest_piece(mask, labels, label)
