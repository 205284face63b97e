"""ToolsPanel: everything for correcting a mask."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QMenu, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from unet_desktop.gui.commands.actions import Actions
from unet_desktop.gui.correct.label_list import LabelList
from unet_desktop.gui.correct.prediction_controls import PredictionControls
from unet_desktop.gui.correct.tool_settings import ToolSettings
from unet_desktop.gui.tools.tool_guide import GUIDES
from unet_desktop.gui.tools.tool_options import ToolKind
from unet_desktop.gui.widgets.action_button import ActionButton
from unet_desktop.gui.widgets.overlay_controls import OverlayPanel
from unet_desktop.gui.widgets.sections import add_section
from unet_desktop.labels import LabelSet

_IN_A_ROW = 7


class ToolButtons(QWidget):
    """A grid with a square button for each tool; tooltips say its name and key."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[ToolKind, ActionButton] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(3)
        for place, kind in enumerate(ToolKind):
            button = _square(ActionButton(actions[f"tool.{kind.value}"], ""), GUIDES[kind].name)
            grid.addWidget(button, place // _IN_A_ROW, place % _IN_A_ROW)
            self._buttons[kind] = button
        grid.setColumnStretch(_IN_A_ROW, 1)

    def set_labels(self, labels: LabelSet | None) -> None:
        """Offer the tools for these labels: the fovea is in pictures of eyes alone."""
        self._buttons[ToolKind.FOVEA].setVisible(labels is None or labels.shows_eye())


def _square(button: ActionButton, name: str) -> ActionButton:
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    button.setIconSize(QSize(22, 22))
    button.setFixedSize(QSize(40, 36))
    button.setAccessibleName(name)
    return button


class ToolsPanel(QScrollArea):
    """The small panels under headings; they are used directly, this one has no state."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self.label_list = LabelList()
        self.label_list.menu_requested.connect(self._show_label_menu)
        edit_labels = ActionButton(actions["project.labels"], "Labels…")
        self.tools = ToolButtons(actions)
        self.settings = ToolSettings()
        self.overlay = OverlayPanel()
        self.prediction = PredictionControls(actions)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(6)
        add_section(
            column, "Label", self.label_list, edit_labels
        )  # above what is higher for some tools than for others
        add_section(column, "Tool", self.tools, self.settings)
        add_section(column, "Prediction", self.prediction)
        add_section(column, "View", self.overlay)
        column.addStretch(1)
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)

    def _show_label_menu(self, index: int, at: QPoint) -> None:
        """Show the commands on the label in use, which was chosen just now."""
        menu = self.label_menu(index)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def label_menu(self, index: int) -> QMenu:
        """The commands on the label with this index, which is in use."""
        menu, name = QMenu(self), self.label_list.name_of(index).replace("&", "&&")
        for command, text in (
            ("region.hide_label", f"Hide {name}"),
            ("region.lock_label", f"Lock {name}"),
            (None, ""),
            ("region.clear", f"Clear {name} in this case"),
            ("region.none_here", f"No {name} here"),
            (None, ""),
            ("project.labels", "Labels…"),
        ):
            if command is None:
                menu.addSeparator()
                continue
            known = self._actions[command]
            action = menu.addAction(text)
            action.setCheckable(known.isCheckable())
            action.setChecked(known.isChecked())
            action.setEnabled(known.isEnabled())
            action.triggered.connect(known.trigger)
        return menu
