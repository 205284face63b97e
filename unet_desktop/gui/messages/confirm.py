"""Ask before something is lost."""

from __future__ import annotations

from PySide6.QtWidgets import QMessageBox, QWidget

from unet_desktop.gui.style.plain_text import show_plain


def confirm(window: QWidget, title: str, question: str, yes: str) -> bool:
    """Ask a question; Return answers "Cancel".

    Args:
        window: the dialog opens over it.
        title: of the dialog.
        question: what is lost.
        yes: text of the button that does it.
    """
    box = QMessageBox(window)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle(title)
    box.setText(question)
    show_plain(box)
    does_it = box.addButton(yes, QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    box.exec()
    return box.clickedButton() is does_it


def confirm_stop(window: QWidget, title: str, kept: str, what: str) -> bool:
    """Ask whether to stop a running job in order to leave it; Return answers "Keep running".

    Args:
        window: the dialog opens over it.
        title: of the job.
        kept: what is left of it then, as a sentence.
        what: what was asked for, such as "quit".
    """
    box = QMessageBox(window)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle(f"{title} is still running")
    box.setText(f"{title} is still running. Stop it and {what}?")
    box.setInformativeText(kept)
    show_plain(box)
    stops = box.addButton(f"Stop and {what}", QMessageBox.ButtonRole.DestructiveRole)
    stays = box.addButton("Keep running", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(stays)
    box.setEscapeButton(stays)
    box.exec()
    return box.clickedButton() is stops
