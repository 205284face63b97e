"""TimelineView: the versions of the mask, newest first; the chosen one is compared with the mask as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHideEvent, QImage, QPainter, QPalette, QPixmap, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from unet_desktop.gui.editing.timeline import NO_VERSIONS, ComparedVersion
from unet_desktop.gui.style.plain_text import PlainLabel, plain_tip
from unet_desktop.gui.style.theme import LIGHT, Colours
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.images.read import Pixels
from unet_desktop.plurals import quantity
from unet_desktop.project.versions import CaseVersions, Version, VersionStep

_VERSION_ROLE = Qt.ItemDataRole.UserRole
_MARGIN = 10
_AROUND_SYMBOL = 3
"""Pixels between a version's small picture and its row's edges."""
_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_EMPTY = (
    "Earlier states of this mask appear here: when you leave its case, accept a proposal, approve, or have painted for "
    "some minutes."
)
_STEPS = {
    VersionStep.PAINTED: "Painted",
    VersionStep.ACCEPTED: "Accepted proposal",
    VersionStep.IMPORTED: "Imported",
    VersionStep.RESTORED: "Restored",
    VersionStep.RECOVERED: "Recovered after a crash",
    VersionStep.ADJUDICATED: "Adjudicated",
    VersionStep.FOUND: "As it was found",
}


class TimelineView(QWidget):
    """A list of versions, how the chosen one differs from the mask, and a button that brings it back.

    Signals:
        chosen(version): compare this version, or None for none.
        restore_requested: make it the mask.
        symbol_wanted(version): it is in sight without its small picture.
        watched(shown): the list came into sight, or is out of sight.
    """

    chosen = Signal(object)
    restore_requested = Signal()
    symbol_wanted = Signal(object)
    watched = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = TimelineModel(self)
        self._list = with_object_name(QListView(), "versions")
        self._list.setModel(self._model)
        self._delegate = VersionDelegate(self)
        self._list.setItemDelegate(self._delegate)
        self._list.setUniformItemSizes(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setFrameShape(QListView.Shape.NoFrame)
        self._list.setAccessibleName("Versions of the mask")
        self._empty = _words("no_versions")
        self._damage = _words("damaged_versions")
        self._damage.setProperty("role", "warning")
        self._difference = _words("version_difference")
        self._restore = with_object_name(QPushButton("Restore"), "restore_version")
        self._restore.setProperty("role", "main")
        self._restore.setToolTip("Make this version the mask; undo brings back what is there now")
        self._stop = with_object_name(QPushButton("Stop comparing"), "stop_comparing")
        self._writable, self._filling = True, False
        self._lay_out()
        self._list.selectionModel().currentChanged.connect(self._on_current_changed)
        self._list.clicked.connect(self._on_current_changed)
        self._model.symbol_wanted.connect(self.symbol_wanted)
        self._restore.clicked.connect(self.restore_requested)
        self._stop.clicked.connect(lambda: self.chosen.emit(None))
        self.set_versions(NO_VERSIONS, {})
        self.set_compared(None)

    def set_versions(self, found: CaseVersions, models: Mapping[str, str]) -> None:
        """Show these versions.

        Args:
            found: of the open case.
            models: names of the project's models by their weights_sha256.
        """
        current = self._list.currentIndex().data(_VERSION_ROLE)
        self._filling = True
        self._model.set_versions(found.versions, models)
        row = next((row for row, one in enumerate(found.versions) if _same(one, current)), -1)
        self._list.setCurrentIndex(self._model.index(row) if row >= 0 else QModelIndex())
        self._filling = False
        self._list.setVisible(bool(found.versions))
        self._empty.setText(_EMPTY)
        self._empty.setVisible(not found.versions)
        self._damage.setVisible(bool(found.problems))
        if found.problems:
            count = f"{len(found.problems)} versions are damaged and left out."
            self._damage.setText(count if len(found.problems) > 1 else found.problems[0])
            self._damage.setToolTip(plain_tip(found.problems[:10]))

    def set_symbol(self, version: Version, pixels: Pixels) -> None:
        """Show this small picture, (h, w, 3) uint8, beside a version."""
        self._model.set_symbol(version, pixels)

    def set_writable(self, writable: bool) -> None:
        """Let versions be restored, or only be looked at."""
        self._writable = writable
        self._restore.setEnabled(writable)

    def set_compared(self, compared: ComparedVersion | None) -> None:
        """Show how this version differs from the mask; None compares none."""
        for part in (self._difference, self._restore, self._stop):
            part.setVisible(compared is not None)
        if compared is None:
            self._filling = True
            self._list.setCurrentIndex(QModelIndex())
            self._filling = False
            return
        self._difference.setText(describe_difference(compared))
        self._restore.setEnabled(self._writable and not compared.difference.same)

    def take_keyboard(self) -> None:
        """Let the arrow keys go through the versions."""
        self._list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def set_colours(self, colours: Colours) -> None:
        self._delegate.set_colours(colours)
        self._list.viewport().update()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.watched.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.watched.emit(False)

    def _on_current_changed(self, index: _Index) -> None:
        version = index.data(_VERSION_ROLE)
        if isinstance(version, Version) and not self._filling:
            self.chosen.emit(version)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setContentsMargins(_MARGIN, 0, _MARGIN, 8)
        buttons.addWidget(self._restore)
        buttons.addWidget(self._stop)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._empty)
        column.addWidget(self._damage)
        column.addWidget(self._list, 1)
        column.addWidget(self._difference)
        column.addLayout(buttons)
        column.addStretch(0)


class TimelineModel(QAbstractListModel):
    """The versions as rows, newest first.

    Signals:
        symbol_wanted(version): it is painted, and has no small picture yet.
    """

    symbol_wanted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._symbols: dict[str, QPixmap | None] = {}  # by the mask's digest; None: asked for
        self._versions: tuple[Version, ...] = ()
        self._models: Mapping[str, str] = {}

    def set_versions(self, versions: tuple[Version, ...], models: Mapping[str, str]) -> None:
        self.beginResetModel()
        self._versions, self._models = versions, models
        digests = {version.digest for version in versions}
        self._symbols = {
            digest: symbol for digest, symbol in self._symbols.items() if digest in digests and symbol is not None
        }
        self.endResetModel()

    def set_symbol(self, version: Version, pixels: Pixels) -> None:
        height, width = pixels.shape[:2]
        image = QImage(pixels.data, width, height, pixels.strides[0], QImage.Format.Format_RGB888)
        self._symbols[version.digest] = QPixmap.fromImage(image.copy())
        for row, one in enumerate(self._versions):
            if one.digest == version.digest:
                self.dataChanged.emit(self.index(row), self.index(row), [Qt.ItemDataRole.DecorationRole])

    def _symbol(self, version: Version) -> QPixmap | None:
        if version.digest not in self._symbols:
            self._symbols[version.digest] = None
            self.symbol_wanted.emit(version)
        return self._symbols[version.digest]

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._versions)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._versions):
            return None
        version = self._versions[index.row()]
        if role == _VERSION_ROLE:
            return version
        if role == Qt.ItemDataRole.DecorationRole:
            return self._symbol(version)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            approved = ", approved" if version.is_approved else ""
            return f"{_when(version)}{approved}: {describe_version(version)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(version)
        return None

    def _tip(self, version: Version) -> str:
        lines = [f"Version {version.number}: {describe_version(version)}"]
        if version.model:
            lines.append(f"From the model {self._models.get(version.model, version.model[:8])}")
        if version.is_approved:
            by = f" by {version.approved_by}" if version.approved_by else ""
            lines.append(f"Approved{by}, {time_text(version.approved_at, datetime.now().astimezone())}")
        return plain_tip(lines)


class VersionDelegate(QStyledItemDelegate):
    """Paints one row: the mask; when, with the vertical ratio at the right; under it, how and by whom."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._colours = LIGHT

    def set_colours(self, colours: Colours) -> None:
        self._colours = colours

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        version = index.data(_VERSION_ROLE)
        if not isinstance(version, Version):
            return
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if chosen:
            painter.fillRect(option.rect, option.palette.color(QPalette.ColorRole.Highlight))
        text = QColor(self._colours.on_accent if chosen else self._colours.text)
        muted = QColor(self._colours.on_accent if chosen else self._colours.muted)
        metrics, rect = option.fontMetrics, option.rect
        height = metrics.height()
        side = rect.height() - 2 * _AROUND_SYMBOL
        place = QRect(rect.left() + _AROUND_SYMBOL, rect.top() + _AROUND_SYMBOL, side, side)
        symbol = index.data(Qt.ItemDataRole.DecorationRole)
        if isinstance(symbol, QPixmap):
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(place, symbol)
        else:
            painter.fillRect(place, QColor(self._colours.line))
        left = place.right() + _MARGIN
        upper = QRect(left, rect.center().y() - height - 1, rect.right() - _MARGIN - left, height)
        lower = upper.translated(0, height + 3)
        painter.setPen(text)
        painter.drawText(
            upper, Qt.AlignmentFlag.AlignLeft, f"✓ {_when(version)}" if version.is_approved else _when(version)
        )
        painter.setPen(muted)
        if version.vcdr is not None:
            painter.drawText(upper, Qt.AlignmentFlag.AlignRight, f"vCDR {version.vcdr:.2f}")
        words = metrics.elidedText(describe_version(version), Qt.TextElideMode.ElideRight, lower.width())
        painter.drawText(lower, Qt.AlignmentFlag.AlignLeft, words)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(160, 2 * option.fontMetrics.height() + 12)


