"""Take the screenshots in docs/images: operate the real window on the project of `make demo` with mouse and keys.

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

from PySide6.QtCore import QEventLoop, Qt, QTimer  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402

from unet_desktop.gui import app  # noqa: E402
from unet_desktop.gui.settings.settings import Theme  # noqa: E402
from unet_desktop.gui.window.main_window import MainWindow  # noqa: E402

_IMAGES = Path(__file__).parent / "images"


def main(project: Path) -> None:
    """Work on a copy of the project, so that this can be repeated."""
    root = _scratch / "project"
    shutil.copytree(project, root)
    _IMAGES.mkdir(exist_ok=True)
    window = app.make_window(app.make_application())
    window.commands.window.set_theme(Theme.LIGHT)
    window.resize(1366, 768)
    window.show()
    _save(window, "1-welcome", 300)
    window.commands.projects.open_root(root)
    _wait(2500)
    _key(window, Qt.Key.Key_U)
    _save(window, "2-proposal", 800)
    _key(window, Qt.Key.Key_Z)
    _save(window, "3-close-up", 500)
    _key(window, Qt.Key.Key_A)
    _key(window, Qt.Key.Key_1)
    QTest.keyClick(window, Qt.Key.Key_Q, Qt.KeyboardModifier.ShiftModifier)
    _save(window, "4-corrected", 800)
    _key(window, Qt.Key.Key_Return)
    _train(window)
    window.commands.window.set_theme(Theme.DARK)
    window.docks.bring_forward(window.docks.view)
    for key in (Qt.Key.Key_F2, Qt.Key.Key_F7, Qt.Key.Key_Z):
        _key(window, key)
    _save(window, "6-dark", 800)
    window.close()
    shutil.rmtree(_scratch, ignore_errors=True)


def _wait(milliseconds: int) -> None:
    """Let the window work, in an event loop of Qt: QTest.qWait starves Python's other threads."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def _train(window: MainWindow) -> None:
    """Train the demo's model further, from the button to the new proposal."""
    window.commands.train.show_training()
    _wait(300)
    epochs = window.panels.training.findChild(object, "epochs")
    epochs.setValue(12)  # a quarter of them when training continues from a model
    start = window.panels.training.findChild(object, "start")
    QTest.mouseClick(start, Qt.MouseButton.LeftButton)
    for _ in range(3000):
        _wait(200)
        if not window.app.runner.busy:
            break
    _save(window, "5-trained", 500)


def _key(window: MainWindow, key: Qt.Key) -> None:
    QTest.keyClick(window, key)
    _wait(400)


def _save(window: MainWindow, name: str, after: int) -> None:
    _wait(after)
    window.grab().save(str(_IMAGES / f"{name}.png"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
