"""Welcome: the pages for no open project and for a project without pictures."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from unet_desktop.gui.commands.actions import Actions
from unet_desktop.gui.style.plain_text import PlainLabel, plain_tip
from unet_desktop.gui.widgets.action_button import ActionButton
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.plurals import quantity

WIDTH = 420
"""Width of the block in the middle, in pixels."""
_MAX_FOUND, _MAX_MISSING = 5, 3
"""Recent projects that are shown."""


class Page(QWidget):
    """A title, a sentence, and what to do, in the middle of the window."""

    def __init__(self, title: str, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        block = QWidget()
        block.setFixedWidth(WIDTH)
        self.column = QVBoxLayout(block)
        self.column.setSpacing(10)
        self.heading = PlainLabel(title, wrap=True)
        self.heading.setProperty("role", "title")
        self.words = PlainLabel(sentence, wrap=True)
        self.words.setProperty("role", "muted")
        self.column.addWidget(self.heading)
        self.column.addWidget(self.words)
        self.column.addSpacing(8)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        row = QHBoxLayout()  # unlike an alignment, it asks for the height that the wrapped text needs
        row.addStretch(1)
        row.addWidget(block)
        row.addStretch(1)
        outer.addLayout(row)
        outer.addStretch(3)

    def add_actions(self, actions: Actions, rows: Sequence[tuple[str, str]]) -> None:
        """Add a large button for each (command, text)."""
        for command, text in rows:
            button = ActionButton(actions[command], text)
            button.setIconSize(QSize(24, 24))
            button.setMinimumHeight(44)
            button.setProperty("role", "large")
            self.column.addWidget(button)


class Welcome(Page):
    """The first page.

    Signals:
        recent_chosen(Path): open this project.
        forget_requested(Path): take this project off the list of recent ones.
        resume_requested: resume what was interrupted when the program ended.
    """

    recent_chosen = Signal(object)
    forget_requested = Signal(object)
    resume_requested = Signal()

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(
            "U-Net Desktop",
            "Correct masks by hand, let a U-Net learn from them, and segment whole folders with the result. "
            "Drop pictures or a project here to begin. Everything stays on this computer.",
            parent,
        )
        self._resume = with_object_name(QPushButton(), "resume_interrupted")
        self._resume.setMinimumHeight(44)
        self._resume.setProperty("role", "main")
        self._resume.clicked.connect(self.resume_requested)
        self.column.addWidget(self._resume)
        self.add_actions(
            actions,
            (
                ("project.new", "New project from a folder of pictures"),
                ("project.open", "Open a project"),
                ("project.import_drishti", "Import a public data set (Drishti-GS1, REFUGE, ...)"),
            ),
        )
        self._heading = PlainLabel("Recent projects")
        self._heading.setProperty("role", "heading")
        self._rows: list[QWidget] = []
        self._roots: tuple[Path, ...] = ()
        self._shown: tuple[tuple[Path, ...], tuple[Path, ...]] = ((), ())  # found, missing
        self.column.addSpacing(12)
        self.column.addWidget(self._heading)
        self.set_recent(())
        self.set_interrupted("")

    def set_interrupted(self, title: str) -> None:
        """Offer first to resume this, which was interrupted when the program ended; nothing if empty."""
        room = WIDTH - 40
        text = self._resume.fontMetrics().elidedText(f"Resume {title}", Qt.TextElideMode.ElideMiddle, room)
        self._resume.setText(text.replace("&", "&&"))
        self._resume.setVisible(bool(title))

    def set_recent(self, roots: Sequence[Path]) -> None:
        """Offer these projects, and say which of them are not found."""
        self._roots = tuple(roots)
        for row in self._rows:
            self.column.removeWidget(row)
            row.hide()
            row.deleteLater()
        there = [root for root in roots if _is_project(root)]
        missing = [root for root in roots if root not in there]
        self._shown = (tuple(there[:_MAX_FOUND]), tuple(missing[:_MAX_MISSING]))
        self._rows = [self._button(root) for root in self._shown[0]]
        self._rows += [_MissingProject(root, self.forget_requested) for root in self._shown[1]]
        if missing:
            self._rows.append(_explain_missing(len(missing)))
        for row in self._rows:
            self.column.addWidget(row)
        self._heading.setVisible(bool(self._rows))

    def event(self, event: QEvent) -> bool:
        """Look again when the user comes back, perhaps with the drive that was missing."""
        if event.type() is QEvent.Type.WindowActivate:
            found = tuple(root for root in self._roots if _is_project(root))
            if found[:_MAX_FOUND] != self._shown[0]:
                self.set_recent(self._roots)
        return super().event(event)

    def _button(self, root: Path) -> QPushButton:
        button = QPushButton()
        button.setText(_elide(button, f"{root.name}   {root.parent}", WIDTH - 40).replace("&", "&&"))
        button.setToolTip(plain_tip(str(root)))
        button.setAccessibleName(f"Open project {root.name}")
        button.setProperty("role", "choice")
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.clicked.connect(lambda: self.recent_chosen.emit(root))
        return button


class _MissingProject(QWidget):
    """A recent project that is not where it was, and a button to take it off the list."""

    def __init__(self, root: Path, forget_requested: SignalInstance) -> None:
        super().__init__()
        name = with_object_name(PlainLabel(), "missing_project")
        name.setEnabled(False)
        forget = with_object_name(QPushButton("Remove"), "forget_project")
        forget.setToolTip(plain_tip(f"Remove {root} from this list; nothing is deleted"))
        forget.setAccessibleName(f"Remove project {root.name} from this list")
        forget.clicked.connect(lambda: forget_requested.emit(root))
        room = WIDTH - 60 - forget.sizeHint().width()
        end = "   not found"
        start = _elide(name, f"{root.name}   {root.parent}", room - name.fontMetrics().horizontalAdvance(end))
        name.setTextFormat(Qt.TextFormat.PlainText)
        name.setText(start + end)
        name.setToolTip(plain_tip(str(root)))
        row = QHBoxLayout(self)
        row.setContentsMargins(11, 0, 0, 0)
        row.addWidget(name, 1)
        row.addWidget(forget)


def _explain_missing(count: int) -> QLabel:
    words = PlainLabel(
        f"{quantity(count, 'project is', 'projects are')} not found. Connect the drive and come back to this window, "
        "or, if the folder was moved, use “Open a project”.",
        wrap=True,
    )
    words.setObjectName("missing_projects")
    words.setProperty("role", "muted")
    return words


def _is_project(root: Path) -> bool:
    return os.path.isfile(root / "project.json")  # False, too, for a folder that may not be read


def _elide(widget: QWidget, text: str, room: int) -> str:
    return widget.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, room)


class NoCases(Page):
    """The page of a project without pictures."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__("", "", parent)
        rows = (
            ("project.import_images", "Import a folder of pictures"),
            ("project.import_files", "Import picture files"),
        )
        self.add_actions(actions, rows)
        self.set_job("")

    def set_job(self, title: str) -> None:
        """Show the title of the running job; empty when there is none."""
        self.heading.setText(f"{title}…" if title else "No pictures yet")
        self.words.setText(
            "They appear here as they come."
            if title
            else "Drop pictures or folders anywhere on this window, or import them: JPEG, PNG, TIFF, DICOM or other "
            "pictures, with masks where you have some. Then correct a few masks and train a model on them."
        )