def describe_version(version: Version) -> str:
    """How it came to be, and by whom."""
    words = _STEPS[version.step]
    if version.step is VersionStep.PAINTED and version.steps:
        words += f", {quantity(version.steps, 'step')}"
    return f"{words} · {version.who}" if version.who else words


def describe_difference(compared: ComparedVersion) -> str:
    """How the version differs from the mask now."""
    difference = compared.difference
    if difference.same:
        return "The mask is exactly like this version."
    sentences = []
    if difference.dice:
        named = ", ".join(f"{name} {value:.3f}" for name, value in difference.dice.items())
        sentences.append(f"Dice with the mask now: {named}.")
    then, now = compared.version.vcdr, difference.ratio_now
    if then is not None and now is not None:
        change = f"{now - then:+.2f}".replace("-", "\N{MINUS SIGN}")
        sentences.append(f"vCDR {then:.2f} then, {now:.2f} now ({change}).")
    return "\n".join(sentences) or "This version has nothing in common with the mask now."


def time_text(when: str, now: datetime) -> str:
    """A moment (ISO 8601) in local time, as short as the reader needs it."""
    moment = datetime.fromisoformat(when).astimezone(now.tzinfo)
    clock = f"{moment:%H:%M}"
    if moment.date() == now.date():
        return f"Today {clock}"
    if moment.date() == now.date() - timedelta(days=1):
        return f"Yesterday {clock}"
    return f"{moment:%Y-%m-%d} {clock}"


def _when(version: Version) -> str:
    return time_text(version.when, datetime.now().astimezone())


def _same(version: Version, other: object) -> bool:
    return isinstance(other, Version) and other.number == version.number


def _words(name: str) -> QLabel:
    label = with_object_name(PlainLabel(wrap=True), name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", "muted")
    label.setContentsMargins(_MARGIN, 6, _MARGIN, 2)
    label.setAlignment(Qt.AlignmentFlag.AlignTop)
    return label
