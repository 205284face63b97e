"""DropTarget: what is dropped on the window; while it hovers, the window says what would happen."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, QRect, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFrame, QGraphicsView, QLabel, QMainWindow, QMessageBox, QVBoxLayout, QWidget

from unet_desktop.file_names import fold
from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.messages.banner import Banner
from unet_desktop.gui.style.plain_text import PlainLabel, show_plain
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.gui.window.command_table import CommandSets
from unet_desktop.tasks.dropped import (
    Choice,
    DropAction,
    Dropped,
    Receiver,
    list_choices,
    name_refused,
    sort_dropped,
)

_WIDTH = 560
"""Of the card that says what would happen, in pixels."""


class DropTarget(QObject):
    """Takes pictures, folders, projects, models and masks that are dropped anywhere on the window."""

    def __init__(self, window: QMainWindow, app: AppModel, commands: CommandSets, banner: Banner) -> None:
        """Accept drops for the window and everything in it.

        Args:
            window: it, its start page and its panels.
            app: what is behind it.
            commands: do what is asked for.
            banner: says what cannot be used.
        """
        super().__init__(window)
        self._window, self._app, self._commands, self._banner = window, app, commands, banner
        self._hint = DropHint(window)
        self._known: tuple[list[QUrl], Dropped, list[Choice], str] | None = None
        for view in window.findChildren(QGraphicsView):  # which would keep files from the window
            view.setAcceptDrops(False)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take what is dropped; nothing is moved away from where it was."""
        kind = event.type()
        if kind is QEvent.Type.DragLeave:
            self._end()
        elif kind in (QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop) and isinstance(event, QDropEvent):
            if not event.mimeData().hasUrls():
                return False
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            if kind is QEvent.Type.Drop:
                found, choices, problem = self._look(event.mimeData())
                self._end()
                # The program that it comes from waits until this returns.
                QTimer.singleShot(0, self._window, partial(self._take, found, choices, problem))
            else:
                self._show(event.mimeData())
            return True
        return super().eventFilter(watched, event)

    def _look(self, data: QMimeData) -> tuple[Dropped, list[Choice], str]:
        urls = data.urls()
        if self._known is None or self._known[0] != urls:
            receiver = self._receiver()
            local = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
            addresses = [url.toDisplayString() for url in urls if not url.isLocalFile()]
            found = sort_dropped(local, addresses, receiver)
            self._known = (urls, found, *list_choices(found, receiver))
        return self._known[1:]

    def _receiver(self) -> Receiver:
        project, runner = self._app.session.project, self._app.runner
        if project is None:
            return Receiver()
        obstacle = ""
        if project.read_only:
            obstacle = project.obstacle
        elif runner.busy:
            obstacle = f"{runner.title} is running. Wait until it has ended, then drop the files again."
        names = frozenset(fold(case_id) for case_id in self._app.session.case_ids)
        return Receiver(project.root, project.labels, names, obstacle)

    def _show(self, data: QMimeData) -> None:
        _, choices, problem = self._look(data)
        self._hint.show_text(" or ".join(choice.text.removesuffix("…") for choice in choices), problem)

    def _end(self) -> None:
        self._known = None
        self._hint.hide()

    def _take(self, found: Dropped, choices: Sequence[Choice], problem: str) -> None:
        if not choices:
            self._banner.show_problem(problem)
            return
        choice = choices[0] if len(choices) == 1 else ask_which(self._window, choices)
        if choice is None:
            return
        if refused := name_refused(found):
            self._banner.show_problem(refused)
        self._do(choice.action, found)

    def _do(self, action: DropAction, found: Dropped) -> None:
        projects, pictures = self._commands.projects, [*found.pictures, *found.unsure]
        match action:
            case DropAction.OPEN_PROJECT:
                projects.open_root(found.projects[0])
            case DropAction.ADD_MODELS:
                self._commands.models.add(found.models)
            case DropAction.IMPORT_PICTURES:
                projects.import_sources(pictures, (), recursive=found.recursive)
            case DropAction.IMPORT_BOTH:
                projects.import_sources(found.pictures, [*found.masks, *found.unsure], recursive=found.recursive)
            case DropAction.IMPORT_MASKS:
                projects.import_masks([*found.masks, *found.unsure])
            case DropAction.NEW_PROJECT:
                projects.make_project_of(pictures, found.masks, recursive=found.recursive)


class DropHint(QFrame):
    """A card in the middle of the window that says what would happen to what hovers there."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("drop_hint")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._words = with_object_name(PlainLabel(wrap=True), "drop_words")
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._rest = with_object_name(PlainLabel(wrap=True), "drop_rest")
        self._rest.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(14)
        column.addWidget(self._words)
        column.addWidget(self._rest)
        self.hide()

    def show_text(self, text: str, problem: str) -> None:
        """Say what would happen, and what cannot be used."""
        _show(self._words, text)
        _show(self._rest, problem)
        self.setAccessibleName(" ".join(filter(None, (text, problem))))
        window = self.parentWidget()
        assert window is not None
        self.ensurePolished()
        layout = self.layout()
        assert layout is not None
        layout.activate()
        place = QRect(0, 0, _WIDTH, layout.totalHeightForWidth(_WIDTH))
        place.moveCenter(window.rect().center())
        self.setGeometry(place)
        self.raise_()
        self.show()


def _show(label: QLabel, text: str) -> None:
    label.setText(text)
    label.setVisible(bool(text))


def ask_which(window: QWidget, choices: Sequence[Choice]) -> Choice | None:
    """Ask which of several things to do with what was dropped; None for nothing."""
    box = QMessageBox(window)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("Dropped files")
    box.setText("What should be done with the dropped files?")
    show_plain(box)
    buttons = {box.addButton(choice.text, QMessageBox.ButtonRole.AcceptRole): choice for choice in choices}
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.exec()
    clicked = box.clickedButton()
    return next((choice for button, choice in buttons.items() if button is clicked), None)
