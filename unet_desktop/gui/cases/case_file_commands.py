"""Commands that rename a case and replace its picture."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from unet_desktop.errors import ProjectError
from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.commands.command import CommandSet, Needs, ShowsErrors, command
from unet_desktop.gui.session.case_changes import exchange_case
from unet_desktop.gui.widgets.form_dialog import FormDialog
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.project.case import Case
from unet_desktop.project.project import Project
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.rename import problem_with_name, rename_case
from unet_desktop.project.replace_picture import replace_picture

_WRITES = Needs.PROJECT | Needs.CASES | Needs.WRITABLE | Needs.IDLE


class CaseFileCommands(CommandSet):
    """Rename a case; give it another picture."""

    def __init__(self, app: AppModel, window: QWidget, errors: ShowsErrors) -> None:
        """Open dialogs over the window."""
        super().__init__(errors)
        self._app, self._window = app, window

    @command(
        "case.rename",
        "Chan&ge name…",
        shortcut="Ctrl+F6",
        needs=_WRITES,
        tip="Give the case another name; its mask, versions and predictions go with it",
    )
    def rename(self) -> None:
        """Ask for another name of the current case and rename it."""
        session = self._app.session
        if (case_id := session.current_id) is None or session.project is None:
            return
        dialog = RenameDialog(self._window, session.project, case_id)
        if not dialog.exec():
            return
        name = dialog.name()
        self._flush()
        exchange_case(session, case_id, lambda project: rename_case(project, case_id, name))
        self._say(f"{case_id} is called {name} now.")

    @command(
        "case.replace_picture",
        "Replace p&icture…",
        shortcut="Ctrl+F12",
        needs=_WRITES,
        tip="Give the case another file as its picture; the one before goes to the bin",
    )
    def replace_picture(self) -> None:
        """Ask for a file and make it the picture of the current case."""
        session = self._app.session
        if (case_id := session.current_id) is None or session.project is None:
            return
        chosen, _ = QFileDialog.getOpenFileName(self._window, f"Another picture for {case_id}", str(Path.home()))
        if not chosen:
            return
        self._flush()
        copy = not Path(session.project.case(case_id).image).is_absolute()
        said: list[str] = []

        def change(project: Project) -> Case:
            done = replace_picture(project, case_id, Path(chosen), copy=copy)
            said.append(done.sentence)
            return done.case

        exchange_case(session, case_id, change)
        self._say(said[0])

    def _flush(self) -> None:
        self._app.editor.leave()
        if not self._app.autosave.flush():
            raise ProjectError("The mask cannot be saved at the moment, so the case stays as it is. Try again later.")

    def _say(self, sentence: str) -> None:
        self._app.project_jobs.notice.emit(sentence, None, True)


class RenameDialog(FormDialog):
    """The name of a case, to be changed."""

    def __init__(self, parent: QWidget | None, project: ProjectReader, case_id: str) -> None:
        """Show the name that it has."""
        super().__init__(parent, f"Rename {case_id}", "Rename")
        self._project, self._case_id = project, case_id
        self._name = with_object_name(QLineEdit(case_id), "name")
        self._name.selectAll()
        self.form.addRow("&Name", self._name)
        self._name.textChanged.connect(self.check)
        self.check()

    def name(self) -> str:
        """The content of the field."""
        return self._name.text().strip()

    def problem(self) -> str:
        """A sentence about what is wrong with the name; empty when nothing is."""
        return problem_with_name(self._project, self._case_id, self.name())
