"""ReaderNamePresenter: notices when somebody else uses the same name, or works in another reader's reading."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from unet_desktop import person
from unet_desktop.errors import UserError
from unet_desktop.file_names import fold
from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.messages.banner import Banner
from unet_desktop.project.reader_names import is_name_taken, note_name

log = logging.getLogger("unet.gui")


class ReaderNamePresenter(QObject):
    """Session, editor and banner."""

    def __init__(self, app: AppModel, banner: Banner, give_name: Callable[[], None]) -> None:
        """Connect them; `give_name` asks for another name."""
        super().__init__(banner)
        self._app, self._banner, self._give_name = app, banner, give_name
        self._seen: set[tuple[Path, str]] = set()
        app.editor.edited.connect(self._on_changed)
        app.proposal.decided.connect(self._on_changed)
        app.session.project_changed.connect(self._on_session_project_changed)

    def _on_session_project_changed(self) -> None:
        project, name = self._app.session.project, person.read_name()
        workbook = None if project is None else project.workbook
        if workbook is None or project is None or project.read_only or fold(workbook.reader) == fold(name):
            return
        if not self._banner.isHidden():
            return
        yours = f"your name is {name}" if name else "you have given no name"
        self._banner.show_action(
            f"This is the reading of {workbook.reader}, and {yours}. Your work is noted under your name.",
            f"I am {workbook.reader}",
            lambda: self._take_name(workbook.reader),
        )

    def _take_name(self, name: str) -> None:
        try:
            person.keep_name(name)
        except UserError as error:
            self._banner.show_problem(str(error))
            return
        self._banner.hide_action()
        self._app.person_changed.emit()

    def _on_changed(self) -> None:
        """Look once for each project and name whether somebody on another computer works under the same name."""
        project, name = self._app.session.project, person.read_name()
        if project is None or project.read_only or not name or (project.root, name) in self._seen:
            return
        self._seen.add((project.root, name))
        root, computer = project.root, person.computer_id()
        if not is_name_taken(root, name, computer):
            self._note(root, name, computer)
            return
        self._banner.show_action(
            f"Somebody works in this project under the name {name} on another computer. If that is you, close this "
            "message; otherwise choose another name, or nobody can tell your work from theirs.",
            "Another name…",
            self._give_name,
            lambda: self._note(root, name, computer),
        )

    def _note(self, root: Path, name: str, computer: str) -> None:
        try:
            note_name(root, name, computer)
        except UserError as error:  # the work itself is saved, or says so
            log.warning("%s", error)
