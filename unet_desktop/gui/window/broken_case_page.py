"""BrokenPage: replaces the canvas when a case cannot be opened; says why and offers a way out."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from unet_desktop.gui.session.open_case import Broken, CaseRemedy
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.gui.window.welcome import WIDTH, Page


class BrokenPage(Page):
    """The sentence and the buttons.

    Signals:
        locate_requested: the user knows where the picture is.
        empty_mask_requested: move the mask aside.
        retry_requested: the files may be there again.
    """

    locate_requested = Signal()
    empty_mask_requested = Signal()
    retry_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Cannot be opened", "", parent)
        self.words.setTextFormat(Qt.TextFormat.PlainText)  # a file name may look like markup
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._locate = with_object_name(QPushButton("Locate picture…"), "locate_picture")
        self._locate.setToolTip("Choose the picture file at its new location")
        self._empty = with_object_name(QPushButton("Start with an empty mask"), "empty_mask")
        self._empty.setToolTip("The unusable file is kept as NAME.png.bad-1")
        retry = with_object_name(QPushButton("Try again"), "retry_case")
        for button in (self._locate, self._empty, retry):
            self.column.addWidget(button)
        self._locate.clicked.connect(self.locate_requested)
        self._empty.clicked.connect(self.empty_mask_requested)
        retry.clicked.connect(self.retry_requested)

    def set_broken(self, broken: Broken | None, *, writable: bool = True) -> None:
        """Show why; buttons that change something are disabled unless the project is writable."""
        if broken is None:
            return
        self.words.setText(broken.sentence)
        self.words.ensurePolished()  # the layout asks a block of fixed width for no height of its wrapped words
        margins = self.column.contentsMargins()
        self.words.setMinimumHeight(self.words.heightForWidth(WIDTH - margins.left() - margins.right()))
        self.setAccessibleName(broken.sentence)
        for button, remedy in ((self._locate, CaseRemedy.LOCATE), (self._empty, CaseRemedy.EMPTY_MASK)):
            button.setVisible(broken.remedy is remedy)
            button.setEnabled(writable)
