"""ModelsPanel: which models there are, which is in use, what each says about itself."""

from __future__ import annotations

import pytest
from models import model
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QListWidget, QPushButton, QTextBrowser
from pytestqt.qtbot import QtBot

from unet_desktop.gui.models.panel import ModelsPanel


@pytest.fixture
def panel(qtbot: QtBot) -> ModelsPanel:
    panel = ModelsPanel()
    qtbot.addWidget(panel)
    panel.resize(300, 600)
    panel.show()
    return panel


@pytest.fixture
def rows(panel: ModelsPanel) -> QListWidget:
    found = panel.findChild(QListWidget, "models")
    assert found is not None
    return found


def click(qtbot: QtBot, panel: ModelsPanel, rows: QListWidget, row: int) -> None:
    rect = rows.visualItemRect(rows.item(row))
    qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())


def test_without_models_a_sentence_says_how_to_get_one(panel: ModelsPanel) -> None:
    empty = panel.findChild(QLabel, "empty")
    assert empty is not None
    assert empty.isVisible()
    assert "start a training" in empty.text()
    panel.set_models([model(1)], None)
    assert not empty.isVisible()
    panel.set_models([], None)
    assert empty.isVisible()


def test_each_model_shows_name_day_preset_cases_and_dice(panel: ModelsPanel, rows: QListWidget) -> None:
    panel.set_models([model(2), model(1)], model(1).path)
    first, second = (rows.item(row).text() for row in range(2))
    assert first == "model-002 · 2 Nov 2026\nFast · 40 cases · Dice 0.970 / 0.900"
    assert second.startswith("✓ model-001 (in use)")
    assert rows.item(1).font().bold()
    assert not rows.item(0).font().bold()


def test_another_model_can_be_chosen_and_the_one_in_use_cannot(
    qtbot: QtBot, panel: ModelsPanel, rows: QListWidget
) -> None:
    panel.set_models([model(2), model(1)], model(1).path)
    use = panel.findChild(QPushButton, "use")
    assert use is not None
    assert rows.currentRow() == 1
    assert not use.isEnabled()
    click(qtbot, panel, rows, 0)
    with qtbot.waitSignal(panel.model_chosen) as chosen:
        qtbot.mouseClick(use, Qt.MouseButton.LeftButton)
    assert chosen.args == [model(2).path]
    panel.set_models([model(2), model(1)], model(2).path)
    assert rows.currentRow() == 0
    assert use.text() == "In use"


def test_return_chooses_too(qtbot: QtBot, panel: ModelsPanel, rows: QListWidget) -> None:
    panel.set_models([model(2), model(1)], model(1).path)
    click(qtbot, panel, rows, 0)
    with qtbot.waitSignal(panel.model_chosen):
        qtbot.keyClick(rows, Qt.Key.Key_Return)


def test_the_selection_stays_when_a_model_is_added(qtbot: QtBot, panel: ModelsPanel, rows: QListWidget) -> None:
    panel.set_models([model(2), model(1)], model(2).path)
    click(qtbot, panel, rows, 1)
    panel.set_models([model(3), model(2), model(1)], model(3).path)
    assert rows.currentRow() == 2


def test_the_details_say_what_is_in_the_file_and_nothing_else(panel: ModelsPanel) -> None:
    details = panel.findChild(QTextBrowser, "details")
    assert details is not None
    panel.set_models([model(1, parent="cd" * 32)], None)
    text = details.toPlainText()
    for wanted in ("0.970", "0.046", "40", "10", "optic disc, optic cup", "cdcdcdcdcdcd", "abababababab", "2.13.0"):
        assert wanted in text
    assert "BCE" not in text


def test_a_model_of_a_later_preset_and_with_little_to_say_is_shown(panel: ModelsPanel, rows: QListWidget) -> None:
    panel.set_models([model(1, preset="better", metrics={}, data={}, versions={}, created="long ago")], None)
    assert rows.item(0).text() == "model-001 · long ago\nbetter"
