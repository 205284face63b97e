"""ErrorDialogs: what went wrong, as one dialog in plain words; a bug also goes to the log."""

from __future__ import annotations

import logging
import sys
import threading
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

from unet_desktop.errors import UserError
from unet_desktop.gui.style.plain_text import show_plain

log = logging.getLogger("unet.gui")


class ErrorDialogs(QObject):
    """Shows each error once, however often it comes while its dialog is open.

    A `UserError` is shown as its sentence. Anything else is a bug: its traceback goes to the log and the dialog says
    where that is.
    """

    _caught = Signal(object)  # an exception from any thread, handed to the window's thread

    def __init__(self, parent: QWidget | None = None) -> None:
        """Open dialogs over `parent`."""
        super().__init__(parent)
        self._window = parent
        self._open: dict[str, QMessageBox] = {}
        self._caught.connect(self.show)

    def install_excepthook(self) -> None:
        """Show uncaught exceptions of any thread, instead of printing them to a terminal that nobody sees."""
        sys.excepthook = self._on_uncaught
        threading.excepthook = self._on_uncaught_in_thread

    @Slot(object)
    def show(self, error: BaseException) -> None:
        """Show one error; returns at once."""
        key = f"{type(error).__name__}: {error}"
        if key in self._open:
            return
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if isinstance(error, UserError):
            log.info("shown to the user: %s", error)
            box.setIcon(QMessageBox.Icon.Warning)
            box.setWindowTitle("Problem")
            box.setText(str(error))
        else:
            log.error("unexpected problem", exc_info=error)
            box.setIcon(QMessageBox.Icon.Critical)
            box.setWindowTitle("Something went wrong in the program")
            box.setText(
                "Something went wrong in the program itself. You can continue working; if it happens again, close the "
                "program and open it again."
            )
            box.setInformativeText(f"{_where_the_log_is()}\n\n{key[:300]}")
        show_plain(box)  # a file name may look like markup
        self._open[key] = box
        box.finished.connect(lambda _result: self._open.pop(key, None))
        box.open()

    def _on_uncaught(self, kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, traceback)  # Ctrl+C in the terminal ends the program, as people expect
        else:
            self._caught.emit(error)

    def _on_uncaught_in_thread(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self._on_uncaught(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)


def _where_the_log_is() -> str:
    for name in ("unet.gui", "unet", ""):
        for handler in logging.getLogger(name).handlers:
            if isinstance(handler, logging.FileHandler):
                return f"The details are in the log: {handler.baseFilename}"
    return "The details are in the terminal that the program was started from."
