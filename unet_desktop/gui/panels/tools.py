"""ToolsPanel: everything for correcting a mask, from top to bottom."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from unet_desktop.gui.actions import Actions
from unet_desktop.gui.panels.labels import LabelsPanel
from unet_desktop.gui.panels.overlay import OverlayPanel
from unet_desktop.gui.panels.proposal import ProposalPanel
from unet_desktop.gui.panels.tool_buttons import ToolButtons
from unet_desktop.gui.panels.tool_settings import ToolSettings


class ToolsPanel(QScrollArea):
    """Puts the small panels under headings; they are used directly, this one has no state."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        """Lay them out."""
        super().__init__(parent)
        self.labels = LabelsPanel()
        self.settings = ToolSettings()
        self.overlay = OverlayPanel()
        self.proposal = ProposalPanel(actions)
        content = QWidget()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(12, 10, 12, 12)
        self._column.setSpacing(6)
        self._add("Tool", ToolButtons(actions), self.settings)
        self._add("Label", self.labels)
        self._add("Prediction", self.proposal)
        self._add("View", self.overlay)
        self._column.addStretch(1)
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)

    def _add(self, title: str, *parts: QWidget) -> None:
        heading = QLabel(title)
        heading.setProperty("role", "heading")
        if self._column.count():
            self._column.addSpacing(8)
        self._column.addWidget(heading)
        for part in parts:
            self._column.addWidget(part)
