"""ViewPanel: how picture and mask are shown, from top to bottom."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from unet_desktop.gui.commands.actions import Actions
from unet_desktop.gui.settings.view_options import LIMITS, SecondView, View
from unet_desktop.gui.style.plain_text import PlainLabel
from unet_desktop.gui.widgets.action_button import ActionButton
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.gui.widgets.overlay_controls import OverlayPanel
from unet_desktop.gui.widgets.sections import add_section
from unet_desktop.gui.widgets.value_slider import Range, ValueSlider

_LOOK = {
    "clahe": ("CLAHE", Range(*LIMITS["clahe"], 0.0, decimals=1), "Evens out the contrast locally; 0 is off (F3)"),
    "brightness": ("Brightness", Range(*LIMITS["brightness"], 0.0, shown=100), "Ctrl+Up and Ctrl+Down"),
    "contrast": ("Contrast", Range(*LIMITS["contrast"], 0.0, shown=100), "Ctrl+Right and Ctrl+Left"),
    "gamma": (
        "Gamma",
        Range(*LIMITS["gamma"], 1.0, decimals=2, geometric=True),
        "Above 1 the dark parts get brighter (Alt+Up and Alt+Down)",
    ),
    "sharpen": ("Sharpen", Range(*LIMITS["sharpen"], 0.0, shown=100, suffix=" %"), "Alt+Right and Alt+Left"),
}
_BESIDE = {SecondView.SAME: "As here, without mask", SecondView.COLOUR: "In colour", SecondView.RED_FREE: "Red-free"}
_CHANNELS = ("colour", "red-free", "grey", "red", "blue")
_MICROMETRES = 1000.0


class ViewPanel(QScrollArea):
    """Channel, look, overlay, aids and scale.

    Signals:
        look_chosen(name, value): a field of the look.
        chosen(name, value): a field of the view.
        scale_chosen(mm_per_pixel): a number, or None for pixels.
        camera_chosen(degrees_per_pixel): a number, or None if it is not known.
    """

    look_chosen = Signal(str, float)
    chosen = Signal(str, object)
    scale_chosen = Signal(object)
    camera_chosen = Signal(object)

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        width = self.fontMetrics().horizontalAdvance("Brightness") + 4
        self.overlay = OverlayPanel()
        self._sliders = {name: ValueSlider(*given, width) for name, given in _LOOK.items()}
        line = Range(*LIMITS["line_width"], 1.5, suffix=" px", decimals=1)
        self._line = ValueSlider("Outline", line, "Width of outlines on the screen", width)
        self._beside = QComboBox()
        self._beside.setAccessibleName("What the picture beside shows")
        for beside, words in _BESIDE.items():
            self._beside.addItem(words, beside)
        self._scale = with_object_name(_scale_field(), "scale")
        self._camera = with_object_name(_camera_field(), "camera")
        self._camera_row = _row("", self._camera, width)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(6)
        add_section(column, "Picture", _buttons(actions, [f"channel.{channel}" for channel in _CHANNELS], 3))
        for slider in self._sliders.values():
            column.addWidget(slider)
        column.addWidget(ActionButton(actions["view.reset_look"], "Picture as it is"))
        add_section(
            column,
            "Mask",
            self.overlay,
            _buttons(actions, ["style.fill", "style.outline", "style.both"], 3),
            self._line,
        )
        column.addWidget(ActionButton(actions["view.uncertainty"], "Where the model is uncertain"))
        aids = _buttons(actions, ["view.magnifier", "view.crosshair", "view.split", "view.scale_bar"], 2)
        add_section(
            column,
            "Aids",
            aids,
            _row("Beside", self._beside, width),
            _row("1 pixel is", self._scale, width),
            self._camera_row,
        )
        column.addStretch(1)
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._connect()

    def set_view(self, view: View) -> None:
        """Show this, without emitting a signal."""
        for name, slider in self._sliders.items():
            slider.set_value(getattr(view.look, name))
        self._line.set_value(view.line_width)
        self.overlay.set_overlay(view.visible, view.opacity)
        self._beside.setCurrentIndex(list(_BESIDE).index(view.beside))

    def set_scale(
        self, mm_per_pixel: float | None, degrees_per_pixel: float | None, *, known: bool, shows_eye: bool
    ) -> None:
        """Show what a pixel covers.

        Args:
            mm_per_pixel, degrees_per_pixel: as the project says; None if it does not.
            known: a project is open.
            shows_eye: its pictures are of eyes.
        """
        with QSignalBlocker(self._scale), QSignalBlocker(self._camera):
            self._scale.setValue((mm_per_pixel or 0.0) * _MICROMETRES)
            self._camera.setValue(degrees_per_pixel or 0.0)
        self._scale.setEnabled(known)
        self._camera.setEnabled(known)
        self._camera_row.setVisible(shows_eye)

    def _connect(self) -> None:
        for name, slider in self._sliders.items():
            slider.value_chosen.connect(lambda value, name=name: self.look_chosen.emit(name, value))
        self._line.value_chosen.connect(lambda value: self.chosen.emit("line_width", value))
        self.overlay.visible_chosen.connect(lambda visible: self.chosen.emit("visible", visible))
        self.overlay.opacity_chosen.connect(lambda opacity: self.chosen.emit("opacity", opacity))
        self._beside.activated.connect(lambda place: self.chosen.emit("beside", list(_BESIDE)[place]))
        self._scale.valueChanged.connect(
            lambda value: self.scale_chosen.emit(value / _MICROMETRES if value > 0 else None)
        )
        self._camera.valueChanged.connect(lambda value: self.camera_chosen.emit(value if value > 0 else None))


def _buttons(actions: Actions, commands: list[str], in_a_row: int) -> QWidget:
    group = QWidget()
    grid = QGridLayout(group)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setSpacing(4)
    for place, command in enumerate(commands):
        words = actions[command].text().replace("&", "").removesuffix(" channel")
        grid.setColumnStretch(place % in_a_row, 1)
        grid.addWidget(ActionButton(actions[command], words), place // in_a_row, place % in_a_row)
    return group


def _row(name: str, field: QWidget, name_width: int) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(6)
    words = PlainLabel(name)
    words.setMinimumWidth(name_width)
    words.setBuddy(field)
    line.addWidget(words)
    line.addWidget(field, 1)
    return row


def _scale_field() -> QDoubleSpinBox:
    field = QDoubleSpinBox()
    field.setRange(0.0, 1000.0)
    field.setDecimals(3)
    field.setSingleStep(0.1)
    field.setSuffix(" µm per pixel")
    field.setSpecialValueText("not known: lengths in pixels")
    field.setKeyboardTracking(False)
    field.setAccessibleName("Micrometres per pixel")
    field.setToolTip("Saved with the project; 0 measures in pixels")
    return field


def _camera_field() -> QDoubleSpinBox:
    field = QDoubleSpinBox()
    field.setRange(0.0, 1.0)
    field.setDecimals(5)
    field.setSingleStep(0.001)
    field.setSuffix(" ° per pixel")
    field.setSpecialValueText("camera’s angle not known")
    field.setKeyboardTracking(False)
    field.setAccessibleName("Degrees of visual angle per pixel")
    field.setToolTip(
        "The camera’s field of view in degrees over its width in pixels, such as 45 over 2000: 0.0225. With the axial "
        "length of an eye (Case details) it gives millimetres. Saved with the project; 0 if it is not known."
    )
    return field
