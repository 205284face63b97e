"""Commands of adjudication: take a reader's mask or a consensus, and go where readers differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from unet_desktop.errors import ProjectError
from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.commands.command import CommandSet, Needs, ShowsErrors, command, guarded
from unet_desktop.gui.editing.adjudication import LEAST_FOR_CONSENSUS
from unet_desktop.gui.jobs.runner import Job
from unet_desktop.gui.readers.panel import ReadersPanel
from unet_desktop.project.case import CaseState
from unet_desktop.tasks.events import CaseDisagreement, DisagreementEvent, ReadersCompared

_OF_READERS = Needs.CASE | Needs.WRITABLE | Needs.READERS
_OF_CONSENSUS = _OF_READERS | Needs.CONSENSUS


class AdjudicationCommands(CommandSet):
    """Make a reader's mask, the majority or STAPLE the mask; find disagreements."""

    def __init__(self, app: AppModel, panel: ReadersPanel, show_panel: Callable[[], None], errors: ShowsErrors) -> None:
        """Make the commands; `show_panel` brings the panel to the front."""
        super().__init__(errors)
        self._app, self._panel, self._show_panel = app, panel, show_panel
        self._found: tuple[CaseDisagreement, ...] | None = None
        app.session.project_changed.connect(self._forget)

    @command(
        "readers.use",
        "&Use this mask",
        shortcut="Ctrl+Alt+U",
        needs=_OF_READERS,
        tip="Make the chosen reader's mask the mask of the case; undo brings back what is there now",
    )
    def use_reader(self) -> None:
        self._app.adjudication.use(self._panel.chosen_key)

    @command(
        "readers.majority",
        "Ma&jority",
        shortcut="Ctrl+Alt+J",
        needs=_OF_CONSENSUS,
        tip=f"Make what more than half of the readers drew the mask of the case; needs {LEAST_FOR_CONSENSUS} readers",
    )
    def use_majority(self) -> None:
        self._app.adjudication.use_majority()

    @command(
        "readers.staple",
        "&STAPLE",
        shortcut="Ctrl+Alt+S",
        needs=_OF_CONSENSUS,
        tip=(
            "Make the likely truth the mask of the case, where readers who agree with it count more (Warfield 2004); "
            f"needs {LEAST_FOR_CONSENSUS} readers"
        ),
    )
    def use_staple(self) -> None:
        self._app.adjudication.use_staple()

    @command(
        "readers.compare",
        "&Find disagreements",
        shortcut="Ctrl+Alt+F",
        needs=Needs.PROJECT | Needs.CASES | Needs.IDLE,
        tip="Compare the readers' masks of all cases, and list those in which they differ most",
    )
    def find_disagreements(self) -> None:
        self._compare(go_on=False)

    @command(
        "readers.next_disagreement",
        "&Next disagreement",
        shortcut="Ctrl+Alt+N",
        needs=Needs.PROJECT | Needs.CASES | Needs.IDLE,
        tip="Open the case with the next largest disagreement that is not approved yet",
    )
    def go_to_next(self) -> None:
        if self._found is None:
            self._compare(go_on=True)
        else:
            self._open_next()

    @guarded
    def open_case(self, name: str) -> None:
        """Open a case of the list."""
        self._app.session.open_case(name)

    def _compare(self, *, go_on: bool) -> None:
        project = self._app.session.project
        if project is None:
            return
        if project.workbook is not None:
            raise ProjectError("Other readers' masks are hidden in a masked reading. Go back to the project first.")
        root = project.root
        results: list[ReadersCompared] = []

        def start() -> Iterator[DisagreementEvent]:
            from unet_desktop.tasks.readers.disagreement import find_disagreements

            for event in find_disagreements(root):
                if isinstance(event, ReadersCompared):
                    results.append(event)
                yield event

        def show() -> None:
            if results:
                self._show(results[0].cases, go_on=go_on)

        kept = "Nothing was changed."
        self._app.runner.start(Job("Comparing readers", start, then=show, root=root, kept=lambda: kept))

    @guarded
    def _show(self, cases: tuple[CaseDisagreement, ...], *, go_on: bool) -> None:
        self._found = cases
        self._panel.set_disagreements(cases)
        self._show_panel()
        if go_on:
            self._open_next()
        self._panel.set_current(self._app.session.case_id or "")

    def _open_next(self) -> None:
        """Open the next case of the list that is not approved, after the open one; start over at its end."""
        project, names = self._app.session.project, [case.name for case in self._found or ()]
        if project is None:
            return
        at = names.index(self._app.session.case_id) + 1 if self._app.session.case_id in names else 0
        known = set(self._app.session.case_ids)
        for name in (*names[at:], *names[:at]):
            if name in known and project.case(name).state is not CaseState.APPROVED:
                if name == self._app.session.case_id:
                    break
                self._app.session.open_case(name)
                return
        self._app.project_jobs.notice.emit("No other case with a disagreement is left to approve.", None, True)

    def _forget(self) -> None:
        self._found = None
        self._panel.set_disagreements(None)
