"""A picture without a mask starts on the first label; one with a mask or a proposal keeps the label in use."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from unet_desktop.gui.window.main_window import MainWindow


def test_which_label_a_case_starts_on(opened: MainWindow) -> None:
    session, options = opened.app.session, opened.app.options
    for case, label in (("b", "optic disc"), ("c", "optic cup"), ("d", "optic cup"), ("a", "optic disc")):
        QTest.keyClick(opened, Qt.Key.Key_2)
        session.open_case(case)
        assert options.label.name == label, case
    assert opened.actions_by_id["label.1"].isChecked()
