"""Every tool, region command, proposal, undo, redo, step and case, in any order: what must always hold.

The tools get touches as the pointer gives them. A tool that is added to the toolbox is covered without a word here.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.tools.tool import Touch
from unet_desktop.gui.tools.tool_options import ToolOptions
from unet_desktop.gui.tools.toolbox import TOOLS, Toolbox
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks import morphology
from unet_desktop.masks.history import BUDGET
from unet_desktop.masks.regions import region
from unet_desktop.masks.reshape import Combine

DISC, CUP = DISC_AND_CUP
SIZE = (44, 56)
ROOT = Path("/project")
CASES = ("a", "b")
KINDS = st.sampled_from(list(TOOLS))
TOUCHES = st.builds(
    Touch,
    x=st.integers(-24, 248).map(lambda quarter: quarter / 4),
    y=st.integers(-24, 200).map(lambda quarter: quarter / 4),
    erase=st.sampled_from([False, False, False, True]),
    straight=st.sampled_from([False, False, False, True]),
    pressure=st.sampled_from([1.0, 0.3]),
    reach=st.sampled_from([2.0, 6.0]),
)
KEYS = st.sampled_from(
    [
        "undo",
        "undo",
        "redo",
        "commit",
        "abandon",
        "step back",
        "another label",
        "another tool",
        "another case",
        "beginning",
    ]
)
COMMANDS = st.sampled_from(
    [
        lambda mask, label: morphology.grow(mask, DISC_AND_CUP, label, 1),
        lambda mask, label: morphology.shrink(mask, DISC_AND_CUP, label, 2),
        lambda mask, label: morphology.smooth(mask, DISC_AND_CUP, label),
        lambda mask, label: morphology.keep_largest(mask, DISC_AND_CUP, label),
    ]
)


def nested(row: float, column: float, radius: float) -> np.ndarray:
    """(H, W) uint8: a round disc with a round cup."""
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]] + 0.5
    distance = np.hypot(rows - row, columns - column)
    return (distance < radius).astype(np.uint8) + (distance < radius / 2).astype(np.uint8)


def showing(pixels: np.ndarray) -> SimpleNamespace:
    """The picture for tools that look at it."""
    return SimpleNamespace(pixels=pixels)


PICTURE = np.full((*SIZE, 3), (60, 30, 20), np.uint8)
PICTURE[nested(22, 28, 14) > 0] = (180, 120, 60)
PICTURE[nested(22, 28, 14) > 1] = (230, 190, 130)
DISCS = st.builds(nested, st.integers(10, 35), st.integers(12, 45), st.integers(6, 20))
MASKS = st.one_of(DISCS, DISCS, st.just(np.zeros(SIZE, np.uint8)))


class AllTools(RuleBasedStateMachine):
    """An editor with a toolbox on two cases."""

    @initialize(masks=st.tuples(MASKS, MASKS))
    def begin(self, masks) -> None:
        self.editor, self.options = Editor(), ToolOptions()
        self.toolbox = Toolbox(self.editor, self.options, showing(PICTURE))
        self.options.set_labels(DISC_AND_CUP)
        self.options.set_diameter(14)
        self.start = dict(zip(CASES, (mask.copy() for mask in masks), strict=True))
        self.left = {case: mask.copy() for case, mask in self.start.items()}
        self.down = self.stray = False
        self.shown = np.zeros(SIZE, np.uint8)
        self.editor.mask_replaced.connect(self._on_mask_replaced)
        self.editor.mask_changed.connect(self._on_mask_changed)
        self._open("a")

    def _on_mask_replaced(self) -> None:
        if self.editor.mask is not None:
            self.shown = self.editor.mask.copy()

    def _on_mask_changed(self, box) -> None:
        self.stray |= box.clip(*SIZE) != box  # Qt would swallow what is raised here
        self.shown[box.slices] = self.editor.mask[box.slices]

    def _open(self, case: str) -> None:
        self.case = case
        self.editor.open_mask(ROOT, case, self.left[case].copy(), SIZE, DISC_AND_CUP)

    # What the pointer does

    @precondition(lambda self: not self.down)
    @rule(touch=TOUCHES)
    def press(self, touch) -> None:
        self.down = True
        self.toolbox.current.press(touch)

    @precondition(lambda self: not self.down)
    @rule(touch=TOUCHES)
    def press_again(self, touch) -> None:
        """The second press of a double click; when it means nothing to the tool it is one as any other."""
        if not self.toolbox.current.double_click(touch):
            self.press(touch)

    @precondition(lambda self: self.down)
    @rule(touches=st.lists(TOUCHES, min_size=1, max_size=4))
    def move(self, touches) -> None:
        for touch in touches:
            self.toolbox.current.move(touch)

    @precondition(lambda self: not self.down)
    @rule(touch=TOUCHES)
    def hover(self, touch) -> None:
        self.toolbox.current.hover(touch)

    @precondition(lambda self: self.down)
    @rule(touch=TOUCHES)
    def release(self, touch) -> None:
        self.down = False
        self.toolbox.current.release(touch)

    @precondition(lambda self: not self.down)
    @rule(kind=KINDS, touches=st.lists(TOUCHES, min_size=2, max_size=6))
    def drag(self, kind, touches) -> None:
        """Choose a tool and use it: single presses alone would hardly ever make a shape."""
        self.options.choose_tool(kind)
        self.toolbox.current.press(touches[0])
        for touch in touches[1:]:
            self.toolbox.current.move(touch)
        self.toolbox.current.release(touches[-1])

    @precondition(lambda self: not self.down)
    @rule(
        kind=KINDS,
        touches=st.lists(TOUCHES, min_size=4, max_size=6),
        key=KEYS,
    )
    def interrupted_drag(self, kind, touches, key) -> None:
        """Keys do not wait for the button to go up; whatever they ended stays ended."""
        self.options.choose_tool(kind)
        self.toolbox.current.press(touches[0])
        self.toolbox.current.move(touches[1])
        self.type_key(key)
        for touch in touches[2:]:
            self.toolbox.current.move(touch)
            self.the_mask_is_the_replay_of_its_history()
        self.toolbox.current.release(touches[-1])

    @precondition(lambda self: not self.down)
    @rule(kind=KINDS, touches=st.lists(TOUCHES, min_size=3, max_size=7), commits=st.booleans())
    def click_round(self, kind, touches, commits) -> None:
        self.options.choose_tool(kind)
        for touch in touches:
            self.toolbox.current.press(touch)
            self.toolbox.current.release(touch)
        if commits:
            self.toolbox.current.commit()
            assert not self.toolbox.current.pending

    # What keys and panels do, also in the middle of a drag

    @rule(kind=KINDS, index=st.integers(0, 1), diameter=st.integers(1, 40), combine=st.sampled_from(Combine))
    def choose(self, kind, index, diameter, combine) -> None:
        self.options.choose_tool(kind)
        self.options.set_diameter(diameter)
        self.options.choose_combine(combine)
        self.options.choose_label(index)

    @rule(key=KEYS)
    def type_key(self, key) -> None:
        tool = self.toolbox.current
        if key == "commit":
            tool.commit()
        elif key == "step back":
            tool.step_back()
        elif key == "undo" and not tool.step_back():
            self.editor.undo()
        elif key == "redo":
            self.editor.redo()
        elif key == "abandon":
            tool.abandon()
            assert not self.editor.drawing
            assert not tool.pending
        elif key == "another label":
            self.options.choose_label(1 if self.options.label == DISC else 0)
        elif key == "another tool":
            self.options.choose_tool(next(kind for kind in TOOLS if TOOLS[kind] is not type(tool)))
        elif key == "another case":
            self.open_case("b" if self.case == "a" else "a")
        elif key == "beginning":
            self.editor.go_to(0)

    @rule(step=st.integers(-1, 12))
    def go_to(self, step) -> None:
        history = self.editor.history
        known = len(history.names) + len(history.undone_names)
        self.editor.go_to(step)
        assert len(self.editor.history.names) == min(max(step, 0), known)

    @rule(command=COMMANDS, label=st.sampled_from([DISC, CUP]))
    def change_region(self, command, label) -> None:
        self.editor.finish()
        self.editor.apply(command(self.editor.mask, label))

    @rule(mask=MASKS)
    def accept_proposal(self, mask) -> None:
        self.editor.replace_mask("Accept proposal", mask, model="f00d")

    @rule(case=st.sampled_from(CASES), abruptly=st.booleans())
    def open_case(self, case, abruptly=False) -> None:
        if case != self.case:
            unfinished, steps = self.toolbox.current.unfinished, len(self.editor.history.names)
            if abruptly:
                self.editor.cancel()
            else:
                self.editor.leave()
            assert not unfinished or len(self.editor.history.names) == steps
            self.the_mask_is_the_replay_of_its_history()
            self.left[self.case] = self.editor.mask.copy()
            self._open(case)
            assert not self.editor.drawing
            assert not self.toolbox.current.pending

    # What always holds

    @invariant()
    def every_change_is_shown(self) -> None:
        assert not self.stray
        np.testing.assert_array_equal(self.shown, self.editor.mask)

    @invariant()
    def pixels_are_known_values_and_the_cup_lies_in_the_disc(self) -> None:
        mask = self.editor.mask
        assert set(np.unique(mask)) <= {0, 1, 2, 255}
        assert not (region(mask, DISC_AND_CUP, CUP) & ~region(mask, DISC_AND_CUP, DISC)).any()

    @invariant()
    def the_mask_is_the_replay_of_its_history(self) -> None:
        if self.editor.drawing:
            return
        replayed = self.start[self.case].copy()
        for patch in self.editor.history._done:
            np.testing.assert_array_equal(replayed[patch.box.slices], patch.before)
            patch.apply(replayed)
        np.testing.assert_array_equal(replayed, self.editor.mask)

    @invariant()
    def the_history_is_within_its_budget(self) -> None:
        kept = [kept.history for kept in self.editor._histories._kept.values()]
        assert sum(history.size for history in [self.editor.history, *kept]) <= BUDGET
        patches = self.editor.history._done
        assert self.editor.history.size >= sum(patch.before.size for patch in patches)

    @invariant()
    def the_sketch_can_be_drawn(self) -> None:
        sketch, ring = self.toolbox.current.sketch, self.toolbox.current.ring
        assert all(np.isfinite(line.points).all() and line.points.shape[1:] == (2,) for line in sketch.lines)
        assert all(np.isfinite((handle.x, handle.y)).all() for handle in sketch.handles)
        assert ring is None or ring > 0

    def teardown(self) -> None:
        """Undoing everything gives the beginning; doing it all again gives the end."""
        if not hasattr(self, "editor"):
            return
        self.editor.cancel()
        end, steps = self.editor.mask.copy(), len(self.editor.history.names)
        self.editor.go_to(0)
        np.testing.assert_array_equal(self.editor.mask, self.start[self.case])
        self.editor.go_to(steps)
        np.testing.assert_array_equal(self.editor.mask, end)
        self.toolbox.deleteLater()


TestAllTools = AllTools.TestCase
TestAllTools.settings = settings(max_examples=150, stateful_step_count=40)
