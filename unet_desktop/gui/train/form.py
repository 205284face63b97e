"""TrainingForm: the settings of a training run."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QPushButton,
    QSpinBox,
    QWidget,
)

from unet_desktop.engine.config import PRESETS, TrainConfig, fine_tuning_config
from unet_desktop.engine.device.cpu_priority import Cores
from unet_desktop.gui.style.plain_text import PlainLabel
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.labels import DISC_AND_CUP, LabelSet
from unet_desktop.plurals import quantity

_CORES: dict[Cores, str] = {"auto": "Automatic", "all": "All cores", "spare": "Leave one free"}


class CoresChoice(QComboBox):
    """All cores, all but one, or what is best on this computer.

    Signals:
        cores_chosen(cores): by the user.
    """

    cores_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        for cores, text in _CORES.items():
            self.addItem(text, cores)
        self.setToolTip("Leave one free if painting becomes slow during training; training then takes longer.")
        self.activated.connect(lambda _: self.cores_chosen.emit(str(self.currentData())))

    def set_cores(self, cores: Cores) -> None:
        """Show this choice."""
        self.setCurrentIndex(self.findData(cores))


_EXPLANATIONS = {
    "crop": "Finds the {located} first, then learns on a crop around it. A few minutes on an office PC.",
    "patches": "Learns on pieces of the pictures at their own scale. Some minutes on an office PC.",
    "whole": "The article's U-Net on the whole picture, from random weights. Much slower without a GPU.",
}
"""Keyed by what the network sees, because "Fast" depends on the labels."""


class LearningRateBox(QDoubleSpinBox):
    """A learning rate, written as people write it (0.001, not 0.00100000), stepping by factors."""

    _FACTOR = 10 ** (1 / 3)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDecimals(6)
        self.setRange(1e-6, 0.1)

    def stepBy(self, steps: int) -> None:
        """A third of a power of ten a step, with two digits: 0.001, 0.0022, 0.0046, 0.01."""
        self.setValue(float(f"{self.value() * self._FACTOR**steps:.1e}"))

    def textFromValue(self, value: float) -> str:
        """Without trailing zeros."""
        text = super().textFromValue(value)
        return text.rstrip("0") if self.locale().decimalPoint() in text else text


class TrainingForm(QWidget):
    """Preset, epochs, learning rate, batch size, cores, and whether to continue from the last model.

    Signals:
        augmentation_requested: show training pictures as the network will see them.
    """

    augmentation_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show the first preset."""
        super().__init__(parent)
        self._preset = with_object_name(QComboBox(), "preset")
        for key, config in PRESETS.items():
            self._preset.addItem(config.title, key)
        self._explanation = with_object_name(PlainLabel(), "explanation")
        self._explanation.setWordWrap(True)
        self._explanation.setProperty("role", "muted")
        self._epochs = with_object_name(QSpinBox(), "epochs")
        self._epochs.setRange(1, 1000)
        self._learning_rate = LearningRateBox()
        self._learning_rate.setObjectName("learning_rate")
        self._batch_size = with_object_name(QSpinBox(), "batch_size")
        self._batch_size.setRange(1, 64)
        self._continue = with_object_name(QCheckBox("Continue from the last model"), "continue_from_last")
        self._show = with_object_name(QPushButton("Show augmented pictures…"), "show_augmentation")
        self._show.setToolTip("The training pictures turned, scaled and recoloured as the network will see them")
        self._show.clicked.connect(self.augmentation_requested)
        self.cores = with_object_name(CoresChoice(), "cores")
        self._lay_out()
        self._preset.currentIndexChanged.connect(self._on_preset_changed)
        self._continue.toggled.connect(self._show_explanation)
        self._epochs.valueChanged.connect(self._show_explanation)
        self._with_models: frozenset[str] = frozenset()
        self._labels = DISC_AND_CUP
        self._on_preset_changed()

    @property
    def from_scratch(self) -> bool:
        """Whether training starts from new weights."""
        return not self._continue.isChecked()

    def config(self) -> TrainConfig:
        """The configuration that the form shows."""
        return replace(
            self._chosen_config(),
            epochs=self._epochs.value(),
            learning_rate=self._learning_rate.value(),
            batch_size=self._batch_size.value(),
        )

    def set_labels(self, labels: LabelSet) -> None:
        """Explain the presets for these labels."""
        self._labels = labels
        self._show_explanation()

    def set_presets_with_models(self, presets: frozenset[str]) -> None:
        """Offer to continue from the last model of the chosen preset, where there is one."""
        before = self._can_continue
        self._with_models = presets
        if self._can_continue != before:
            self._continue.setChecked(self._can_continue)
        self._offer_to_continue()

    def set_editable(self, editable: bool) -> None:
        """Whether the fields can be changed."""
        for field in (self._preset, self._epochs, self._learning_rate, self._batch_size, self._show, self.cores):
            field.setEnabled(editable)
        self._offer_to_continue()

    def set_running(self, config: TrainConfig, *, from_scratch: bool) -> None:
        """Fold into one sentence on the running training: in a low dock the curves need the room."""
        self._fold(True)
        rate = self._learning_rate.textFromValue(config.learning_rate)
        self._explanation.setText(
            f"{config.title}, learning rate {rate}, batch size {config.batch_size}"
            f"{'' if from_scratch else ', from the last model'}."
        )

    def set_idle(self) -> None:
        """Unfold the form."""
        self._fold(False)
        self._show_explanation()

    def _fold(self, folded: bool) -> None:
        form = self.layout()
        assert isinstance(form, QFormLayout)
        for row in range(form.rowCount()):
            form.setRowVisible(row, not folded)
        form.setRowVisible(self._explanation, True)

    def _chosen_config(self) -> TrainConfig:
        return PRESETS[str(self._preset.currentData())]

    @property
    def _can_continue(self) -> bool:
        return self._chosen_config().preset in self._with_models

    def _offer_to_continue(self) -> None:
        self._continue.setEnabled(self._can_continue and self._preset.isEnabled())
        self._continue.setToolTip(
            "Continues from the newest model of this preset, with fewer epochs and a lower learning rate."
            if self._can_continue
            else "There is no model with this preset yet: its first training run starts from new weights."
        )

    def _lay_out(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(6)
        form.addRow("&Preset", self._preset)
        form.addRow(self._explanation)
        form.addRow("Epoch&s", self._epochs)
        form.addRow("&Learning rate", self._learning_rate)
        form.addRow("&Batch size", self._batch_size)
        form.addRow("C&ores", self.cores)
        form.addRow(self._continue)
        form.addRow(self._show)
        for box in (self._preset, self._epochs, self._learning_rate, self._batch_size, self.cores):
            box.installEventFilter(self)

    @Slot()
    def _on_preset_changed(self) -> None:
        config = self._chosen_config()
        self._epochs.setValue(config.epochs)
        self._learning_rate.setValue(config.learning_rate)
        self._batch_size.setValue(config.batch_size)
        self._continue.setChecked(self._can_continue)  # what most people want where there is a model
        self._offer_to_continue()
        self._show_explanation()

    @Slot()
    def _show_explanation(self) -> None:
        located = self._labels.location_label()
        text = _EXPLANATIONS[self._chosen_config().framing_for(self._labels)]
        text = text.format(located="structure" if located is None else located.name)
        if not self.from_scratch:
            # Training shortens its schedule when it continues from a model; say so before it starts.
            epochs = fine_tuning_config(self.config()).epochs
            text += f" Continuing from a model takes {quantity(epochs, 'epoch')}."
        self._explanation.setText(text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the wheel scroll the panel unless the field has the focus; otherwise scrolling changes the settings."""
        unfocused = isinstance(watched, QComboBox | QAbstractSpinBox) and not watched.hasFocus()
        if unfocused and event.type() == QEvent.Type.Wheel:
            event.ignore()
            return True
        return super().eventFilter(watched, event)
