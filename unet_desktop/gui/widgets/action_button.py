"""Buttons that show an action in words of their own."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QSizePolicy, QToolButton


class ActionButton(QToolButton):
    """Follows an action (icon, tooltip, enabled, checked) but keeps its own shorter text."""

    def __init__(self, action: QAction, text: str) -> None:
        """Trigger the action when clicked."""
        super().__init__()
        self._action, self._text = action, text
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setIconSize(QSize(18, 18))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCheckable(action.isCheckable())
        self.setText(text)
        self.setAccessibleName(text)
        self.clicked.connect(action.trigger)
        action.changed.connect(self._on_action_changed)
        self._on_action_changed()

    def _on_action_changed(self) -> None:
        self.setIcon(self._action.icon())
        self.setToolTip(self._action.toolTip())
        self.setEnabled(self._action.isEnabled())
        self.setChecked(self._action.isChecked())

    def sizeHint(self) -> QSize:
        return super().sizeHint().expandedTo(QSize(0, 30))
