"""ValueSlider: a number set by slider or field, and a button that resets it to the neutral value."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QSlider, QToolButton, QWidget

from unet_desktop.gui.style.plain_text import PlainLabel

_STEPS = 200


@dataclass(frozen=True, slots=True)
class Range:
    """Limits of a number and how it is shown.

    Attributes:
        low, high: the limits.
        neutral: the value that has no effect.
        shown: the field shows the number times this, such as 100 for per cent.
        suffix: after the shown number.
        decimals: of the shown number.
        geometric: equal steps of the slider are equal factors.
    """

    low: float
    high: float
    neutral: float
    shown: float = 1.0
    suffix: str = ""
    decimals: int = 0
    geometric: bool = False

    def place(self, value: float) -> int:
        """Position of the slider for a value, 0.._STEPS."""
        if self.geometric:
            return round(_STEPS * math.log(value / self.low) / math.log(self.high / self.low))
        return round(_STEPS * (value - self.low) / (self.high - self.low))

    def value(self, place: int) -> float:
        """Value at a position of the slider."""
        share = place / _STEPS
        if self.geometric:
            return float(self.low * (self.high / self.low) ** share)
        return self.low + (self.high - self.low) * share


class ValueSlider(QWidget):
    """Name, slider, field, and a reset button while the number is not neutral; a double click resets too.

    Signals:
        value_chosen(float): the user set it.
    """

    value_chosen = Signal(float)

    def __init__(self, name: str, limits: Range, tip: str, name_width: int) -> None:
        """Start at the neutral value.

        Args:
            name: to the left of it.
            limits: see `Range`.
            tip: a sentence, with the shortcuts if there are any.
            name_width: pixels for the name, so that several sliders line up.
        """
        super().__init__()
        self._range = limits
        words = PlainLabel(name)
        words.setMinimumWidth(name_width)
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setRange(0, _STEPS)
        self._slider.setMinimumWidth(60)
        self._slider.setAccessibleName(name)
        self._slider.installEventFilter(self)
        self._number = QDoubleSpinBox()
        self._number.setRange(limits.low * limits.shown, limits.high * limits.shown)
        self._number.setDecimals(limits.decimals)
        self._number.setSingleStep(5 if limits.decimals == 0 else 0.1)
        self._number.setSuffix(limits.suffix)
        self._number.setKeyboardTracking(False)
        self._number.setFixedWidth(self.fontMetrics().horizontalAdvance("-100 %") + 38)
        self._number.setAccessibleName(f"{name} as a number")
        self._reset = QToolButton()
        self._reset.setText("×")
        self._reset.setAutoRaise(True)
        self._reset.setFixedSize(QSize(20, 22))
        self._reset.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._reset.setToolTip(f"Reset {name.lower()} (or double-click the slider)")
        self._reset.setAccessibleName(f"Reset {name.lower()}")
        policy = self._reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._reset.setSizePolicy(policy)
        self.setToolTip(tip)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for part, stretch in ((words, 0), (self._slider, 1), (self._number, 0), (self._reset, 0)):
            row.addWidget(part, stretch)
        self._slider.valueChanged.connect(lambda place: self.value_chosen.emit(self._range.value(place)))
        self._number.valueChanged.connect(lambda number: self.value_chosen.emit(number / self._range.shown))
        self._reset.clicked.connect(lambda: self.value_chosen.emit(self._range.neutral))
        self.set_value(limits.neutral)

    def set_value(self, value: float) -> None:
        """Show this value, without emitting a signal."""
        with QSignalBlocker(self._slider), QSignalBlocker(self._number):
            self._slider.setValue(self._range.place(value))
            self._number.setValue(value * self._range.shown)
        self._reset.setVisible(abs(value - self._range.neutral) > 1e-6)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.MouseButtonDblClick:
            self.value_chosen.emit(self._range.neutral)
            return True
        return False
