"""OverlayPanel: whether the mask is shown, and how opaque."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSlider, QWidget

from unet_desktop.gui.style.plain_text import PlainLabel
from unet_desktop.gui.widgets.object_name import with_object_name


class OverlayPanel(QWidget):
    """A check box and a slider.

    Signals:
        visible_chosen(bool): show or hide.
        opacity_chosen(float): 0..1.
    """

    visible_chosen = Signal(bool)
    opacity_chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start visible."""
        super().__init__(parent)
        self._visible = with_object_name(QCheckBox("Show mask"), "show_mask")
        self._visible.setToolTip("Show or hide mask and proposal (H; hold it to peek)")
        self._opacity = with_object_name(QSlider(Qt.Orientation.Horizontal), "opacity")
        self._opacity.setRange(0, 100)
        self._opacity.setAccessibleName("Opacity of the mask")
        self._opacity.setToolTip("Opacity of the mask: 0 % shows outlines alone (, and .)")
        self._percent = PlainLabel()
        self._percent.setMinimumWidth(self._percent.fontMetrics().horizontalAdvance("100 %"))
        self._percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._visible)
        row.addWidget(self._opacity, 1)
        row.addWidget(self._percent)
        self._visible.toggled.connect(self.visible_chosen)
        self._opacity.valueChanged.connect(self._on_opacity_value_changed)

    def set_overlay(self, visible: bool, opacity: float) -> None:
        """Show this, without emitting a signal."""
        with QSignalBlocker(self._visible), QSignalBlocker(self._opacity):
            self._visible.setChecked(visible)
            self._opacity.setValue(round(100 * opacity))
        self._percent.setText(f"{round(100 * opacity)} %")

    def _on_opacity_value_changed(self, percent: int) -> None:
        self.opacity_chosen.emit(percent / 100)
