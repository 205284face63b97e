"""Lease: opening a project so that no other program changes it meanwhile."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from unet_desktop import files
from unet_desktop.errors import ProjectError, UserError, WriteError
from unet_desktop.label_edits import describe_edit
from unet_desktop.labels import LabelSet
from unet_desktop.links import refuse_links
from unet_desktop.project.bin import settle
from unet_desktop.project.guard import Guard
from unet_desktop.project.holder import Holder
from unet_desktop.project.layout import Layout
from unet_desktop.project.lock import Lock, try_lock
from unet_desktop.project.manifest import read_manifest
from unet_desktop.project.project import Project
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.recovery import recover
from unet_desktop.project.relabel import finish_relabel, relabel
from unet_desktop.project.rename import finish_renaming
from unet_desktop.project.versions import remove_version_temporaries

_PATIENCE = 3.0
"""Seconds that opening a project may take for masks that an interrupted change of the labels left to be rewritten."""


class ProjectLease:
    """An open project, held until `release`.

    Attributes:
        project: what was opened: a `Project`, or only a `ProjectReader` when there is an obstacle to changing it.
        recovered: sentences about steps recovered after an earlier program crashed.
    """

    def __init__(
        self, project: ProjectReader, lock: Lock | Holder | None, recovered: list[str], guard: Guard | None = None
    ) -> None:
        """Use `lease_project`."""
        self.project, self.recovered = project, recovered
        self._lock, self._guard = lock, guard

    @property
    def holder(self) -> Holder | None:
        """The other program that has the project, or None if there is none."""
        return self._lock if isinstance(self._lock, Holder) else None

    @property
    def is_weak(self) -> bool:
        """Whether another program could change the project too, because its drive has no locks."""
        return isinstance(self._lock, Lock) and self._lock.is_weak

    @property
    def obstacle(self) -> str:
        """Why the project cannot be changed here, as a sentence; empty if it can."""
        return self.project.obstacle

    def reopen(self, root: Path) -> ProjectLease:
        """Read the project again and keep holding it; `root` may be another path of the same folder.

        Raises:
            ProjectError: it is damaged.
        """
        if self._guard is not None:
            self._guard.check()
            self._guard.watch(root)
        return ProjectLease(Project.open(root), self._lock, [], self._guard)

    def release(self) -> None:
        """Let other programs open it for writing."""
        if self._guard is not None:
            self._guard.stop()
        if isinstance(self._lock, Lock):
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.release()


def lease_project(root: Path) -> ProjectLease:
    """Open a project for writing, or for reading if another program has it or if writing could harm other files.

    Opening for writing removes temporaries and recovers unsaved steps.

    Raises:
        ProjectError: not a project, or damaged.
    """
    layout = Layout(root)
    read_manifest(layout.manifest)  # do not create a lock file in a folder that is not a project
    try:
        for folder in layout.own_folders:
            refuse_links(root, folder)
        lock = try_lock(layout.lock)
    except WriteError as error:
        return _reading_lease(root, None, f"This project is opened for reading only: {error}")
    if isinstance(lock, Holder):
        return _reading_lease(
            root, lock, f"This project is open in another program ({lock}), so it cannot be changed here."
        )
    guard = Guard(root, lock)
    try:
        for folder in (root, *layout.own_folders):
            files.remove_temporaries(folder, alone=True)
        remove_version_temporaries(layout)
        settle(layout)
        finish_renaming(layout)
        project = Project.open(root)
        recovered = recover(project)
        recovered += [*_finish_labels(project), *_follow_project(project)]
        return ProjectLease(project, lock, recovered, guard)
    except BaseException:
        guard.stop()
        lock.release()
        raise


def _finish_labels(project: Project) -> list[str]:
    """Finish a change of the labels that was interrupted; returns sentences about it."""
    try:
        problems = [step.problem for step in finish_relabel(project, _PATIENCE) if step.problem]
    except UserError as error:  # masks are read correctly without it
        return [f"A change of the labels is not finished yet: {error}"]
    return problems


def _follow_project(project: Project) -> list[str]:
    """Give a reader's workbook the labels and the form that its project got meanwhile; returns sentences about it."""
    around = Layout(project.root.parent.parent)
    if project.root.parent != around.readers or not around.manifest.is_file():
        return []
    try:
        manifest = read_manifest(around.manifest)
        said = _follow_labels(project, manifest.labels)
        if project.workbook is not None and manifest.form and manifest.form != project.form:
            project.set_form(manifest.form)
            said.append("The grading form is the one that the project has now.")
    except UserError as error:
        return [f"The labels and the form of this reading could not be changed as the project's were: {error}"]
    return said


def _follow_labels(project: Project, labels: LabelSet) -> list[str]:
    if not describe_edit(project.labels, labels) or not project.labels.grew_into(labels):
        return []
    values = {label.value for label in labels} | {gone.value for gone in labels.retired}
    own = tuple(gone for gone in project.labels.retired if gone.value not in values)
    steps = list(relabel(project, LabelSet(labels.labels, (*labels.retired, *own))))
    return ["The labels are those that the project got meanwhile.", *(step.problem for step in steps if step.problem)]


def _reading_lease(root: Path, holder: Holder | None, obstacle: str) -> ProjectLease:
    project = ProjectReader.open(root)
    project.obstacle = obstacle
    return ProjectLease(project, holder, [])


def lease_exclusively(root: Path) -> ProjectLease:
    """Open a project for writing.

    Raises:
        ProjectError: not a project, damaged, another program has it, or writing could harm other files.
    """
    lease = lease_project(root)
    if lease.holder is not None:
        raise ProjectError(
            f"The project {root} is open in another program ({lease.holder}). Close it there, then try again."
        )
    if lease.obstacle:
        raise ProjectError(lease.obstacle)
    return lease
