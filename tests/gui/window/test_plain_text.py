"""Names of labels, cases and people are plain text everywhere, whatever they look like."""

from __future__ import annotations

import html
from pathlib import Path

import pytest
from drawings import disc_mask, picture
from every_dialog import show_every_dialog
from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QTextEdit, QWidget

from unet_desktop.gui.style.plain_text import PlainLabel, plain_tip
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.project.project import Project

DISC, CUP = "<h1>disc</h1><img src='file:///canary.png'>", "<b>cup</b>=1+1"
MARKS = ("<h1>", "<b>cup", "<img src='file:///canary.png'>", "<i>")


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A project whose labels, notes and patients look like HTML."""
    labels = LabelSet((Label(1, DISC, "#56b4e9", unique=True), Label(2, CUP, "#009e73", inside=DISC, unique=True)))
    project = Project.create(tmp_path / "<b>project", labels, "<i>name</i>")
    for seed, name in enumerate("ab"):
        write_jpeg(tmp_path / f"{name}.jpg", picture(seed))
        project.add_image(tmp_path / f"{name}.jpg")
        project.mark(name, notes=f"<img src='file:///canary.png'>{name}", patient="<i>Anna</i>")
    project.save_mask("a", disc_mask())
    project.save_prediction("b", disc_mask(), model="f00d", confidence=0.9)
    return project.root


def rich_texts(root: QWidget) -> list[str]:
    """Texts with a mark that Qt would take for HTML, of the widget and all in it."""
    found = []
    for widget in (root, *root.findChildren(QWidget)):
        if isinstance(widget, QLabel) and widget.textFormat() is not Qt.TextFormat.PlainText:
            found.append(widget.text())
        if isinstance(widget, QTextEdit) and widget.acceptRichText():
            found.append(widget.toHtml())
        found += [widget.toolTip(), widget.statusTip(), widget.whatsThis()]
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            found += item_tips(widget.model())
    found += [action.toolTip() for action in root.findChildren(QAction)]
    return [text for text in found if any(mark in text for mark in MARKS)]


def item_tips(model: QAbstractItemModel, parent: QModelIndex | None = None) -> list[str]:
    parent = QModelIndex() if parent is None else parent
    found = []
    for row in range(model.rowCount(parent)):
        for column in range(12):  # a list keeps to itself how many it has
            index = model.index(row, column, parent)
            if not index.isValid():
                break
            found.append(str(index.data(Qt.ItemDataRole.ToolTipRole) or ""))
            found += item_tips(model, index) if column == 0 else []
    return found


def test_names_that_look_like_html_are_plain_text_in_every_panel(window: MainWindow, hostile: Path) -> None:
    window.commands.projects.open_root(hostile)
    for case in ("a", "b"):
        window.commands.cases.open_case(case)
        QApplication.processEvents()
        assert rich_texts(window) == []
    window.docks.history.show()
    for dock in window.docks.all:
        dock.show()
    QApplication.processEvents()
    assert rich_texts(window) == []
    window.panels.banner.show_problem(DISC)
    window.commands.projects.close()
    QApplication.processEvents()
    assert rich_texts(window) == []


def test_names_that_look_like_html_are_plain_text_in_every_dialog(
    window: MainWindow, hostile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.commands.projects.open_root(hostile)
    window.commands.cases.open_case("a")
    found: list[str] = []
    seen = show_every_dialog(window, tmp_path, monkeypatch, lambda dialog: found.extend(rich_texts(dialog)))
    assert len(seen) > 8
    assert found == []


def test_tips_and_labels(qapp: QApplication) -> None:
    assert plain_tip("a & b\nc") == "a & b\nc"
    assert plain_tip("a &lt; b") == "<qt>a &amp;lt; b</qt>"
    assert plain_tip("<b>a\nc") == f"<qt>{html.escape('<b>a')}<br>c</qt>"
    assert PlainLabel(DISC).textFormat() is Qt.TextFormat.PlainText


def test_only_text_of_the_program_is_html() -> None:
    """Labels of Qt's own class are made only where HTML is meant, and names in it are escaped."""
    package = Path(__file__).resolve().parents[3] / "unet_desktop" / "gui"
    plain = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if any("QLabel(" in line.replace("PlainLabel(", "") for line in path.read_text("utf-8").splitlines())
    }
    assert plain == {
        "projects/new_project.py",
        "train/progress_widgets.py",
        "widgets/plot.py",
        "window/about.py",
    }
