"""ToolsPanel: everything for correcting a mask, from top to bottom."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from unet_desktop.gui.actions import Actions
from unet_desktop.gui.panels.labels import LabelsPanel
from unet_desktop.gui.panels.overlay import OverlayPanel
from unet_desktop.gui.panels.proposal import ProposalPanel
from unet_desktop.gui.panels.sections import add_section
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
        column = QVBoxLayout(content)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(6)
        add_section(column, "Tool", ToolButtons(actions), self.settings)
        add_section(column, "Label", self.labels)
        add_section(column, "Prediction", self.proposal)
        add_section(column, "View", self.overlay)
        column.addStretch(1)
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
