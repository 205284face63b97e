"""MeasurePanel: the measurements of the open mask, updated while it is painted."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from unet_desktop.gui.measure import wording
from unet_desktop.gui.measure.rim_plot import COMPACT_SIDE, SIDE, RimPlot
from unet_desktop.gui.measure.wording import EYES, GUESSED, TIPS, changes_text, vertical_text
from unet_desktop.gui.style.plain_text import PlainLabel
from unet_desktop.gui.widgets.figure_table import FigureTable
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.images.laterality import Eye
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.ddls import DiscRating
from unet_desktop.masks.measure import Measurement
from unet_desktop.masks.rim import Rim, quadrants_by_fovea

_BUTTONS = {
    Eye.RIGHT: ("OD", "Right eye (oculus dexter): its nasal side is at the picture’s right"),
    Eye.UNKNOWN: ("?", "Unknown: nasal and temporal cannot be told apart without knowing which eye it is"),
    Eye.LEFT: ("OS", "Left eye (oculus sinister): its nasal side is at the picture’s left"),
}
"""In the order in which they are seen when facing the patient."""
_TIGHT = 14
"""Pixels beside the text of such a button where there is little room."""


class EyeChoice(QWidget):
    """The eye in words, and three buttons.

    Signals:
        eye_chosen(Eye): the user says so.
    """

    eye_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = with_object_name(PlainLabel(), "eye")
        self._text.setWordWrap(True)
        self._group = QButtonGroup(self)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)
        self._row.addWidget(self._text, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(2)
        self._row.addLayout(buttons)
        for number, (eye, (text, tip)) in enumerate(_BUTTONS.items()):
            button = with_object_name(QPushButton(text), f"eye.{eye or 'unknown'}")
            button.setProperty("role", "choice")
            button.setCheckable(True)
            button.setToolTip(tip)
            button.setAccessibleName(EYES[eye])
            self._group.addButton(button, number)
            buttons.addWidget(button)
        self._group.idClicked.connect(lambda number: self.eye_chosen.emit(list(_BUTTONS)[number]))
        self.set_compact(False)
        self.set_eye(Eye.UNKNOWN, Eye.UNKNOWN)

    def set_compact(self, compact: bool) -> None:
        """Put the buttons under the words instead of beside them."""
        self._row.setDirection(QBoxLayout.Direction.TopToBottom if compact else QBoxLayout.Direction.LeftToRight)
        for button in self._group.buttons():
            button.setProperty("tight", compact)
            button.style().unpolish(button)
            button.style().polish(button)
            button.setFixedWidth(button.fontMetrics().horizontalAdvance(button.text()) + (_TIGHT if compact else 20))

    def set_eye(self, noted: Eye, guess: Eye) -> None:
        """Show the noted eye or, without one, the guess, without emitting a signal."""
        guessed = noted is Eye.UNKNOWN and guess in GUESSED
        self._text.setText(GUESSED[guess] if guessed else EYES[noted])
        self._text.setToolTip(
            "Guessed from the picture; click OD or OS to set it" if guessed else "Which eye the picture shows"
        )
        self._group.button(list(_BUTTONS).index(noted)).setChecked(True)


class Headline(QWidget):
    """One large value; beside it its name and its change."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ratio = with_object_name(PlainLabel(), "vertical")
        self._ratio.setProperty("role", "figure")
        self._name = PlainLabel("vertical cup-to-disc ratio", wrap=True)
        self._changes = with_object_name(PlainLabel(wrap=True), "changes")
        self._changes.setProperty("role", "muted")
        self.setToolTip(TIPS["vertical"])
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(1, 1)
        self.set_compact(False)

    def set_compact(self, compact: bool) -> None:
        """Put the change under the ratio instead of beside it, and name the ratio by its abbreviation."""
        for part in (self._ratio, self._name, self._changes):
            self._grid.removeWidget(part)
        self._grid.setHorizontalSpacing(5 if compact else 10)
        self._grid.addWidget(self._ratio, 0, 0, 1 if compact else 2, 1)
        self._grid.addWidget(self._name, 0, 1)
        self._grid.addWidget(self._changes, 1, 0 if compact else 1, 1, 2 if compact else 1)
        self._name.setText("vCDR" if compact else "vertical cup-to-disc ratio")

    def set_measurements(self, now: Measurement, opened: Measurement | None, accepted: Measurement | None) -> None:
        """Show the ratio and its change since the case was opened and since a proposal was accepted."""
        ratio = vertical_text(now)
        self._ratio.setText(ratio)
        self._ratio.setAccessibleName(f"Vertical cup-to-disc ratio {ratio}")
        self._changes.setText(changes_text(now, opened, accepted))


