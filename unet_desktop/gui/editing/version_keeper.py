"""VersionKeeper: keeps earlier states of the open mask, in a thread, so that neither brush nor saving waits for it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from unet_desktop.errors import ProjectLostError, UserError, sentence_of
from unet_desktop.gui.editing.editor import CaseKey, Editor
from unet_desktop.gui.editing.proposal import ACCEPTED_NAMES
from unet_desktop.gui.session.session import Session
from unet_desktop.gui.settings.settings import Store
from unet_desktop.masks.history import Step, StepKind
from unet_desktop.masks.patch import SourcePatch
from unet_desktop.masks.regions import Mask
from unet_desktop.project.case import Case, CaseState
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.version_limits import VersionLimits, prune_versions
from unet_desktop.project.versions import Origin, VersionStep, keep_version

log = logging.getLogger("unet.gui")

EVERY = 180_000
"""Milliseconds of painting after which a passing state is kept."""
_BUSY = 2000
"""Milliseconds to wait for a gesture to end."""
_PRUNE_AFTER = 0.05
"""Share of the room for all versions that is written before they are pruned again."""


class VersionKeeper(QObject):
    """Decides when a state of the open mask becomes a version, and has it written.

    That is when its case is left, approved or restored, when a proposal is accepted, every few minutes while painting
    goes on, and before the first change of a mask that no version holds.

    Signals:
        kept(CaseKey): this case may have another version.
        failed(sentence): a version cannot be kept; the mask itself is none of this thread's business.
    """

    kept = Signal(object)
    failed = Signal(str)
    _done = Signal()

    def __init__(self, session: Session, editor: Editor, store: Store, parent: QObject | None = None) -> None:
        """Follow session and editor; `Autosave` must be connected before, because it ends gestures on leaving."""
        super().__init__(parent)
        self._session, self._editor, self._store = session, editor, store
        self._case: Case | None = None  # the open one, as it was when it was opened
        self._steps = 0  # since the last version
        self._is_first = True  # nothing has been changed since the case was opened
        self._written = 0  # bytes since the versions were pruned
        self._failing = self._is_over = False
        # At normal priority: a starved thread that holds Python's lock would make the window wait.
        self._pool = ThreadPoolExecutor(1, "versions")
        self._running: list[Future[None]] = []
        self._results: SimpleQueue[tuple[CaseKey, int, int, str, bool]] = SimpleQueue()
        self._timer = QTimer(self, singleShot=True, interval=EVERY)
        self._timer.timeout.connect(self._on_timer)
        self._done.connect(self._take_results)
        editor.edited.connect(self._on_editor_edited)
        session.leaving.connect(self._on_session_leaving)
        session.leaving_project.connect(self._on_session_leaving_project)
        session.project_changed.connect(self._on_session_project_changed)
        session.case_changed.connect(self._on_session_case_changed)
        session.case_updated.connect(self._on_session_case_updated)

    def keep(self, step: VersionStep = VersionStep.PAINTED, *, approved: bool = False) -> None:
        """Keep the mask as it is now."""
        self._keep(step, approved=approved)

    def keep_changes(self) -> None:
        """Keep the mask as it is now if it was changed since the last version."""
        if self._steps:
            self._keep(VersionStep.PAINTED)

    def run(self, work: Callable[..., None], *arguments: Any) -> None:
        """Run this in the thread that writes versions, after those that are being written; no more after the end."""
        if self._is_over:
            return
        self._running = [future for future in self._running if not future.done()]
        self._running.append(self._pool.submit(work, *arguments))

    def wait(self) -> None:
        """Wait until everything is written that was given."""
        for future in tuple(self._running):
            future.result()
        self._take_results()

    def shutdown(self) -> None:
        """Keep the open mask, and end the thread."""
        self.keep_changes()
        self._timer.stop()
        self._is_over = True
        self._pool.shutdown(wait=True)

    def _keep(self, step: VersionStep, *, passing: bool = False, approved: bool = False, is_left: bool = False) -> None:
        editor, project = self._editor, self._session.project
        if project is None or project.read_only or editor.key is None or editor.mask is None or editor.untouched:
            self._steps = 0
            return
        mask = editor.mask if is_left else editor.mask.copy()  # a mask that is left is not edited any more
        steps, self._steps = self._steps, 0
        self._timer.stop()
        self._submit(project, editor.key, mask, Origin(step, None, editor.model, steps, passing, approved))

    def _submit(self, project: ProjectReader, key: CaseKey, mask: Mask, origin: Origin) -> None:
        self.run(self._write, project, key, mask, origin)

    def _write(self, project: ProjectReader, key: CaseKey, mask: Mask, origin: Origin) -> None:
        """Run in the thread."""
        written, problem, is_said = 0, "", False
        try:
            _, written = keep_version(project.layout, project.labels, key[1], mask, origin)
        except ProjectLostError as error:  # saving the mask says so too, and where it is then
            problem, is_said = str(error), True
        except (UserError, OSError) as error:
            log.warning("no version of %s: %s", key[1], error)
            problem = sentence_of(error)
        except Exception as error:  # the thread's boundary: a version must not take anything else down
            log.exception("no version of %s", key[1])
            problem = str(error)
        self._results.put((key, origin.steps, written, problem, is_said))
        self._done.emit()

    def _take_results(self) -> None:
        while True:
            try:
                key, steps, written, problem, is_said = self._results.get_nowait()
            except Empty:
                break
            if problem and key == self._editor.key:  # the next one holds these steps too
                self._steps += steps
                self._timer.start()
            if problem and not is_said and not self._failing:
                self.failed.emit(f"No version of {key[1]} is kept: {problem} The mask itself is saved apart from it.")
            self._failing = bool(problem) and not is_said
            self._written += written
            self.kept.emit(key)
        if self._written > self._store.settings.versions.megabytes * 1_000_000 * _PRUNE_AFTER:
            self.prune()

    def prune(self) -> None:
        """Drop what is too much or too old in the open project."""
        project, self._written = self._session.project, 0
        if project is not None and not project.read_only:
            self.run(_prune, project, self._store.settings.versions)

    def _on_editor_edited(self, step: Step) -> None:
        editor, project = self._editor, self._session.project
        if project is None or project.read_only or editor.mask is None or editor.key is None:
            return
        if self._is_first:
            self._is_first = False
            self._keep_opened(project, editor.key, editor.mask, step)
        self._steps += 1
        if step.kind is StepKind.DONE and isinstance(step.patch, SourcePatch) and step.patch.name in ACCEPTED_NAMES:
            self._keep(VersionStep.ACCEPTED)
        elif not self._timer.isActive():
            self._timer.start()

    def _keep_opened(self, project: ProjectReader, key: CaseKey, mask: Mask, step: Step) -> None:
        """Keep the mask as it was before this first step."""
        case, opened = self._case, self._session.open
        if case is None or opened is None or opened.mask is None:
            return
        before = mask.copy()
        step.patch.inverse().apply(before)
        model = step.patch.model_before if isinstance(step.patch, SourcePatch) else self._editor.model
        origin = Origin(VersionStep.FOUND, case.changed_by, model, when=case.changed_at)
        self._submit(project, key, before, origin)

    def _on_timer(self) -> None:
        if self._editor.drawing:
            self._timer.start(_BUSY)
        elif self._steps:
            self._keep(VersionStep.PAINTED, passing=True)
        self._timer.setInterval(EVERY)

    def _on_session_leaving(self) -> None:
        if self._steps:
            self._keep(VersionStep.PAINTED, is_left=True)

    def _on_session_leaving_project(self) -> None:
        self.keep_changes()
        self.wait()  # the project may belong to another program soon

    def _on_session_project_changed(self) -> None:
        self.prune()

    def _on_session_case_changed(self) -> None:
        opened = self._session.open
        self._case = None if opened is None else opened.case
        self._steps, self._is_first = 0, True
        self._timer.stop()

    def _on_session_case_updated(self, case_id: str) -> None:
        opened = self._session.open
        if opened is None or self._case is None or opened.case.id != case_id:
            return
        if opened.case.state is CaseState.APPROVED and self._case.state is not CaseState.APPROVED:
            self._keep(VersionStep.PAINTED if self._steps else VersionStep.FOUND, approved=True)
        self._case = opened.case


def _prune(project: ProjectReader, limits: VersionLimits) -> None:
    """Run in the thread."""
    try:
        dropped = prune_versions(project.layout, limits)
    except (UserError, OSError) as error:
        log.warning("versions were not pruned: %s", error)
    except Exception:
        log.exception("versions were not pruned")
    else:
        log.info("%d versions dropped", dropped)
