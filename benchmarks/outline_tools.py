"""Measure the tools that outline and fill in the real window, on a disc of a 4288x2848 photograph.

    python benchmarks/outline_tools.py                    # a synthetic photograph
    python benchmarks/outline_tools.py --photo IDRiD_01.jpg

Prints milliseconds of processor time from the event to the repainted picture, off screen in a window of 1920x1080, with
the disc close up and with the whole picture. Run it on an idle machine.
"""

from __future__ import annotations

import argparse
import math
import os
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from editor import LEFT, NONE, SIZES, make_project, send, settle
from PySide6.QtCore import QEvent, QPointF
from PySide6.QtWidgets import QApplication

from unet_desktop.gui import app
from unet_desktop.gui.tools.tool_options import ToolKind
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.images.box import Box, bounding_box

PRESS, MOVE, RELEASE = QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease
EVENTS = 120
Place = tuple[float, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photo", type=Path, help="a photograph to scale to the size")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CONFIG_HOME"] = folder
        window = app.make_window(app.make_application())
        window.resize(1920, 1080)
        window.show()
        root = make_project(Path(folder) / "project", *SIZES[0], arguments.photo)
        window.app.session.open_project(root)
        window.app.session.open_case(window.app.session.case_ids[0])
        settle()
        mask = window.app.editor.mask
        assert mask is not None
        disc = bounding_box(mask > 0)
        for name, zoom in (("close up", lambda: window.canvas.show_box(disc)), ("whole picture", window.canvas.fit)):
            zoom()
            settle()
            print(f"{name}, {window.canvas.zoom:.0%}, disc of {disc.bottom - disc.top} px")
            Hand(window, disc).measure()
        window.close()


class Hand:
    """Draws around the disc with each tool."""

    def __init__(self, window: MainWindow, disc: Box) -> None:
        """Draw in this window."""
        self._window, self._disc = window, disc

    def measure(self) -> None:
        """Print all timings."""
        circle = [self._on(step / EVENTS) for step in range(EVENTS)]
        self._choose(ToolKind.LASSO)
        _report("lasso, press", [self._send(PRESS, circle[0])])
        _report("lasso, move", self._moves(circle[1:]))
        self._end(circle[-1])
        for kind in (ToolKind.POLYGON, ToolKind.EDGE):
            self._choose(kind)
            for corner in range(8):
                self._click(self._on(corner / 8))
            _report(
                f"{kind.value}, move", self._moves((self._on(0.94 + step / 2000) for step in range(80)), held=False)
            )
            self._click(self._on(0))
            self._send(PRESS, self._on(1 / 8))
            _report(f"{kind.value}, drag a corner", self._moves(self._on(1 / 8, 1 - step / 500) for step in range(80)))
            self._end(self._on(1 / 8, 0.84))
        self._choose(ToolKind.WAND)
        _report("wand, press", [self._send(PRESS, self._on(0, 0.6))])
        scale = self._window.canvas.viewport.scale
        x, y = self._on(0, 0.6)
        _report("wand, drag by a step", self._moves((x + step * 5 / scale, y) for step in range(12)))
        self._end((x, y))

    def _choose(self, kind: ToolKind) -> None:
        self._window.app.options.choose_tool(kind)
        settle()

    def _on(self, turn: float, share: float = 1.0) -> Place:
        """An image point on the disc's edge, or closer to its centre."""
        box = self._disc
        across, down = share * math.cos(math.tau * turn), share * math.sin(math.tau * turn)
        return (
            (box.left + box.right) / 2 + across * (box.right - box.left) / 2,
            (box.top + box.bottom) / 2 + down * (box.bottom - box.top) / 2,
        )

    def _moves(self, places: Iterable[Place], *, held: bool = True) -> list[float]:
        return [self._send(MOVE, place, held=held) for place in places]

    def _click(self, place: Place) -> None:
        self._send(MOVE, place, held=False)
        self._send(PRESS, place)
        self._send(RELEASE, place)

    def _end(self, place: Place) -> None:
        """Cancel the drawing."""
        self._window.app.toolbox.current.abandon()
        self._send(RELEASE, place)

    def _send(self, kind: QEvent.Type, place: Place, *, held: bool = True) -> float:
        at = QPointF(*self._window.canvas.viewport.to_view(*place))
        return _timed(lambda: send(self._window, kind, at, LEFT if held else NONE))


def _timed(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    QApplication.processEvents()
    return 1000 * (time.process_time() - began)


def _report(what: str, times: list[float]) -> None:
    middle, most = np.percentile(times, [50, 95])
    print(f"  {what:24} median {middle:5.1f} ms  95 % under {most:5.1f} ms  ({len(times)})", flush=True)


if __name__ == "__main__":
    main()