_WIDEST_NAME = 84
"""Pixels for a label's name, so that its values fit beside it."""
_LINE_GAP = 2
_AROUND = 28
"""Margins and the gaps between the parts, in pixels."""
_TEXT_LINES = 12
"""Lines of text under the plot: three on the rim, each of them broken, two for quadrants, four for sizes."""


class MeasurePanel(QScrollArea):
    """The vertical ratio large, the eye, the rim by clock hour, what the rules say, and the sizes.

    Signals:
        eye_chosen(Eye): the user says which eye the picture shows.
    """

    eye_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._empty = with_object_name(PlainLabel(), "empty")
        self._fragmented = with_object_name(PlainLabel(), "torn")
        self._covered = with_object_name(PlainLabel(), "covered")
        self._headline = Headline()
        self._eye_choice = EyeChoice()
        self._plot = RimPlot()
        self._stage = with_object_name(PlainLabel(), "ddls")
        self._stage.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._stage.hide()
        self._stage_lines: list[str] = []
        self._rules = FigureTable("Rim", wraps=True)
        self._quadrants = FigureTable("Rim width by quadrant")
        self._sizes = FigureTable("Sizes")
        self._eye = Eye.UNKNOWN
        self._guessed = True
        self._mm_per_pixel: float | None = None
        self._compact: bool | None = None
        self._head = QGridLayout()
        self._lay_out()
        self._arrange(False)
        self._eye_choice.eye_chosen.connect(self.eye_chosen)
        self.set_fragmented(())
        self.set_measurement(None, None, None, None)

    def set_eye(self, noted: Eye, guess: Eye) -> None:
        """Set the noted and the guessed eye; takes effect with the next measurement."""
        self._eye_choice.set_eye(noted, guess)
        self._eye = guess if noted is Eye.UNKNOWN else noted
        self._guessed = noted is Eye.UNKNOWN
        self._plot.set_eye(self._eye, guessed=self._guessed)

    def set_scale(self, mm_per_pixel: float | None) -> None:
        """Millimetres a pixel covers, or None to show pixels; takes effect with the next measurement."""
        self._mm_per_pixel = mm_per_pixel
        self._plot.set_scale(mm_per_pixel)

    def set_late(self, late: bool) -> None:
        """Grey the figures while they are of a mask that has changed since and is still being measured."""
        for part in (self._headline, self._plot, self._rules, self._quadrants, self._sizes):
            part.setEnabled(not late)

    def set_fragmented(self, fragmented: tuple[tuple[Label, int], ...]) -> None:
        """Show which labels are in several pieces, as (label, number of pieces)."""
        self._fragmented.setText(wording.fragmented_text(fragmented))
        self._fragmented.setVisible(bool(fragmented))

    def set_measurement(
        self,
        now: Measurement | None,
        opened: Measurement | None,
        accepted: Measurement | None,
        labels: LabelSet | None,
        rating: DiscRating | None = None,
    ) -> None:
        """Show these figures.

        Args:
            now: of the mask; None without one.
            opened: of the mask as it was when the case was opened.
            accepted: of the prediction that was accepted since, or None.
            labels: the mask's.
            rating: of the mask's disc; None without one.
        """
        hint = wording.empty_text(now, labels)
        self._empty.setText(hint)
        self._empty.setVisible(bool(hint))
        warning = wording.covered_text(now, labels)
        self._covered.setText(warning)
        self._covered.setVisible(bool(warning))
        pair = now is not None and now.ratios is not None
        rim = None if now is None else now.rim
        for part in (self._eye_choice, self._plot):
            part.setVisible(pair)
        self._headline.setVisible(pair and rim is not None)
        self._stage.setVisible(rating is not None and bool(rating.stages))
        for table in (self._rules, self._quadrants):
            table.setVisible(rim is not None and rim.has_cup)
        if now is None or labels is None:
            self._sizes.setVisible(False)
            return
        if now.cup is not None and now.disc is not None:
            self._plot.set_colours(labels.labels[now.disc].colour, labels.labels[now.cup].colour)
        self._headline.set_measurements(now, opened, accepted)
        before = opened if opened is not None and opened.rim is not None and opened.rim.has_cup else accepted
        self._plot.set_rims(rim, None if before is None else before.rim)
        if rim is not None and rim.has_cup:
            self._show_rim(rim, rating)
        self._sizes.setVisible(any(extent.area for extent in now.extents))
        self._show_sizes(now, labels)

    def _show_rim(self, rim: Rim, rating: DiscRating | None) -> None:
        axis = None if rating is None else rating.axis
        turned = None if axis is None else quadrants_by_fovea(rim, axis)
        self._plot.set_axis(None if turned is None else axis)
        rows = [("Thinnest rim", wording.thinnest_text(rim), TIPS["thinnest"])]
        for rule in ("ISNT", "IST"):
            verdict = wording.rule_text(rim, self._eye, rule, guessed=self._guessed, turned=turned)
            rows.append((f"{rule} rule", verdict, TIPS[rule]))
        self._show_stage(rating)
        if axis is not None:
            noted = Eye.UNKNOWN if self._guessed else self._eye
            rows.append(("Fovea", wording.fovea_text(axis, noted, self._mm_per_pixel), TIPS["fovea"]))
        self._rules.set_rows([], [row[:2] for row in rows], [tip for *_, tip in rows])
        quadrants = wording.quadrant_texts(rim, self._eye, self._mm_per_pixel, guessed=self._guessed, turned=turned)
        unit = wording.unit_text(self._mm_per_pixel).partition(",")[0]
        self._quadrants.set_rows(
            ["", *(name for name, _ in quadrants)],
            [[f"Rim, {unit}", *(width for _, width in quadrants)]],
            [TIPS["quadrants"]],
        )

    def _show_stage(self, rating: DiscRating | None) -> None:
        self._stage.setVisible(rating is not None)
        if rating is not None:
            self._stage_lines = wording.short_stage_text(rating).splitlines()
            self._stage.setText("\n".join(self._stage_lines[: 1 if self._compact else None]))
            self._stage.setToolTip(wording.stage_tip(rating))
            self._stage.setAccessibleName(f"Disc damage likelihood scale: {wording.stage_text(rating)}")

    def _show_sizes(self, now: Measurement, labels: LabelSet) -> None:
        sizes = [wording.size_texts(extent, self._mm_per_pixel) for extent in now.extents]
        unit = wording.unit_text(self._mm_per_pixel)
        tips = [TIPS["height"], TIPS["width"], TIPS["area"]]
        if now.ratios is None or now.cup is None or now.disc is None:
            rows = [[self._short(label.name), *figures] for label, figures in zip(labels, sizes, strict=True)]
            self._sizes.set_rows([unit, "height", "width", "area"], rows, [label.name for label in labels])
            return
        ratios = (now.ratios.vertical, now.ratios.horizontal, now.ratios.area)
        cup, disc = sizes[now.cup], sizes[now.disc]
        rows = [
            [name, cup[at], disc[at], wording.ratio_text(ratios[at] if now.extents[now.cup].area else math.nan)]
            for at, name in enumerate(("Height", "Width", "Area"))
        ]
        self._sizes.set_rows([unit, "cup", "disc", "ratio"], rows, tips)

    def _short(self, name: str) -> str:
        return self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, _WIDEST_NAME)

    def needed_height(self, *, compact: bool) -> int:
        """Pixels for everything on a disc and its cup, with the plot beside the ratio where `compact`."""
        line = self.fontMetrics().lineSpacing() + _LINE_GAP
        plot = COMPACT_SIDE if compact else SIDE
        stage = (1 if compact else 2) * self.fontMetrics().height()
        head = (
            max(plot + stage, 2 * line + 3 * self.fontMetrics().height() + 30) if compact else plot + stage + 5 * line
        )
        return head + _TEXT_LINES * line + _AROUND

    def _arrange(self, compact: bool) -> None:
        """Put the plot under the ratio and the eye or, where there is little height, beside them."""
        if compact == self._compact:
            return
        self._compact = compact
        parts: tuple[QWidget, ...] = (self._headline, self._eye_choice, self._plot, self._stage)
        for part in parts:
            self._head.removeWidget(part)
        self._headline.set_compact(compact)
        self._eye_choice.set_compact(compact)
        self._plot.set_side(COMPACT_SIDE if compact else SIDE)
        self._stage.setText("\n".join(self._stage_lines[: 1 if compact else None]))
        if compact:
            self._head.addWidget(self._plot, 0, 0, 2, 1)
            self._head.addWidget(self._stage, 2, 0)
            self._head.addWidget(self._headline, 0, 1)
            self._head.addWidget(self._eye_choice, 1, 1, 2, 1)
        else:
            for row, part in enumerate(parts):
                self._head.addWidget(part, row, 0, 1, 2)
        self._head.setColumnStretch(1, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the arrangement that shows everything."""
        super().resizeEvent(event)
        self._arrange(self.height() < self.needed_height(compact=False))

    def _lay_out(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(12, 4, 12, 4)
        column.setSpacing(6)
        self._head.setContentsMargins(0, 0, 0, 0)
        self._head.setSpacing(6)
        for note in (self._empty, self._fragmented, self._covered):
            note.setWordWrap(True)
            note.setProperty("role", "muted")
        self._covered.setProperty("role", "warning")
        column.addWidget(self._empty)
        column.addLayout(self._head)
        column.addWidget(self._covered)
        column.addWidget(self._fragmented)
        column.addWidget(self._rules)
        column.addWidget(self._quadrants)
        column.addWidget(self._sizes)
        column.addStretch(1)
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # at 250 pixels everything fits
