"""A project of cells in the window: no panel speaks of eyes, cameras or cup-to-disc ratios."""

from __future__ import annotations

import re

import numpy as np
import pytest
from drawings import picture
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QDockWidget, QLabel, QLineEdit, QWidget

from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.project.project import Project

WORDS = re.compile(r"\b(eye|camera|retina|fundus|optic|disc|cup|cup-to-disc|vcdr|isnt|nasal|rim)\b", re.IGNORECASE)
MANY = LabelSet((Label(1, "cell", "#56b4e9"),))
ONE_IN_ONE = LabelSet((Label(1, "cell", "#56b4e9", unique=True), Label(2, "nucleus", "#009e73", "cell", unique=True)))


def texts(dock):
    """What a dock shows, and its tooltips."""
    for widget in dock.widget().findChildren(QWidget):
        if isinstance(widget, QLabel | QAbstractButton | QLineEdit | QComboBox) and widget.isVisibleTo(dock):
            yield widget.toolTip()
            yield widget.accessibleName()
            if isinstance(widget, QComboBox):
                yield from offered(widget)
            elif isinstance(widget, QLineEdit):
                yield widget.placeholderText()
            else:
                yield widget.text()


def offered(box):
    """The choices that a combo box shows."""
    return [box.itemText(row) for row in range(box.count()) if not box.view().isRowHidden(row)]


@pytest.mark.parametrize("labels", [MANY, ONE_IN_ONE], ids=["many", "one in one"])
def test_no_panel_speaks_of_eyes(window, tmp_path, labels):
    project = Project.create(tmp_path / "plate", labels, "plate")
    source = tmp_path / "a.jpg"
    write_jpeg(source, picture(1))
    case = project.add_image(source)
    mask = np.zeros((case.height, case.width), np.uint8)
    mask[10:40, 10:40] = 1
    project.save_mask(case.id, mask)
    project.save_prediction(case.id, mask, model="f00d", confidence=0.9)
    window.commands.projects.open_root(project.root)
    QApplication.processEvents()
    docks = window.findChildren(QDockWidget)
    assert len(docks) >= 5
    for dock in docks:
        said = [text for text in texts(dock) if text and WORDS.search(text)]
        assert not said, (dock.windowTitle(), said)


def test_the_order_by_ratio_is_there_for_disc_and_cup_alone(opened, tmp_path):
    order = opened.findChild(QComboBox, "case_order")
    assert "vCDR" in offered(order)
    order.setCurrentText("vCDR")
    project = Project.create(tmp_path / "plate", MANY, "plate")
    opened.commands.projects.open_root(project.root)
    assert "vCDR" not in offered(order)
    assert order.currentText() == "Name"
