"""Every control can be reached by keyboard and has a name that can be read aloud."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QScrollBar,
    QTabBar,
    QWidget,
)

from unet_desktop.gui.window.main_window import MainWindow

CONTROLS = (QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox)


def named(control: QWidget) -> bool:
    text = control.text() if isinstance(control, QAbstractButton) else ""
    return bool(control.accessibleName() or text or control.toolTip())


def test_controls_of_our_panels_have_names(opened: MainWindow) -> None:
    nameless = [
        f"{type(control).__name__} in {type(control.parent()).__name__}"
        for panel in (
            opened.panels.cases,
            opened.panels.measure,
            opened.panels.tools,
            opened.panels.banner,
            opened.panels.status,
        )
        for control in panel.findChildren(QWidget)
        if isinstance(control, CONTROLS) and not isinstance(control, QScrollBar | QTabBar) and not named(control)
    ]
    assert nameless == []


def test_controls_take_the_keyboard(opened: MainWindow) -> None:
    deaf = [
        control.accessibleName() or control.toolTip()
        for panel in (opened.panels.measure, opened.panels.tools)
        for control in panel.findChildren(QWidget)
        if isinstance(control, CONTROLS)
        and not isinstance(control, QScrollBar)
        and control.focusPolicy() == Qt.FocusPolicy.NoFocus
    ]
    assert deaf == []
    assert opened.canvas.focusPolicy() is Qt.FocusPolicy.StrongFocus
    assert opened.canvas.accessibleName()
