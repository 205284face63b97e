"""Commands that keep a project whole: remove and put back, check and repair, who did what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from unet_desktop import person
from unet_desktop.errors import ProjectError
from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.commands.command import CommandSet, Needs, ShowsErrors, command, guarded
from unet_desktop.gui.jobs.runner import Job
from unet_desktop.gui.messages.banner import Banner
from unet_desktop.gui.messages.confirm import confirm
from unet_desktop.gui.projects.bin_dialog import BinDialog
from unet_desktop.gui.projects.check_dialog import CheckDialog
from unet_desktop.gui.projects.name_dialog import NameDialog
from unet_desktop.plurals import quantity
from unet_desktop.project.bin import Removed, empty_bin, list_bin
from unet_desktop.project.trail import read
from unet_desktop.tasks.changed_cases import CasesRemoved, CasesWritten
from unet_desktop.tasks.events import CheckEvent, CheckFinding, CheckRemark

_MANY = 5
"""Cases that are put back in the background if they are more."""


class KeepingCommands(CommandSet):
    """Remove a case, show the bin, check the project, export the trail, give a name."""

    def __init__(self, app: AppModel, window: QWidget, banner: Banner, errors: ShowsErrors) -> None:
        """Open dialogs over the window, and offer in the banner to undo a removal."""
        super().__init__(errors)
        self._app, self._window, self._banner = app, window, banner
        app.editor.edited.connect(self._ask_for_name)
        app.proposal.decided.connect(self._ask_for_name)
        app.session.marked.connect(self._ask_for_name)
        self._asked = False

    @command(
        "case.remove",
        "Rem&ove case",
        shortcut="Ctrl+Del",
        needs=Needs.PROJECT | Needs.CASES | Needs.WRITABLE | Needs.IDLE,
        tip="Move the case with its mask to the project's bin; it can be put back",
    )
    def remove_case(self) -> None:
        """Move the open case, or the one that cannot be opened, to the bin and go to the next one."""
        self.remove_cases(self._app.session.selected_ids)

    @guarded
    def remove_cases(self, ids: Sequence[str]) -> None:
        """Move these cases to the bin, and offer to undo that.

        Raises:
            ProjectError: a job is running, which may be working on them.
        """
        session = self._app.session
        if len(ids) > 1:
            self._remove_several(ids)
            return
        if not ids:
            return
        (case_id,) = ids
        if self._app.runner.busy:
            raise ProjectError(f"{self._app.runner.title} is running. Wait until it has ended, then remove the case.")
        if session.project is None or not self._app.autosave.flush():
            return
        following = session.step(1) or session.step(-1) if case_id == session.current_id else None
        removed = session.remove_case(case_id)
        if following is not None:
            session.open_case(following)
        self._banner.show_action(f"{case_id} is in the bin.", "Undo", lambda: self._put_back([removed]))

    def _remove_several(self, ids: Sequence[str]) -> None:
        """Move cases to the bin in the background, and offer to undo that."""
        session, runner = self._app.session, self._app.runner
        if runner.busy:
            raise ProjectError(f"{runner.title} is running. Wait until it has ended, then remove the cases.")
        if session.project is None or not self._app.autosave.flush():
            return
        if session.current_id in ids:
            session.close_case()
        root, jobs = session.project.root, self._app.project_jobs

        def start() -> Iterator[CasesRemoved]:
            from unet_desktop.tasks.change_cases import remove_cases

            return remove_cases(root, ids)

        def offer_undo() -> None:
            removed = list(jobs.removed)
            if session.current_id is None and session.case_ids and session.project is not None:
                session.open_case(session.next_uncorrected() or session.case_ids[0])
            if removed and not jobs.details:
                count = quantity(len(removed), "case is", "cases are")
                self._banner.show_action(f"{count} in the bin.", "Undo", lambda: self._put_back(removed))

        kept = "The cases removed so far are in the bin."
        title = f"Removing {quantity(len(ids), 'case')}"
        runner.start(Job(title, start, at_end=offer_undo, root=root, kept=lambda: kept))

    @command(
        "project.bin",
        "&Bin…",
        shortcut="Ctrl+Shift+B",
        needs=Needs.PROJECT | Needs.IDLE,
        tip="Put removed cases and models back, or delete them for good",
    )
    def show_bin(self) -> None:
        project = self._app.session.project
        if project is None:
            return
        dialog = BinDialog(self._window, writable=not project.read_only)
        dialog.set_entries(list_bin(project.layout))

        def put_back(entries: list[Removed]) -> None:
            self._put_back(entries)
            dialog.set_entries(list_bin(project.layout))

        def empty() -> None:
            if confirm(dialog, "Empty the bin", dialog.question(), "Delete for good"):
                self._empty_bin()
                dialog.set_entries(list_bin(project.layout))

        dialog.restore_requested.connect(put_back)
        dialog.empty_requested.connect(empty)
        dialog.exec()

    @guarded
    def _put_back(self, entries: list[Removed]) -> None:
        session, runner = self._app.session, self._app.runner
        if session.project is None:
            return
        if len(entries) > _MANY and all(removed.kind == "case" for removed in entries) and not runner.busy:
            root = session.project.root

            def start() -> Iterator[CasesWritten]:
                from unet_desktop.tasks.change_cases import restore_cases

                return restore_cases(root, entries)

            self._banner.hide_action()
            title = f"Putting {quantity(len(entries), 'case')} back"
            runner.start(Job(title, start, root=root, kept=lambda: "The other cases stay in the bin."))
            return
        for removed in entries:
            session.restore_removed(removed)
        self._banner.hide_action()
        case = next((removed.name for removed in entries if removed.kind == "case"), None)
        if case is not None:
            session.open_case(case)

    @guarded
    def _empty_bin(self) -> None:
        if self._app.session.project is not None:
            empty_bin(self._app.session.project.writable().layout)
            self._banner.hide_action()

    @command(
        "project.check",
        "Chec&k project…",
        shortcut="Ctrl+Shift+K",
        needs=Needs.PROJECT | Needs.IDLE,
        tip="Compare pictures, masks, predictions, models and the trail with what is recorded of them",
    )
    def check_project(self) -> None:
        self._check(repair=False)

    def _check(self, *, repair: bool) -> None:
        """Check in the background, then show what was found; whoever wants it repaired starts it once more."""
        project = self._app.session.project
        if project is None or not self._app.autosave.flush():
            return
        root, findings, remarks = project.root, list[CheckFinding](), list[CheckRemark]()

        def start() -> Iterator[CheckEvent]:
            from unet_desktop.tasks.check_project import check_project
            from unet_desktop.tasks.review import review_masks, review_pictures

            yield from check_project(root, repair=repair, is_alone=False)
            if not repair:
                yield from review_masks(root)
                yield from review_pictures(root)

        def collect() -> Iterator[CheckEvent]:
            for event in start():
                if isinstance(event, CheckFinding):
                    findings.append(event)
                elif isinstance(event, CheckRemark):
                    remarks.append(event)
                yield event

        def show() -> None:
            if repair:
                self._read_again()
            self._show_findings(findings, remarks, after_repair=repair)

        job = Job(
            "Repairing the project" if repair else "Checking the project",
            collect,
            then=show,
            root=root,
            kept=lambda: "What was repaired so far stays repaired." if repair else "Nothing was changed.",
        )
        self._app.runner.start(job)

    @guarded
    def _read_again(self) -> None:
        self._app.session.read_folder_again()

    @guarded
    def _show_findings(self, findings: list[CheckFinding], remarks: list[CheckRemark], *, after_repair: bool) -> None:
        project = self._app.session.project
        if project is None:
            return
        if not findings and not remarks:
            self._app.project_jobs.notice.emit("The project was checked: everything is as it should be.", None, True)
            return
        dialog = CheckDialog(self._window, findings, remarks, writable=not project.read_only, after_repair=after_repair)
        if dialog.exec():
            self._check(repair=True)

    @command(
        "project.trail",
        "&Export trail…",
        shortcut="Ctrl+Shift+E",
        needs=Needs.PROJECT,
        tip="Write as CSV who created, changed, accepted, approved, flagged or removed which case or model",
    )
    def export_trail(self) -> None:
        project = self._app.session.project
        if project is None:
            return
        start = str(Path.home() / f"{project.root.name}-trail.csv")
        chosen, _ = QFileDialog.getSaveFileName(self._window, "Export the trail", start, "CSV (*.csv)")
        if not chosen:
            return
        from unet_desktop.tasks.trail_table import write_trail

        found = read(project.layout)
        write_trail(found, Path(chosen))
        whole = not found.problems
        text = f"{Path(chosen).name} was written: {len(found.entries):,} entries."
        self._app.project_jobs.notice.emit("\n".join([text, *found.problems]), None, whole)

    @command("app.name", "&Your name…", shortcut="Ctrl+Shift+N", tip="The name under which your work is noted")
    def give_name(self) -> None:
        dialog = NameDialog(self._window, person.read_name())
        if dialog.exec():
            person.keep_name(dialog.name())
            self._banner.hide_action()
            self._app.person_changed.emit()

    def _ask_for_name(self) -> None:
        """Offer once to give a name, without interrupting: the first time that somebody changes something."""
        if self._asked or person.was_asked():
            return
        self._asked = True
        self._banner.show_action(
            "Your work is noted in the project's trail. Under which name?",
            "Give a name…",
            self.give_name,
            self._decline,
        )

    @guarded
    def _decline(self) -> None:
        """Keep that no name is wanted; the menu still takes one."""
        if not person.was_asked():
            person.keep_name("")
