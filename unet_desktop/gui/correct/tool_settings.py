"""ToolSettings: how the tool in use is used, and its settings."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QPushButton,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from unet_desktop.gui.style.plain_text import PlainLabel
from unet_desktop.gui.tools.tool_guide import Guide, Setting
from unet_desktop.gui.tools.tool_options import HIGHEST_TOLERANCE, LARGEST, LOWEST_TOLERANCE, SMALLEST
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.labels import Label
from unet_desktop.masks.reshape import Combine


class ToleranceChoice(QWidget):
    """A slider and a number field.

    Signals:
        tolerance_chosen(int): percent of the range from black to white.
    """

    tolerance_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setAccessibleName("Tolerance")
        self._number = QSpinBox()
        self._number.setSuffix(" %")
        self._number.setAccessibleName("Tolerance in percent")
        self.setToolTip("How far colours may differ; drag to the right or left on the picture to change it")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(PlainLabel("Tolerance"))
        row.addWidget(self._slider, 1)
        row.addWidget(self._number)
        for part in (self._slider, self._number):
            part.setRange(LOWEST_TOLERANCE, HIGHEST_TOLERANCE)
            part.valueChanged.connect(self.tolerance_chosen)

    def set_tolerance(self, tolerance: int) -> None:
        """Show this tolerance, without a signal."""
        for part in (self._slider, self._number):
            with QSignalBlocker(part):
                part.setValue(tolerance)


class PressureChoice(QWidget):
    """A check box.

    Signals:
        pressure_chosen(bool): it was checked or unchecked.
    """

    pressure_chosen = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = QCheckBox("Pen pressure changes the size")
        self._box.setToolTip("With a pen: the lighter it is pressed, the smaller the brush. A mouse is not affected.")
        self._box.setChecked(True)
        self._box.toggled.connect(self.pressure_chosen)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._box)

    def set_pressure(self, pressure: bool) -> None:
        """Show whether pressure counts, without a signal."""
        with QSignalBlocker(self._box):
            self._box.setChecked(pressure)


class GrowParentChoice(QWidget):
    """A check box, for a label that lies inside another.

    Signals:
        grow_parent_chosen(bool): it was checked or unchecked.
    """

    grow_parent_chosen = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = with_object_name(QCheckBox(), "grow_parent")
        self._box.setToolTip(
            "If not checked, what is painted outside the region around the label is left out, with every tool"
        )
        self._box.toggled.connect(self.grow_parent_chosen)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._box)

    def set_grow_parent(self, grow_parent: bool, label: Label | None) -> None:
        """Show the choice, without a signal; hidden for a label that is inside none."""
        self.setVisible(label is not None and label.inside is not None)
        self._box.setText("" if label is None else f"May grow the {label.inside}")
        with QSignalBlocker(self._box):
            self._box.setChecked(grow_parent)


_TEXTS = {
    Combine.ADD: ("Add", "The outline is added to the label"),
    Combine.SUBTRACT: ("Subtract", "The outline is taken from the label; the right button or Ctrl does this at once"),
    Combine.REPLACE: ("Replace", "The label becomes the outline and nothing else"),
}


class CombineChoice(QWidget):
    """Three buttons, one of them checked.

    Signals:
        combine_chosen(Combine): another button was clicked.
    """

    combine_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[Combine, QPushButton] = {}
        group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for combine, (text, tip) in _TEXTS.items():
            button = QPushButton(text)
            button.setCheckable(True)
            button.setProperty("role", "choice")
            button.setToolTip(tip)
            button.clicked.connect(lambda _checked=False, chosen=combine: self.combine_chosen.emit(chosen))
            group.addButton(button)
            row.addWidget(button)
            self._buttons[combine] = button
        self.set_combine(Combine.ADD)

    def set_combine(self, combine: Combine) -> None:
        """Show this choice, without a signal."""
        self._buttons[combine].setChecked(True)


_STEPS = 200


class BrushSizeChoice(QWidget):
    """A slider, finer for small brushes than for large ones, and a field with the number of image pixels.

    Signals:
        diameter_chosen(int): image pixels.
    """

    diameter_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setRange(0, _STEPS)
        self._slider.setAccessibleName("Brush size")
        self._number = QSpinBox()
        self._number.setRange(SMALLEST, LARGEST)
        self._number.setSuffix(" px")
        self._number.setAccessibleName("Brush size in image pixels")
        self.setToolTip("Diameter in image pixels ([ and ], K and L, or Ctrl and the wheel)")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(PlainLabel("Size"))
        row.addWidget(self._slider, 1)
        row.addWidget(self._number)
        self._slider.valueChanged.connect(self._on_slider_value_changed)
        self._number.valueChanged.connect(self.diameter_chosen)

    def set_diameter(self, diameter: int) -> None:
        """Show this diameter, without a signal."""
        for part, value in ((self._slider, _place(diameter)), (self._number, diameter)):
            with QSignalBlocker(part):
                part.setValue(value)

    def _on_slider_value_changed(self, place: int) -> None:
        self.diameter_chosen.emit(round(SMALLEST * (LARGEST / SMALLEST) ** (place / _STEPS)))


def _place(diameter: int) -> int:
    return round(_STEPS * math.log(diameter / SMALLEST) / math.log(LARGEST / SMALLEST))


class ToolSettings(QWidget):
    """The tool's name and hint, and the widgets for its settings; those are used directly."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = with_object_name(PlainLabel(), "tool_name")
        self._name.setProperty("role", "heading")
        self._hint = PlainLabel(wrap=True)
        self._hint.setProperty("role", "muted")
        self.brush_size = BrushSizeChoice()
        self.combine = CombineChoice()
        self.pressure = PressureChoice()
        self.tolerance = ToleranceChoice()
        self.grow_parent = GrowParentChoice()
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
        for part in (*self._parts.values(), self.grow_parent):
            column.addWidget(part)

    def set_guide(self, guide: Guide) -> None:
        """Show name, hint and settings of this tool."""
        self._name.setText(guide.name)
        self._hint.setText(guide.hint)
        for setting, part in self._parts.items():
            part.setVisible(setting in guide.settings)
