"""MaskAnswers: what a person says about masks where the files do not say it: values, names, orientation."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QSignalBlocker, QSize, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QVBoxLayout, QWidget

from unet_desktop.gui.style.plain_text import PlainLabel
from unet_desktop.gui.widgets.form_dialog import muted_label
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.labels import BACKGROUND, NOT_ANNOTATED, LabelSet
from unet_desktop.masks.label_names import LabelNames
from unet_desktop.masks.mask_values import make_table
from unet_desktop.masks.readings import name_value
from unet_desktop.plurals import name_some
from unet_desktop.safe_text import escape_controls
from unet_desktop.tasks.import_preview import ImportPreview
from unet_desktop.tasks.mask_options import MaskOptions

_SWATCH = QSize(32, 14)
_CHOOSE = "Choose…"
_LEAVE_OUT = "Leave out"
_ORDERS: dict[int, Literal["xy", "yx"]] = {1: "xy", 2: "yx"}
_MAX_KEYS = 8
_MAX_KNOWN = 4
_MAX_LETTERS = 40
_MAX_NAMES = 3


class MaskAnswers(QWidget):
    """A row for each value of the masks, and for each other question that an import raises.

    Signals:
        answered: something was chosen.
    """

    answered = Signal()

    def __init__(self, labels: LabelSet, parent: QWidget | None = None) -> None:
        """For a project with these labels; nothing is asked yet."""
        super().__init__(parent)
        self._labels = labels
        self._values = (BACKGROUND, *(label.value for label in labels), NOT_ANNOTATED)
        self._keys: dict[str, QComboBox] = {}
        self._said = False
        self._loose = with_object_name(QCheckBox("Also use masks whose names only begin with the picture's"), "loose")
        self._loose_names = with_object_name(muted_label(""), "loose names")
        self._stored = with_object_name(QComboBox(), "stored")
        self._stored.addItems([_CHOOSE, "on the upright photographs", "on the photographs as they are stored"])
        self._names: dict[str, QComboBox] = {}
        self._names_said = False
        self._order = with_object_name(QComboBox(), "order")
        self._order.addItems([_CHOOSE, "x and y", "row and column (y and x)"])
        self._heading = muted_label("What the masks hold, and what it means:")
        self._form = QFormLayout()
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.addRow("Masks were drawn", self._stored)
        self._form.addRow("Contours' lines hold", self._order)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._heading)
        column.addLayout(self._form)
        column.addWidget(self._loose)
        column.addWidget(self._loose_names)
        self._loose.toggled.connect(self._on_answered)
        self._stored.currentIndexChanged.connect(self._on_answered)
        self._order.currentIndexChanged.connect(self._on_answered)
        self.forget()

    @property
    def options(self) -> MaskOptions:
        """What was chosen."""
        chosen = {key: box.currentData() for key, box in self._keys.items()}
        known = self._said and bool(chosen) and None not in chosen.values()
        values = make_table(chosen.items()) if known else None
        return MaskOptions(
            values,
            self._loose.isChecked(),
            {1: False, 2: True}.get(self._stored.currentIndex()),
            self._chosen_names() if self._names_said else (),
            _ORDERS.get(self._order.currentIndex()),
        )

    @property
    def missing(self) -> str:
        """What must be chosen before the masks can be imported, as a sentence; empty when nothing."""
        if any(box.currentData() is None for box in self._keys.values()):
            return "Choose what each value of the masks means."
        if any(box.currentData() is None for box in self._names.values()):
            return "Choose what each label of the annotations means."
        if not self._order.isHidden() and not self._order.currentIndex():
            return "Choose what the two numbers of a contour's lines are."
        if not self._stored.isHidden() and not self._stored.currentIndex():
            return "Choose on which photographs the masks were drawn."
        return ""

    def forget(self) -> None:
        """Ask nothing: the folders are others."""
        self._said = self._names_said = False
        self._set_keys((), asked=False)
        self._set_names(LabelNames())
        for field in (self._loose, self._stored, self._order):
            with QSignalBlocker(field):
                self._loose.setChecked(False)
                self._stored.setCurrentIndex(0)
                self._order.setCurrentIndex(0)
        self._loose.hide()
        self._loose_names.hide()
        self._form.setRowVisible(self._stored, False)
        self._form.setRowVisible(self._order, False)
        self.hide()

    def ask(self, preview: ImportPreview) -> None:
        """Show the questions that this preview raises; what was answered stays."""
        if not self._said:
            self._set_keys(preview.keys if len(preview.keys) <= _MAX_KEYS else (), asked=preview.question is not None)
        if not self._names_said:
            self._set_names(preview.names if len(_all_names(preview.names)) <= _MAX_KEYS else LabelNames())
        if preview.loose:
            names = [f"{mask} for {picture}" for mask, picture in preview.loose]
            self._loose_names.setText(name_some(names, _MAX_NAMES))
            self._loose.show()
            self._loose_names.show()
        if preview.doubtful:
            self._form.setRowVisible(self._stored, True)
        if preview.asks_order:
            self._form.setRowVisible(self._order, True)
        is_asked = bool(self._keys or self._names) or not self._order.isHidden()
        self.setVisible(is_asked or not self._loose.isHidden() or not self._stored.isHidden())

    def _set_keys(self, keys: tuple[tuple[str, int], ...], *, asked: bool) -> None:
        for box in self._keys.values():
            self._form.removeRow(box)
        self._keys = {key: self._box(key, None if asked else value) for key, value in keys}
        for row, (key, box) in enumerate(self._keys.items()):
            self._form.insertRow(row, name_row(key), box)
        self._heading.setVisible(bool(self._keys))

    def _set_names(self, names: LabelNames) -> None:
        """Show a row for each label's name in annotations; for one that is unknown, its meaning must be chosen."""
        for box in self._names.values():
            self._form.removeRow(box)
        self._names = {}
        for row, name in enumerate(_all_names(names)):
            box = with_object_name(QComboBox(), f"name {name}")
            if name in names.unknown:
                box.addItem(_CHOOSE, None)
            for value in self._values:
                box.addItem(name_value(value, self._labels), value)
            box.addItem(_LEAVE_OUT, _LEAVE_OUT)
            if name in names.values:
                value_of_name = names.values[name]
                box.setCurrentIndex(box.findData(_LEAVE_OUT if value_of_name is None else value_of_name))
            box.currentIndexChanged.connect(self._on_name_changed)
            label = PlainLabel(_name_of_label(name))
            label.setBuddy(box)
            self._form.insertRow(row, label, box)
            self._names[name] = box
        self._heading.setVisible(bool(self._keys or self._names))

    def _chosen_names(self) -> tuple[tuple[str, int | None], ...]:
        chosen = ((name, box.currentData()) for name, box in self._names.items())
        return tuple((name, None if data == _LEAVE_OUT else data) for name, data in chosen if data is not None)

    def _box(self, key: str, value: int | None) -> QComboBox:
        box = with_object_name(QComboBox(), f"value {key}")
        if value is None:
            box.addItem(_CHOOSE, None)
        for one in self._values:
            box.addItem(name_value(one, self._labels), one)
        if value is not None:
            box.setCurrentIndex(box.findData(value))
        if key.startswith("#"):
            swatch = QPixmap(_SWATCH)
            swatch.fill(QColor(key[:7]))
            for row in range(box.count()):
                box.setItemIcon(row, QIcon(swatch))
            box.setIconSize(_SWATCH)
        box.currentIndexChanged.connect(self._on_value_changed)
        return box

    @Slot()
    def _on_name_changed(self) -> None:
        self._names_said = True
        self.answered.emit()

    @Slot()
    def _on_value_changed(self) -> None:
        self._said = True
        self.answered.emit()

    @Slot()
    def _on_answered(self) -> None:
        self.answered.emit()


def _all_names(names: LabelNames) -> list[str]:
    """Those of which the meaning is asked first; few others, so that they can be changed."""
    known = sorted(names.values)
    return [*names.unknown, *(known if len(known) <= _MAX_KNOWN else ())]


def _name_of_label(name: str) -> str:
    """A label of annotations as the name of a row: without marks that Qt or a screen would read."""
    plain = escape_controls(name)
    short = f"{plain[:_MAX_LETTERS]}…" if len(plain) > _MAX_LETTERS else plain
    return f"“{short}”".replace("&", "&&") if plain else "The one region"


def name_row(key: str) -> str:
    """What occurs in masks, as the name of a row: a number, a colour, or everything else."""
    if key == "others":
        return "All else"
    if key.startswith("#"):
        opacity = f" ({round(int(key[7:9], 16) / 2.55)} % opaque)" if len(key) == 9 else ""
        return f"Colour {key[:7]}{opacity}"
    return key.capitalize() if key.isalpha() else f"Value {key}"
