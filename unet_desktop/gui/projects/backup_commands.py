"""Commands of backups: the project as one file, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.commands.command import CommandSet, Needs, ShowsErrors, command
from unet_desktop.gui.jobs.runner import Job
from unet_desktop.gui.projects.backup_dialogs import BackUpDialog, RestoreDialog
from unet_desktop.project.layout import Layout
from unet_desktop.tasks.backup.archive import SUFFIX, open_archive, read_list
from unet_desktop.tasks.events import BackupEvent


class BackupCommands(CommandSet):
    """Back up, restore."""

    def __init__(self, app: AppModel, window: QWidget, open_root: Callable[[Path], None], errors: ShowsErrors) -> None:
        """Open dialogs over the window; `open_root` opens a project that was restored."""
        super().__init__(errors)
        self._app, self._window, self._open_root = app, window, open_root

    @command(
        "project.back_up",
        "Back &up…",
        shortcut="Ctrl+Alt+K",
        needs=Needs.PROJECT | Needs.IDLE,
        tip="Write the project to one file, with a list of digests; you can go on working meanwhile",
    )
    def back_up(self) -> None:
        """Save what is not saved yet, then back up in the background."""
        project = self._app.session.project
        if project is None:
            return
        dialog = BackUpDialog(self._window, project.root, project.name)
        if not dialog.exec() or not self._app.autosave.flush():
            return
        self._app.version_keeper.keep_changes()
        self._app.version_keeper.wait()
        root, target, pictures = project.root, dialog.target(), dialog.with_pictures

        def start() -> Iterator[BackupEvent]:
            from unet_desktop.tasks.backup.write import back_up

            return back_up(root, target, pictures=pictures)

        kept = "No backup is written then; a former one of this name stays."
        done = f"{target.name} was written to {target.parent}."
        job = Job("Backing up", start, done=done, root=root, kept=lambda: kept, says_messages=True)
        self._app.runner.start(job)

    @command(
        "project.restore_backup",
        "Restore a b&ackup…",
        shortcut="Ctrl+Alt+R",
        needs=Needs.IDLE,
        tip="Make a project of a backup, after comparing every file with its digest",
    )
    def restore_backup(self) -> None:
        recent = self._app.store.settings.recent
        start_at = str(recent[0].parent) if recent else str(Path.home())
        chosen, _ = QFileDialog.getOpenFileName(self._window, "Restore a backup", start_at, f"Backup (*{SUFFIX})")
        if not chosen:
            return
        source = Path(chosen)
        with open_archive(source) as archive:
            held = read_list(archive, source)
        dialog = RestoreDialog(self._window, source, held)
        if not dialog.exec():
            return
        folder, pictures = dialog.folder(), dialog.pictures()

        def start() -> Iterator[BackupEvent]:
            from unet_desktop.tasks.backup.restore import restore_backup

            return restore_backup(source, folder, pictures=pictures)

        def open_restored() -> None:
            if Layout(folder).manifest.is_file():
                self._open_root(folder)

        kept = "Nothing is restored then."
        job = Job("Restoring", start, then=open_restored, done="The backup was restored.", kept=lambda: kept)
        self._app.runner.start(job)
