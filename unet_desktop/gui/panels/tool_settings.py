"""ToolSettings: how the tool in use is used, and what can be set of it."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from unet_desktop.gui.panels.brush_size import BrushSize
from unet_desktop.gui.panels.combine import CombineChoice
from unet_desktop.gui.panels.pressure import PressureChoice
from unet_desktop.gui.panels.tolerance import Tolerance
from unet_desktop.gui.tool_guide import Guide, Setting


class ToolSettings(QWidget):
    """The tool's name and hint, and of the small panels those that it needs; they are used directly."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start with no tool."""
        super().__init__(parent)
        self._name = QLabel()
        self._name.setProperty("role", "heading")
        self._hint = QLabel(wordWrap=True)
        self._hint.setProperty("role", "muted")
        self.brush_size = BrushSize()
        self.combine = CombineChoice()
        self.pressure = PressureChoice()
        self.tolerance = Tolerance()
        self._parts: dict[Setting, QWidget] = {
            Setting.SIZE: self.brush_size,
            Setting.PRESSURE: self.pressure,
            Setting.TOLERANCE: self.tolerance,
            Setting.COMBINE: self.combine,
        }
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._name)
        column.addWidget(self._hint)
        for part in self._parts.values():
            column.addWidget(part)

    def set_guide(self, guide: Guide) -> None:
        """Show what belongs to this tool."""
        self._name.setText(guide.name)
        self._hint.setText(guide.hint)
        for setting, part in self._parts.items():
            part.setVisible(setting in guide.settings)
