"""Commands of grading: the form, and what is given for the open case."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.commands.command import CommandSet, Needs, ShowsErrors, command, guarded
from unet_desktop.gui.grading.form_editor import FormEditor
from unet_desktop.gui.grading.panel import GradingPanel
from unet_desktop.project.case import Grade
from unet_desktop.project.settings_writer import refuse_form_of_workbook


class GradingCommands(CommandSet):
    """Set the form, and note what a person measures and grades in the open case."""

    def __init__(
        self,
        app: AppModel,
        window: QWidget,
        panel: GradingPanel,
        show_panel: Callable[[], None],
        errors: ShowsErrors,
    ) -> None:
        """Make the commands.

        Args:
            app: what is behind the window.
            window: the parent of dialogs.
            panel: has the items.
            show_panel: brings the panel to the front.
            errors: shows what goes wrong.
        """
        super().__init__(errors)
        self._app, self._window, self._panel, self._show_panel = app, window, panel, show_panel

    @command(
        "case.grade",
        "Grade b&y form",
        shortcut="Y",
        icon="grade",
        needs=Needs.CASE,
        tip="Go to the items of the grading form; digits give a choice, Esc goes back to the picture",
    )
    def grade(self) -> None:
        self._show_panel()
        self._panel.take_keyboard()

    @command(
        "case.form",
        "&What is graded…",
        shortcut="Ctrl+Shift+G",
        icon="form",
        needs=Needs.PROJECT | Needs.WRITABLE,
        tip="Change the grading form: the items that are graded in each case",
    )
    def edit_form(self) -> None:
        session = self._app.session
        project = session.project
        if project is None:
            return
        refuse_form_of_workbook(project)
        self._panel.commit()
        dialog = FormEditor(self._window, project.form, shows_eye=project.labels.shows_eye())
        if dialog.exec() and (form := dialog.result_form()) != project.form:
            session.set_form(form)

    @guarded
    def give_grade(self, key: str, grade: Grade | None) -> None:
        """Note a grade of the open case; None removes it. If it cannot be written, the old one is shown again."""
        session = self._app.session
        if session.open is None or session.case_id is None:
            return
        try:
            session.grade(grades={key: grade})
        except Exception:
            session.case_updated.emit(session.case_id)
            raise

    @guarded
    def place_fovea(self, fovea: tuple[float, float] | None) -> None:
        """Note where the fovea of the open case is, (x, y) in image pixels; None removes it."""
        opened = self._app.session.open
        if opened is not None and fovea != opened.case.fovea:
            self._app.session.grade(fovea=None if fovea is None else (round(fovea[0], 2), round(fovea[1], 2)))
