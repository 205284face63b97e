"""No tool changes a locked or a hidden label; what undo brings back is as it was."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.tools.tool import Touch
from unet_desktop.gui.tools.tool_options import ToolKind, ToolOptions
from unet_desktop.gui.tools.toolbox import TOOLS, Toolbox
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.locks import locks_of
from unet_desktop.masks.regions import region
from unet_desktop.masks.reshape import Combine

DISC, CUP = DISC_AND_CUP
SIZE = (44, 56)
MEASURING = {ToolKind.FOVEA, ToolKind.RULER}
TURNS = 64


def nested() -> np.ndarray:
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]] + 0.5
    distance = np.hypot(rows - 22, columns - 28)
    mask = (distance < 14).astype(np.uint8) + (distance < 7).astype(np.uint8)
    mask[:4, :4] = 255
    return mask


class Bench:
    """An editor with a toolbox on one mask, and random touches."""

    def __init__(self, locked: set[int], seed: int) -> None:
        self.editor, self.options = Editor(), ToolOptions()
        picture = np.full((*SIZE, 3), (60, 30, 20), np.uint8)
        picture[nested() == 1], picture[nested() == 2] = (180, 120, 60), (230, 190, 130)
        self.toolbox = Toolbox(self.editor, self.options, SimpleNamespace(pixels=picture))
        self.options.set_labels(DISC_AND_CUP)
        self.options.set_diameter(14)
        self.options.set_marks((), locked)
        self.editor.locks = locks_of(DISC_AND_CUP, locked)
        self.editor.open_mask(Path("/project"), "a", nested(), SIZE, DISC_AND_CUP)
        self.random = np.random.default_rng(seed)

    @property
    def mask(self) -> np.ndarray:
        assert self.editor.mask is not None
        return self.editor.mask

    def touch(self) -> Touch:
        x, y = self.random.uniform((-4, -4), (SIZE[1] + 4, SIZE[0] + 4))
        return Touch(float(x), float(y), erase=bool(self.random.random() < 0.4), reach=4.0)

    def use(self) -> None:
        """Press, drag, release, and perhaps finish the shape or move it by keys."""
        self.toolbox.press(self.touch())
        for _ in range(3):
            self.toolbox.move(self.touch())
        self.toolbox.release(self.touch())
        self.toolbox.nudge(1, 0)
        if self.random.random() < 0.5:
            self.toolbox.current.commit()


@pytest.mark.parametrize("kind", list(TOOLS))
@pytest.mark.parametrize("locked", [DISC, CUP], ids=["disc", "cup"])
def test_no_tool_changes_a_locked_label(qapp, kind: ToolKind, locked) -> None:
    bench, changed = Bench({locked.value}, 3), False
    before, kept = bench.mask.copy(), region(bench.mask, DISC_AND_CUP, locked).copy()
    for turn in range(TURNS):
        bench.options.choose_label(turn // 8 % 2)
        bench.options.choose_tool(kind)
        bench.options.choose_combine(list(Combine)[turn // 16 % 3])
        bench.options.set_grow_parent(bool(turn & 4))
        bench.use()
        assert np.array_equal(region(bench.mask, DISC_AND_CUP, locked), kept)
        changed |= not np.array_equal(bench.mask, before)
    assert changed or kind in MEASURING  # the other label can be edited
    bench.toolbox.abandon()
    while bench.editor.history.can_undo:
        bench.editor.undo()
    assert np.array_equal(bench.mask, before)


@pytest.mark.parametrize("kind", [kind for kind in TOOLS if kind not in {ToolKind.NOT_ANNOTATED, *MEASURING}])
@pytest.mark.parametrize("mark", ["hidden", "locked"])
def test_a_tool_says_why_it_does_not_change_the_label_in_use(qapp, kind: ToolKind, mark: str) -> None:
    bench, said = Bench(set(), 5), []
    bench.toolbox.refused.connect(said.append)
    bench.options.choose_tool(kind)
    bench.options.set_marks({1} if mark == "hidden" else (), {1} if mark == "locked" else ())
    for _ in range(5):
        bench.use()
    assert np.array_equal(bench.mask, nested())
    assert said[0].startswith(f"The optic disc is {mark}. ")
    assert not bench.editor.history.can_undo


def test_what_a_lock_leaves_out_is_said_and_the_rest_is_done(qapp) -> None:
    bench, met = Bench({2}, 1), []
    bench.editor.met_lock.connect(lambda: met.append(True))
    bench.options.choose_tool(ToolKind.ERASER)
    bench.options.set_diameter(60)
    bench.toolbox.press(Touch(28, 22))
    bench.toolbox.release(Touch(28, 22))
    assert set(np.unique(bench.mask)) == {0, 2, 255}
    assert met == [True]
    bench.editor.undo()
    assert np.array_equal(bench.mask, nested())


def test_an_accepted_proposal_and_a_pasted_mask_leave_a_locked_label(qapp) -> None:
    bench, other = Bench({2}, 1), np.zeros(SIZE, np.uint8)
    other[5:40, 5:50] = 1
    other[6:12, 6:12] = 2
    bench.editor.replace_mask("Accept", other, model="f00d")
    assert np.array_equal(bench.mask == 2, nested() == 2)
    assert (bench.mask[6:12, 6:12] == 1).all()
    assert bench.editor.model == "f00d"
    bench.editor.undo()
    assert bench.editor.model == ""
    bench.editor.locks = locks_of(DISC_AND_CUP, {1, 2})
    bench.editor.replace_mask("Paste", np.where(nested() == 255, 255, other).astype(np.uint8))
    assert not bench.editor.history.can_undo
