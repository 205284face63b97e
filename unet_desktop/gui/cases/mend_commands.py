"""Commands that mend a case that cannot be opened."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.commands.command import CommandSet, ShowsErrors, guarded
from unet_desktop.gui.messages.confirm import confirm
from unet_desktop.project.repair import is_imported_file, put_mask_aside, relocate


class MendCommands(CommandSet):
    """Try again, find the picture, start with an empty mask."""

    def __init__(self, app: AppModel, window: QWidget, errors: ShowsErrors) -> None:
        """Open dialogs over the window."""
        super().__init__(errors)
        self._app, self._window = app, window

    @guarded
    def retry(self) -> None:
        """Try again to open the case that could not be opened."""
        self._app.session.retry()

    @guarded
    def locate_picture(self) -> None:
        """Ask for the missing picture of the case that could not be opened, and open the case."""
        project, broken = self._app.session.project, self._app.session.broken
        if project is None or broken is None:
            return
        case_id = broken.case_id
        title, start = f"Where is the picture of {case_id}?", str(project.image_path(case_id).parent)
        chosen, _ = QFileDialog.getOpenFileName(self._window, title, start)
        if not chosen:
            return
        question = f"{Path(chosen).name} is not the file that was imported as {case_id}. Use it anyway?"
        if is_imported_file(project, case_id, Path(chosen)) or confirm(
            self._window, "Another picture", question, "Use it"
        ):
            relocate(project.writable(), case_id, Path(chosen))
            self._app.session.retry()

    @guarded
    def start_with_empty_mask(self) -> None:
        """Put the unusable mask aside and open its case."""
        session = self._app.session
        if session.project is not None and session.broken is not None:
            case_id = session.broken.case_id
            put_mask_aside(session.project.writable(), case_id)
            session.update_case(session.project.case(case_id))
            session.retry()
