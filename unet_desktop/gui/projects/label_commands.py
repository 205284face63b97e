"""Commands that change the labels of the open project."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QProgressDialog, QWidget

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.commands.command import CommandSet, Needs, ShowsErrors, command
from unet_desktop.gui.projects.label_editor import LabelEditor
from unet_desktop.label_edits import describe_edit
from unet_desktop.project.case import CaseState
from unet_desktop.project.label_changes import find_undoable
from unet_desktop.project.lease import lease_exclusively
from unet_desktop.project.models import list_models
from unet_desktop.project.project import Project
from unet_desktop.project.relabel import RelabelStep, refuse_labels_of_workbook, relabel, undo_relabel

_SHOWN_AFTER = 500
"""Milliseconds until the progress is shown."""


class LabelSetCommands(CommandSet):
    """Edit the labels, undo the last change of them."""

    def __init__(self, app: AppModel, window: QWidget, errors: ShowsErrors) -> None:
        """Open dialogs over the window."""
        super().__init__(errors)
        self._app, self._window = app, window

    @command(
        "project.labels",
        "&Labels…",
        shortcut="Ctrl+Alt+L",
        icon="labels",
        needs=Needs.PROJECT | Needs.IDLE | Needs.WRITABLE,
        tip="Add, rename, recolour, nest, order, merge and remove the labels of the project",
    )
    def edit(self) -> None:
        """Ask for other labels, and change them."""
        project = self._app.session.project
        if project is None:
            return
        refuse_labels_of_workbook(project)
        last = find_undoable(project.layout)
        dialog = LabelEditor(
            self._window,
            project.labels,
            worked_on=sum(case.state is not CaseState.NEW for case in project.cases()),
            models=[
                (model.name, model.header.labels)
                for model in list_models(project.layout)
                if model.header.labels.same_structures(project.labels)
            ],
            last_change=() if last is None else last.what,
        )
        if not dialog.exec():
            return
        if dialog.undo_asked:
            self._change(undo_relabel, can_wait=False)
        elif describe_edit(project.labels, labels := dialog.labels()):
            self._change(lambda project: relabel(project, labels))

    def _change(self, change: Callable[[Project], Iterator[RelabelStep]], *, can_wait: bool = True) -> None:
        """Change the labels while the project is closed here, so that nothing else reads or writes its masks.

        Args:
            change: makes it.
            can_wait: the user may leave masks that are not rewritten yet for another time.
        """
        session = self._app.session
        project, case_id = session.project, session.current_id
        if project is None or not self._app.autosave.flush():
            return
        root, in_use = project.root, self._app.options.label
        session.close_project()
        self._app.editor.forget_histories()
        problems: list[str] = []
        try:
            with lease_exclusively(root) as lease:
                before = lease.project.labels
                problems = self._follow(change(lease.project.writable()), can_wait=can_wait)
                done = describe_edit(before, lease.project.labels)
        finally:
            session.open_project(root)
            if case_id in session.case_ids:
                session.open_case(case_id)
            labels = self._app.options.labels
            if labels is not None and in_use is not None and (same := labels.by_value(in_use.value)) is not None:
                self._app.options.choose_label(labels.labels.index(same))
        text = "Labels: " + "; ".join(done) + "." if done else "The labels are as they were."
        self._app.project_jobs.notice.emit("\n".join([text, *problems]), None, not problems)

    def _follow(self, steps: Iterator[RelabelStep], *, can_wait: bool) -> list[str]:
        """Follow the change with a progress over the window; returns the problems."""
        text = "Masks are rewritten for the changed labels. Until then they are read correctly, too."
        progress = QProgressDialog(text, "Finish later", 0, 0, self._window)
        progress.setWindowTitle("Labels")
        if not can_wait:
            progress.setLabelText("Masks are given back what they held before.")
            progress.setCancelButton(None)
        progress.setWindowModality(Qt.WindowModality.WindowModal)
        progress.setMinimumDuration(_SHOWN_AFTER)
        problems = []
        try:
            for step in steps:
                progress.setMaximum(step.total)
                progress.setValue(step.done)
                QApplication.processEvents()
                if step.problem:
                    problems.append(step.problem)
                if progress.wasCanceled():
                    break
        finally:
            progress.close()
            progress.deleteLater()
        return problems
