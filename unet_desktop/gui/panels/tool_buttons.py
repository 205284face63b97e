"""ToolButtons: which tool is in use."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from unet_desktop.gui.actions import Actions
from unet_desktop.gui.panels.buttons import ActionButton, action_button
from unet_desktop.gui.tool_guide import GUIDES
from unet_desktop.gui.tool_options import ToolKind

_IN_A_ROW = 6


class ToolButtons(QWidget):
    """One square button a tool, in a grid; tooltips say the name and the key."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        """One for each kind of tool, in the kinds' order."""
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        for place, kind in enumerate(ToolKind):
            button = _square(action_button(actions[f"tool.{kind.value}"], ""), GUIDES[kind].name)
            grid.addWidget(button, place // _IN_A_ROW, place % _IN_A_ROW)
        grid.setColumnStretch(_IN_A_ROW, 1)


def _square(button: ActionButton, name: str) -> ActionButton:
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    button.setIconSize(QSize(22, 22))
    button.setFixedSize(QSize(42, 36))
    button.setAccessibleName(name)
    return button
