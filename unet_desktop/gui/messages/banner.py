"""Banner: a message over the upper edge of the canvas, for lasting problems and results of jobs.

A dialog would come again and again, or hide the next picture. The banner lies over the canvas instead of above it, so
that the picture does not move under the pointer when a message comes or goes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QMessageBox, QPushButton, QWidget

from unet_desktop.gui.style.plain_text import PlainLabel, show_plain
from unet_desktop.gui.widgets.object_name import with_object_name

_MAX_SHOWN = 5
"""Sentences of the details that are shown at once; the others are a click away."""
_MARGIN = 8
"""Pixels between the banner and the edges of what it lies over."""


class Banner(QFrame):
    """A sentence and buttons; hidden while there is nothing to say.

    Signals:
        retry_requested: try again now.
        dismissed: the user closed it.
        left: it is gone and had the keyboard.
    """

    retry_requested = Signal()
    dismissed = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._words = with_object_name(PlainLabel(wrap=True), "sentence")
        self._words.setTextFormat(Qt.TextFormat.PlainText)  # a file name may look like markup
        self._retry = with_object_name(QPushButton("Try again"), "try_again")
        self._close = with_object_name(QPushButton("Close"), "close_message")
        self._close.setToolTip("Close this message (Escape)")
        self._open = QPushButton("Open folder")
        self._act = with_object_name(QPushButton("Undo"), "act")
        self._action: Callable[[], object] | None = None
        self._decline: Callable[[], object] | None = None
        self._folder: Path | None = None
        self._is_result = False
        self._case: str | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.addWidget(self._words, 1)
        row.addWidget(self._act)
        row.addWidget(self._open)
        row.addWidget(self._retry)
        row.addWidget(self._close)
        self._retry.clicked.connect(self.retry_requested)
        self._close.clicked.connect(self.dismiss)
        self._open.clicked.connect(self._on_open_clicked)
        self._act.clicked.connect(self._on_act_clicked)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence it shows."""
        return self._words.text()

    def float_over(self, area: QWidget) -> None:
        """Lie over the upper edge of this widget."""
        is_shown = not self.isHidden()
        self.setParent(area)
        area.installEventFilter(self)
        self.setVisible(is_shown)

    def show_problem(self, sentence: str, *, retry: bool = False, case: str | None = None) -> None:
        """Show this sentence until the user closes it or another one replaces it.

        Args:
            sentence: what happened and what to do.
            retry: offer to try again.
            case: id of the only case that it is about; `end_case` hides it when another one opens.
        """
        self._folder, self._is_result, self._case = None, False, case
        self._action = self._decline = None
        self._act.hide()
        self._open.hide()
        self._set_calm(False)
        self._words.setText(sentence)
        self._retry.setVisible(retry)
        self.setAccessibleName(sentence)
        self.show()
        self._place()

    def show_result(self, text: str, folder: Path | None, clean: bool, details: Sequence[str] = ()) -> None:
        """Show a job's result; calm colours if nothing needs attention.

        Args:
            text: one line for each thing to say.
            folder: where its files are, for a button; None if it wrote none.
            clean: nothing needs attention.
            details: a sentence for each thing that could not be done, shown by a button if there are several.
        """
        self.show_problem(text)
        if len(details) > 1:
            self.show_action(text, "Details…", partial(self._show_details, text, tuple(details)))
        self._set_calm(clean)
        self._folder, self._is_result = folder, True
        self._open.setVisible(folder is not None)
        self._place()

    def _show_details(self, text: str, details: Sequence[str]) -> None:
        box = QMessageBox(QMessageBox.Icon.Information, "Details", text.partition("\n")[0], parent=self.window())
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setInformativeText("\n".join(details[:_MAX_SHOWN]))
        box.setDetailedText("\n".join(details))
        show_plain(box)
        box.open()

    def show_action(
        self, sentence: str, text: str, act: Callable[[], object], decline: Callable[[], object] | None = None
    ) -> None:
        """Show a sentence with a button, in calm colours.

        Args:
            sentence: what happened, or a question.
            text: on the button, a verb.
            act: what the button does.
            decline: called when the user closes the message instead.
        """
        self.show_problem(sentence)
        self._set_calm(True)
        self._action, self._decline = act, decline
        self._act.setText(text)
        self._act.show()
        self._place()

    def hide_action(self) -> None:
        """Hide a sentence with a button, because that was done in another way."""
        if self._action is not None:
            self.hide()

    def hide_result(self) -> None:
        """Hide the result of the last job; problems stay."""
        if self._is_result:
            self.hide()

    def end_case(self, opened: str | None) -> None:
        """Hide a message about a case other than the one that is open now."""
        if self._case is not None and self._case != opened:
            self.hide()

    def dismiss(self) -> bool:
        """Close the message, as the user asked; returns whether there was one."""
        if self.isHidden():
            return False
        decline, self._decline = self._decline, None
        self.hide()
        self.dismissed.emit()
        if decline is not None:
            decline()
        return True

    def _place(self) -> None:
        area = self.parentWidget()
        if area is None or self.isHidden():
            return
        self.ensurePolished()
        width = max(area.width() - 2 * _MARGIN, 0)
        layout = self.layout()
        assert layout is not None
        layout.activate()
        height = layout.totalHeightForWidth(width)
        self.setGeometry(_MARGIN, _MARGIN, width, min(height, max(area.height() - 2 * _MARGIN, 0)))
        self.raise_()

    def _set_calm(self, calm: bool) -> None:
        """Use calm colours instead of those of a warning."""
        self.setProperty("calm", calm)
        for part in (self, self._words):
            self.style().unpolish(part)
            self.style().polish(part)

    def _on_open_clicked(self) -> None:
        if self._folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))

    def _on_act_clicked(self) -> None:
        if self._action is not None:
            self._action()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep its width that of what it lies over."""
        if watched is self.parentWidget() and event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._place()
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow another font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._place()

    def setVisible(self, visible: bool) -> None:
        """Give the keyboard back before it goes: Qt would hand it to any widget."""
        focus = QApplication.focusWidget()
        if not visible and focus is not None and self.isAncestorOf(focus):
            super().setVisible(visible)
            self.left.emit()
        else:
            super().setVisible(visible)
