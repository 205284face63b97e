"""Welcome: the pages for no open project and for a project without pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from unet_desktop.gui.commands.actions import Actions
from unet_desktop.gui.widgets.action_button import ActionButton
from unet_desktop.gui.widgets.object_name import with_object_name

WIDTH = 420
"""Width of the block in the middle, in pixels."""


class Page(QWidget):
    """A title, a sentence, and what to do, in the middle of the window."""

    def __init__(self, title: str, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        block = QWidget()
        block.setFixedWidth(WIDTH)
        self.column = QVBoxLayout(block)
        self.column.setSpacing(10)
        self.heading = QLabel(title, wordWrap=True)
        self.heading.setProperty("role", "title")
        self.words = QLabel(sentence, wordWrap=True)
        self.words.setProperty("role", "muted")
        self.column.addWidget(self.heading)
        self.column.addWidget(self.words)
        self.column.addSpacing(8)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        outer.addWidget(block, 0, Qt.AlignmentFlag.AlignHCenter)
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
        resume_requested: resume what was interrupted when the program ended.
    """

    recent_chosen = Signal(object)
    resume_requested = Signal()

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(
            "U-Net Desktop",
            "Correct masks by hand, let a U-Net learn from them, and segment whole folders with the result. "
            "Everything stays on this computer.",
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
                ("project.import_drishti", "Import Drishti-GS1"),
            ),
        )
        self._heading = QLabel("Recent projects")
        self._heading.setProperty("role", "heading")
        self._recent: list[QPushButton] = []
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
        """Offer those of these projects that still exist."""
        for button in self._recent:
            self.column.removeWidget(button)
            button.deleteLater()
        there = [root for root in roots if (root / "project.json").is_file()]
        self._recent = [self._button(root) for root in there[:5]]
        self._heading.setVisible(bool(there))

    def _button(self, root: Path) -> QPushButton:
        button = QPushButton()
        shown = f"{root.name}   {root.parent}"
        room = WIDTH - 40
        button.setText(button.fontMetrics().elidedText(shown, Qt.TextElideMode.ElideMiddle, room).replace("&", "&&"))
        button.setToolTip(str(root))
        button.setAccessibleName(f"Open project {root.name}")
        button.setProperty("role", "choice")
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.clicked.connect(lambda: self.recent_chosen.emit(root))
        self.column.addWidget(button)
        return button


class NoCases(Page):
    """The page of a project without pictures."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__("", "", parent)
        self.add_actions(actions, (("project.import_images", "Import pictures"),))
        self.set_job("")

    def set_job(self, title: str) -> None:
        """Show the title of the running job; empty when there is none."""
        self.heading.setText(f"{title}…" if title else "No pictures yet")
        self.words.setText(
            "They appear here when it is done."
            if title
            else "Import a folder of JPEG, PNG, TIFF, DICOM or other pictures, with masks where you have some."
        )
