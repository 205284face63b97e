"""InterruptedJob: the training or folder run that was running when the program ended, by itself or not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject

from unet_desktop.errors import UserError
from unet_desktop.gui.jobs.runner import FolderRunToResume, JobRunner, TrainingToResume
from unet_desktop.gui.settings.settings import Store
from unet_desktop.json_data import DataError, check
from unet_desktop.tasks.folders.outputs import Outputs
from unet_desktop.tasks.folders.request import Request
from unet_desktop.tasks.interrupted import find_interrupted


class InterruptedJob(QObject):
    """Notes a job that can be resumed when it starts, and forgets it when it ends while the program runs."""

    def __init__(self, store: Store, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store, self._runner = store, runner
        self._noted = False
        runner.started.connect(self._on_runner_started)
        for ended in (runner.succeeded, runner.cancelled, runner.failed):
            ended.connect(self._on_runner_ended)

    def find(self) -> TrainingToResume | FolderRunToResume | None:
        """What can be resumed now; None if nothing was interrupted, or its files are gone."""
        try:
            found = _from_json(self._store.interrupted_job)
        except (DataError, UserError):  # not written by this version
            return None
        if isinstance(found, TrainingToResume):
            return found if find_interrupted(found.root) is not None else None
        if isinstance(found, FolderRunToResume) and found.request.output.is_dir() and found.request.model.is_file():
            return found
        return None

    def _on_runner_started(self) -> None:
        job = self._runner.job
        if job is not None and job.to_resume is not None:
            self._noted = True
            self._store.keep_interrupted_job(_to_json(job.to_resume))

    def _on_runner_ended(self) -> None:
        if self._noted:
            self._noted = False
            self._store.keep_interrupted_job(None)


def _to_json(job: TrainingToResume | FolderRunToResume) -> dict[str, Any]:
    if isinstance(job, TrainingToResume):
        return {"training": str(job.root.absolute())}
    request = job.request
    return {
        "title": job.title,
        "sources": [str(path.absolute()) for path in request.sources],
        "output": str(request.output.absolute()),
        "model": str(request.model.absolute()),
        "outputs": request.outputs.to_json(),
        "recursive": request.recursive,
    }


@dataclass(frozen=True, slots=True)
class _StoredRun:
    title: str
    sources: list[str]
    output: str
    model: str
    outputs: dict[str, Any]
    recursive: bool


def _from_json(data: dict[str, Any]) -> TrainingToResume | FolderRunToResume | None:
    if not data:
        return None
    if "training" in data:
        return TrainingToResume(Path(check(data["training"], str)))
    run = check(data, _StoredRun)
    request = Request(
        sources=tuple(Path(path) for path in run.sources),
        output=Path(run.output),
        model=Path(run.model),
        outputs=Outputs.from_json(run.outputs),
        recursive=run.recursive,
    )
    return FolderRunToResume(request, run.title)
