"""Ellipse: through points on the edge, drawn in a box, or fitted to the region; then changed by its handles."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Qt

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.tools.draft import step_name
from unet_desktop.gui.tools.drag import Drag
from unet_desktop.gui.tools.ellipse_target import Target, Whole, cursor_of, settled, sketched, target_at
from unet_desktop.gui.tools.live_shape import LiveShape
from unet_desktop.gui.tools.sketch import Sketch
from unet_desktop.gui.tools.tool import Tool, Touch
from unet_desktop.gui.tools.tool_options import ToolKind, ToolOptions
from unet_desktop.images.box import Box, embed_plane
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.reshape import Combine, Reshape
from unet_desktop.masks.shapes.ellipse import Ellipse
from unet_desktop.masks.shapes.ellipse_draft import EllipseDraft, Grip, inscribe_ellipse, pull_handle, turn_ellipse
from unet_desktop.masks.shapes.ellipse_fit import fit_ellipse_to_region
from unet_desktop.masks.shapes.piece import Piece, largest_piece


@dataclass(frozen=True, slots=True)
class _Purpose:
    """What the ellipse is for; `part` is the piece of the region that it takes the place of, if not all of it.

    `fixed` says that the choice between adding and replacing is not asked any more.
    """

    labels: LabelSet
    label: Label
    combine: Combine
    part: Piece | None = None
    fixed: bool = False

    @property
    def name(self) -> str:
        """Of the step of the history."""
        return step_name("Ellipse", self.label, self.combine)

    def draw(self, ellipse: Ellipse, reshape: Reshape, size: tuple[int, int]) -> Box:
        """Draw it into a mask of that size."""
        box, plane = ellipse.pixels(size)
        if self.part is None:
            return reshape.show(box, plane, self.combine)
        work = box.union(self.part.box)
        added, taken = embed_plane(plane, box, work), embed_plane(self.part.plane, self.part.box, work)
        return reshape.show_change(work, added, taken & ~added)


class EllipseTool(Tool):
    """An ellipse that stays editable until it is committed; see the module."""

    def __init__(self, editor: Editor, options: ToolOptions, parent: QObject | None = None) -> None:
        """See `Tool`."""
        super().__init__(editor, options, parent)
        self._live = LiveShape(editor)
        self._draft = EllipseDraft()
        self._past: list[EllipseDraft] = []
        self._drag: Drag[EllipseDraft] | None = None
        self._purpose: _Purpose | None = None
        self._pointer = Touch(0.0, 0.0)
        self._hot: Target = None
        editor.gesture_ended.connect(self._on_editor_gesture_ended)
        options.changed.connect(self._on_options_changed)

    @property
    def sketch(self) -> Sketch:
        """See `Tool.sketch`."""
        return sketched(self._draft, self._hot, self._pointer)

    @property
    def pending(self) -> bool:
        """See `Tool.pending`."""
        return not self._draft.empty

    @property
    def unfinished(self) -> str:
        """See `Tool.unfinished`."""
        return "" if self._draft.empty or settled(self._draft) else "ellipse"

    @property
    def cursor(self) -> Qt.CursorShape | None:
        """See `Tool.cursor`."""
        return cursor_of(self._draft, self._hot)

    def take_region(self) -> bool:
        """Take the label's present region, or the largest piece of it, as an ellipse; False when there is none."""
        self.commit()
        purpose, mask = _purpose_now(self._options, erases=False), self._editor.mask
        piece = None if purpose is None or mask is None else largest_piece(mask, purpose.labels, purpose.label)
        ellipse = None if piece is None else fit_ellipse_to_region(piece.box, piece.plane)
        if purpose is None or ellipse is None:
            return False
        part = None if purpose.label.unique else piece
        self._purpose = replace(purpose, combine=Combine.REPLACE, part=part, fixed=True)
        self._past.append(self._draft)
        self._show(EllipseDraft((), ellipse))
        return True

    def press(self, touch: Touch) -> None:
        """See `Tool.press`."""
        self._pointer, target = touch, target_at(self._draft, touch)
        if target is Whole.OUTSIDE:
            self.commit()
        if self._draft.empty:
            self._purpose = _purpose_now(self._options, erases=touch.erase)
        purpose = self._purpose
        if purpose is None or self._editor.mask is None:
            return
        self._drag = self._grasp(touch, target)
        if self._drag.click is not None and target in (None, Whole.OUTSIDE):
            self._show(self._drag.click)
        if purpose.combine is Combine.REPLACE:  # after the click, which hides what was prepared
            self._live.prepare(purpose.labels, purpose.label, purpose.name)
        self._set_hot(target)

    def move(self, touch: Touch) -> None:
        """See `Tool.move`."""
        if self._drag is None:
            return
        self._drag = self._drag.after_move(touch)
        if self._drag.moved:
            self._pointer = touch
            self._show(self._drag.follow(touch))

    def release(self, touch: Touch) -> None:
        """See `Tool.release`."""
        drag, self._drag = self._drag, None
        after = None if drag is None else self._draft if drag.moved else drag.click
        if drag is not None and after is not None:
            self._past.append(drag.before)
            self._show(after)
        self.hover(touch)

    def hover(self, touch: Touch) -> None:
        """See `Tool.hover`."""
        before, self._pointer = self._pointer, touch
        target = target_at(self._draft, touch)
        if not self._set_hot(target) and (self._draft.ellipse is None or before.reach != touch.reach):
            self._notify()

    def double_click(self, touch: Touch) -> bool:
        """See `Tool.double_click`."""
        if self._draft.ellipse is None:
            return len(self._draft.points) > 1  # the click before it placed the last point
        self.commit()
        return True

    def retract(self) -> None:
        """See `Tool.retract`."""
        self.abandon()

    def commit(self) -> None:
        """See `Tool.commit`."""
        self._live.commit()
        self.reset()

    def abandon(self) -> None:
        """See `Tool.abandon`."""
        self._live.hide()
        self.reset()

    def step_back(self) -> bool:
        """See `Tool.step_back`: the last point, or the last drag."""
        if self._drag is not None:
            drag, self._drag = self._drag, None
            self._show(drag.before)
        elif self._past:
            self._show(self._past.pop())
        else:
            return False
        return True

    def nudge(self, right: int, down: int) -> bool:
        """See `Tool.nudge`."""
        if self._draft.ellipse is None or self._drag is not None:
            return False
        self._past.append(self._draft)
        self._show(self._draft.shift(right, down))
        return True

    def reset(self) -> None:
        """See `Tool.reset`."""
        was_empty = self._draft.empty
        self._live.lost()
        self._draft, self._drag, self._hot = EllipseDraft(), None, None
        self._past.clear()
        if not was_empty:
            self.sketch_changed.emit()

    def _grasp(self, touch: Touch, target: Target) -> Drag[EllipseDraft]:
        draft, ellipse = self._draft, self._draft.ellipse
        start = (touch.x, touch.y)
        # In the middle of clicking points a click is a point wherever it is; only a drag is meant for a handle.
        click = draft.add_point(start) if draft.points or draft.empty else None
        if isinstance(target, int):
            return Drag(touch, draft, lambda at: draft.move_point(target, (at.x, at.y)))
        if ellipse is None or target is None:
            if draft.empty:
                return Drag(touch, draft, lambda at: EllipseDraft((), _boxed(start, at)), click)
            return Drag(touch, draft, lambda at: draft.add_point((at.x, at.y)), click)
        if isinstance(target, Grip):
            x, y = target.place(ellipse)
            right, down = x - touch.x, y - touch.y
            return Drag(touch, draft, lambda at: EllipseDraft((), _pulled(ellipse, target, at, (right, down))), click)
        if target is Whole.TURN:
            return Drag(
                touch,
                draft,
                lambda at: EllipseDraft((), turn_ellipse(ellipse, start, (at.x, at.y), stepwise=at.straight)),
                click,
            )
        return Drag(touch, draft, lambda at: draft.shift(at.x - touch.x, at.y - touch.y), click)

    def _show(self, draft: EllipseDraft) -> None:
        self._draft = draft
        purpose, mask, ellipse = self._purpose, self._editor.mask, draft.ellipse
        if ellipse is None or purpose is None or mask is None:
            self._live.hide()
        else:
            size = (mask.shape[0], mask.shape[1])
            self._live.show(
                purpose.labels, purpose.label, purpose.name, lambda reshape: purpose.draw(ellipse, reshape, size)
            )
        self.sketch_changed.emit()

    def _set_hot(self, target: Target) -> bool:
        changed, self._hot = target != self._hot, target
        if changed:
            self._notify()
        return changed

    def _notify(self) -> None:
        if not self._draft.empty:
            self.sketch_changed.emit()

    def _on_editor_gesture_ended(self) -> None:
        if self._live.lost():
            self.reset()

    def _on_options_changed(self) -> None:
        purpose, options = self._purpose, self._options
        if purpose is None or purpose.fixed or self._draft.empty or options.label is not purpose.label:
            return
        if options.tool is ToolKind.ELLIPSE and options.combining is not purpose.combine:
            self._purpose = replace(purpose, combine=options.combining)
            self._live.hide()  # the step begins anew, under its name
            self._show(self._draft)


def _purpose_now(options: ToolOptions, *, erases: bool) -> _Purpose | None:
    labels, label = options.labels, options.label
    if labels is None or label is None:
        return None
    return _Purpose(labels, label, Combine.SUBTRACT if erases else options.combining, fixed=erases)


def _boxed(start: tuple[float, float], at: Touch) -> Ellipse:
    return inscribe_ellipse(start, (at.x, at.y), round_=at.straight, centred=at.centred)


def _pulled(ellipse: Ellipse, grip: Grip, at: Touch, offset: tuple[float, float]) -> Ellipse:
    x, y = at.x + offset[0], at.y + offset[1]
    return pull_handle(ellipse, grip, x, y, proportional=at.straight, centred=at.centred)
