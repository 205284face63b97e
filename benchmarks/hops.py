"""Count the calls from a key or a button to what it does, by really running the window.

    python benchmarks/hops.py undo
    python benchmarks/hops.py train

Opens the window off screen on a small sample project. `undo` paints a stroke and triggers the action of Ctrl+Z; its
hops are the frames of the package on the call stack when the patch is applied to the mask. `train` clicks "Start
training"; its hops are the frames on the stack when the job's thread is started, and those on that thread's stack when
the epoch loop of the first network is entered. Nothing is replaced; the program ends there. What Qt queues has no
caller on the stack, so only what is called from there on is seen.

Which package is run is up to PYTHONPATH. Where a function has another name, say so with --undo-at and --train-at.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPoint, Qt, QThread, QTimer
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QPushButton, QWidget

import unet_desktop
from unet_desktop.gui import app

PACKAGE = Path(unet_desktop.__file__).parent
UNDO_AT = ("masks:apply",)
TRAIN_AT = ("engine:train_stage", "engine:learn")
"""Where to stop: a folder of the package and the function, the first that exists."""
LONGEST = 120_000
"""Milliseconds."""


def stack(frame: FrameType | None) -> list[str]:
    """Frames of the package, the first caller first, as "file:function"."""
    found = []
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(PACKAGE):
            found.append(f"{path.relative_to(PACKAGE)}:{frame.f_code.co_qualname}")
        frame = frame.f_back
    return found[::-1]


def first_defined(places: tuple[str, ...]) -> tuple[Path, str]:
    """(folder, function) of the first place that has such a function.

    Raises:
        SystemExit: none has.
    """
    for place in places:
        folder, _, name = place.partition(":")
        if any(f"def {name}(" in path.read_text("utf-8") for path in (PACKAGE / folder).rglob("*.py")):
            return PACKAGE / folder, name
    raise SystemExit(f"none of {', '.join(places)} is in {PACKAGE}")


def module_with(definition: str) -> Any:
    """The module of the package that has this definition, wherever it lies."""
    path = next(path for path in sorted(PACKAGE.rglob("*.py")) if f"def {definition}(" in path.read_text("utf-8"))
    return import_module(".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts))


class Trace:
    """Watches for the target and ends the program there."""

    def __init__(self, target: tuple[Path, str], *, as_json: bool) -> None:
        self._folder, self._name = target
        self._as_json = as_json
        self._starters: dict[int, list[str]] = {}  # of a thread
        self._known = 0
        self.scratch: Path | None = None
        """Folder to delete at the end."""

    def watch(self) -> None:
        """Watch this thread from now on, and each that is started; what has called so far is no hop."""
        start, trace, known = QThread.start, self._on_call, len(stack(sys._getframe()))

        def watched_start(thread: QThread, *arguments: Any) -> None:
            # A QThread knows nothing of sys.setprofile, so the thread's own first call sets it.
            starter, run = stack(sys._getframe(1))[known:], thread.run

            def watched_run() -> None:
                self._starters[threading.get_ident()] = starter
                sys.setprofile(trace)
                run()

            thread.run = watched_run  # type: ignore[method-assign]
            start(thread, *arguments)

        QThread.start = watched_start  # type: ignore[method-assign, assignment]
        self._known = known
        threading.setprofile(trace)
        sys.setprofile(trace)

    def _on_call(self, frame: FrameType, event: str, argument: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_name == self._name and Path(code.co_filename).is_relative_to(self._folder):
            in_window = threading.current_thread() is threading.main_thread()
            starter = self._starters.get(threading.get_ident(), [])
            self._end(starter + stack(frame)[self._known if in_window else 0 :])

    def _end(self, frames: list[str]) -> None:
        files = {frame.rpartition(":")[0] for frame in frames}
        text = (
            json.dumps(frames) if self._as_json else "\n".join([*frames, f"{len(frames)} through {len(files)} files"])
        )
        os.write(sys.stdout.fileno(), text.encode() + b"\n")
        if self.scratch is not None:
            shutil.rmtree(self.scratch, ignore_errors=True)
        os._exit(0)


def main_window() -> QMainWindow | None:
    """The program's window, when there is one."""
    return next((widget for widget in QApplication.topLevelWidgets() if isinstance(widget, QMainWindow)), None)


def undo(window: QMainWindow, trace: Trace) -> None:
    """Paint, then press Ctrl+Z."""
    canvas = next(widget for widget in window.findChildren(QWidget) if type(widget).__name__ == "Canvas")
    middle = canvas.rect().center()
    button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(canvas, button, keys, middle)
    QTest.mouseMove(canvas, middle + QPoint(30, 20))
    QTest.mouseRelease(canvas, button, keys, middle + QPoint(30, 20))
    action = window.findChild(QAction, "edit.undo")
    if action is None or not action.isEnabled():
        raise SystemExit("there is nothing to undo")
    trace.watch()
    action.trigger()


def train(window: QMainWindow, trace: Trace) -> None:
    """Click on "Start training"."""
    buttons = [button for button in window.findChildren(QPushButton) if button.text() == "Start training"]
    if not buttons or not buttons[0].isEnabled():
        raise SystemExit('there is no button "Start training" that can be clicked')
    trace.watch()
    buttons[0].click()


def run(act: Callable[[QMainWindow, Trace], None], trace: Trace) -> int:
    """Open the window on a sample project and act when a case is shown."""
    with tempfile.TemporaryDirectory(prefix="unet-desktop-") as folder:
        os.environ.update(dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"), folder))
        sample = module_with("make_sample_project")
        trace.scratch, root = Path(folder), Path(folder) / "project"
        for _ in sample.make_sample_project(root, sample.SamplePlan(photographs=6, corrected=5, size=256)):
            pass
        app.make_application()
        ready = QTimer(interval=50)

        def when_ready() -> None:
            window = main_window()
            fit = None if window is None else window.findChild(QAction, "view.fit")
            if window is not None and fit is not None and fit.isEnabled():  # a case is open
                ready.stop()
                QTimer.singleShot(500, lambda: _guarded(act, window, trace))

        ready.timeout.connect(when_ready)
        ready.start()
        QTimer.singleShot(LONGEST, lambda: os._exit(1))
        return app.main([str(root)])


def _guarded(act: Callable[[QMainWindow, Trace], None], window: QMainWindow, trace: Trace) -> None:
    try:
        act(window, trace)
    except SystemExit as error:
        print(error, file=sys.stderr)
        os._exit(1)


def main() -> int:
    """Run and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("undo", "train"))
    parser.add_argument("--undo-at", default="", metavar="FOLDER:FUNCTION")
    parser.add_argument("--train-at", default="", metavar="FOLDER:FUNCTION")
    parser.add_argument("--json", action="store_true", help="the frames as one line of JSON")
    options = parser.parse_args()
    chosen, usual, act = (
        (options.undo_at, UNDO_AT, undo) if options.what == "undo" else (options.train_at, TRAIN_AT, train)
    )
    return run(act, Trace(first_defined((chosen,) if chosen else usual), as_json=options.json))


if __name__ == "__main__":
    sys.exit(main())
