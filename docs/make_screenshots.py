"""Make docs/images: a walk through the real window on the synthetic project of `make demo`, with mouse and keys.

.venv/bin/python docs/make_screenshots.py demo/project
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
_scratch = Path(tempfile.mkdtemp(prefix="unet-desktop-walk-"))
os.environ.update(HOME=str(_scratch), XDG_CONFIG_HOME=str(_scratch), XDG_STATE_HOME=str(_scratch))

from PySide6.QtCore import QPoint, Qt  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402

from unet_desktop.gui import app  # noqa: E402
from unet_desktop.gui.window import MainWindow  # noqa: E402

_IMAGES = Path(__file__).parent / "images"


def main(project: Path) -> None:
    """Walk through a copy of the project, so that the walk can be repeated."""
    root = _scratch / "project"
    shutil.copytree(project, root)
    _IMAGES.mkdir(exist_ok=True)
    window = app.make_window(app.make_application())
    window.handlers.find("window.set_theme")("light")
    window.resize(1366, 768)
    window.show()
    _keep(window, "1-welcome", 300)
    window.handlers.find("project.open_root")(root)
    QTest.qWait(2500)
    _key(window, Qt.Key.Key_U)
    _keep(window, "2-proposal", 800)
    _key(window, Qt.Key.Key_Z)
    _keep(window, "3-close-up", 500)
    _key(window, Qt.Key.Key_A)
    _key(window, Qt.Key.Key_1)
    _drag(window)
    _keep(window, "4-corrected", 800)
    _train(window)
    window.handlers.find("window.set_theme")("dark")
    _keep(window, "6-dark", 800)
    window.close()
    shutil.rmtree(_scratch, ignore_errors=True)


def _train(window: MainWindow) -> None:
    """Go on from the demo's model with one epoch, from the button to the new proposal."""
    window.handlers.find("learning.show_training")()
    QTest.qWait(300)
    epochs = window.panels.training.findChild(object, "epochs")
    epochs.setValue(9)  # a third of them when training goes on from a model
    start = window.panels.training.findChild(object, "start")
    QTest.mouseClick(start, Qt.MouseButton.LeftButton)
    for _ in range(3000):
        QTest.qWait(200)
        if not window.bench.runner.busy:
            break
    _keep(window, "5-trained", 500)


def _drag(window: MainWindow) -> None:
    canvas = window.canvas
    start = QPoint(canvas.width() // 2 + 60, canvas.height() // 2 - 130)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    for step in range(24):
        QTest.mouseMove(canvas, start + QPoint(step * 4, step * 5))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start + QPoint(96, 120))


def _key(window: MainWindow, key: Qt.Key) -> None:
    QTest.keyClick(window, key)
    QTest.qWait(400)


def _keep(window: MainWindow, name: str, after: int) -> None:
    QTest.qWait(after)
    window.grab().save(str(_IMAGES / f"{name}.png"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
