"""The start: without torch, on the first page, with what was remembered."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from unet_desktop.gui import app
from unet_desktop.gui.settings.settings import Store, Theme
from unet_desktop.gui.settings.view_options import View
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.settings_file import settings_path

_LIGHT = """
import sys
from unet_desktop.gui import app
window = app.make_window(app.make_application())
window.show()
app.QApplication.processEvents()
slow = {"torch", "PIL.ImageQt", "pyqtgraph", "matplotlib", "jinja2", "reportlab", "tifffile", "pydicom"}
assert not slow & set(sys.modules), slow & set(sys.modules)
window.close()
"""


def test_the_window_comes_without_what_is_slow_to_load(home: Path) -> None:
    done = subprocess.run([sys.executable, "-c", _LIGHT], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


_COLLECTED = """
import gc, sys
from PySide6.QtCore import QCoreApplication, QTimer
from unet_desktop import __main__ as entry
from unet_desktop.gui import app
app._PROBE_AFTER = 50
app.DeviceProbe.start = lambda probe: None  # libraries disable it for moments while they load
seen = []
def look():
    seen.append((gc.isenabled(), gc.get_freeze_count() > 50_000))
    QCoreApplication.quit()
make = app.make_window
def make_window(application):
    seen.append(gc.isenabled())
    QTimer.singleShot(1000, look)
    return make(application)
app.make_window = make_window
print(entry.main([]), seen)
"""


def test_garbage_is_collected_after_the_start_and_not_during_it(home: Path) -> None:
    done = subprocess.run([sys.executable, "-c", _COLLECTED], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1:] == ["0 [False, (True, True)]"], done.stdout + done.stderr


class _Shown(QObject):
    """Notes each widget that is shown as a window."""

    def __init__(self) -> None:
        super().__init__()
        self.windows: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.windows.append(f"{type(watched).__name__} {watched.objectName()} {watched.accessibleName()}")
        return False


def test_no_part_flashes_up_as_a_window_of_its_own(qapp: QApplication) -> None:
    watch = _Shown()
    qapp.installEventFilter(watch)
    made = app.make_window(app.make_application())
    qapp.removeEventFilter(watch)
    made.close()
    assert watch.windows == []


def test_the_first_page(window: MainWindow) -> None:
    assert window.pages.currentWidget() is window.panels.welcome
    assert window.windowTitle() == "U-Net Desktop"
    assert not window.docks.cases.isVisible()


def test_a_project_without_pictures_says_what_to_do(window: MainWindow, tmp_path: Path) -> None:
    from unet_desktop.labels import ONE_STRUCTURE
    from unet_desktop.project.project import Project

    Project.create(tmp_path / "empty", ONE_STRUCTURE)
    window.commands.projects.open_root(tmp_path / "empty")
    assert window.pages.currentWidget() is window.panels.no_cases
    assert window.docks.cases.isVisible()
    assert window.panels.no_cases.heading.text() == "No pictures yet"
    assert not window.actions_by_id["case.next"].isEnabled()
    assert not window.actions_by_id["case.previous"].isEnabled()


def test_recent_projects_are_offered_again(opened: MainWindow, root: Path) -> None:
    opened.close()
    assert Store().settings.recent == (root.resolve(),)
    again = app.make_window(app.make_application())
    again.show()
    (button,) = [one for one in again.panels.welcome.findChildren(QPushButton) if one.toolTip() == str(root.resolve())]
    button.click()
    assert again.app.session.case_id == "a"
    assert again.docks.tools.isVisible()
    again.close()


def test_settings_survive_and_nonsense_does_not_matter(opened: MainWindow) -> None:
    opened.app.options.set_diameter(33)
    opened.app.view_options.change("opacity", 0.7)
    opened.app.view_options.change_look("gamma", 1.5)
    opened.close()
    settings = Store().settings
    assert (settings.brush_diameter, settings.view.opacity, settings.view.look.gamma) == (33, 0.7, 1.5)
    path = settings_path()
    kept = json.loads(path.read_text("utf-8"))
    look = {"opacity": "none", "look": {"gamma": 99, "brightness": 10**400, "channel": "x"}, "style": 3}
    path.write_text(json.dumps(kept | {"view": look, "theme": "pink", "brush_diameter": True}))
    store = Store()
    view = store.settings.view
    assert (view.opacity, view.look.gamma, view.look.channel, view.style) == (0.4, 5.0, "colour", "outline")
    assert store.settings.theme is Theme.SYSTEM
    assert store.settings.brush_diameter == 60
    assert 'setting "theme"' in store.problems[0]
    path.write_text(json.dumps(kept | {"view": []}))
    assert Store().settings.view == View()


def test_panels_can_be_reset(opened: MainWindow) -> None:
    opened.docks.cases.hide()
    opened.docks.models.setFloating(True)
    opened.actions_by_id["window.reset"].trigger()
    assert opened.docks.cases.isVisible()
    assert not opened.docks.models.isFloating()
