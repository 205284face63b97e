"""Comparison: the last comparison of readers in the window, and the other reader's mask of the open case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from unet_desktop.errors import UserError
from unet_desktop.gui.editing.autosave import Autosave
from unet_desktop.gui.jobs.runner import Job, JobRunner
from unet_desktop.gui.session.session import Session
from unet_desktop.labels import LabelSet
from unet_desktop.masks.regions import Mask
from unet_desktop.tasks.evaluation.result import Evaluation, EvaluationSettings
from unet_desktop.tasks.events import EvaluationEvent, TaskEvent
from unet_desktop.tasks.mask_options import FIND_OUT, MaskOptions

if TYPE_CHECKING:
    from unet_desktop.tasks.evaluation.targets import Targets


@dataclass(frozen=True, slots=True, eq=False)
class OtherReader:
    """Another reader's mask of the open picture.

    Attributes:
        mask: (H, W) uint8 in the project's labels.
        labels: of the project.
        name: of the other reader.
        own: what the project's own reader is called.
        colour: of the outlines; empty for the usual one.
        dash: of the outlines, in logical pixels; 0 for the usual one.
    """

    mask: Mask
    labels: LabelSet
    name: str
    own: str = "this project"
    colour: str = ""
    dash: float = 0.0


class Other(StrEnum):
    """What the project's masks are compared with."""

    FOLDER = "folder"
    PREDICTIONS = "predictions"
    PROJECT = "project"


@dataclass(frozen=True, slots=True)
class CompareRequest:
    """What to compare the open project's masks with.

    Attributes:
        other: the kind of masks.
        path: of the folder or the other project; None for predictions.
        validation_only: compare validation cases only.
        options: what was chosen about the masks of a folder.
    """

    other: Other
    path: Path | None = None
    validation_only: bool = False
    options: MaskOptions = FIND_OUT


class Comparison(QObject):
    """Compares in a job and keeps the result while the project is open.

    Signals:
        changed: there is another result, or none any more.
        reader_changed: show another reader's mask over the open case, or none.
        problem(sentence): the other mask of the open case cannot be read.
    """

    changed = Signal()
    reader_changed = Signal()
    problem = Signal(str)

    def __init__(
        self,
        session: Session,
        autosave: Autosave,
        runner: JobRunner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._autosave, self._runner = session, autosave, runner
        self.request: CompareRequest | None = None
        self.evaluation: Evaluation | None = None
        self.outlines = True
        self.reader: OtherReader | None = None
        runner.event_happened.connect(self._on_runner_event_happened)
        session.project_changed.connect(self._on_session_project_changed)
        session.case_changed.connect(self._show_reader)

    def start(self, request: CompareRequest) -> None:
        """Save the open mask and compare."""
        project = self._session.project
        if project is None or not self._autosave.flush():
            return
        self.request = request
        root = project.root
        self._runner.start(Job("Comparing readers", lambda: _compare(request, root), root=root, kept=_nothing_kept))

    def write(self, targets: Targets, path: Path) -> None:
        """Write the comparison to a file, in the background."""
        evaluation = self.evaluation
        if evaluation is None:
            return
        targets.check()
        done = f"{path.name} was written."
        self._runner.start(
            Job(
                f"Writing {path.name}",
                lambda: targets.write(evaluation),
                done=done,
                folder=path.parent,
                kept=lambda: f"{path.name} is not written.",
                says_messages=True,
            )
        )

    def set_outlines(self, shown: bool) -> None:
        """Show the other reader's outlines over each case, or not."""
        self.outlines = shown
        self._show_reader()

    def forget(self) -> None:
        """Forget the result."""
        self.request = self.evaluation = None
        self._show_reader()
        self.changed.emit()

    def _on_runner_event_happened(self, event: TaskEvent) -> None:
        if isinstance(event, Evaluation):
            self.evaluation = event
            self._show_reader()
            self.changed.emit()

    def _on_session_project_changed(self) -> None:
        if self.evaluation is not None or self.request is not None:
            self.forget()

    def _show_reader(self) -> None:
        reader = self._read() if self.outlines else None
        if reader is not self.reader:
            self.reader = reader
            self.reader_changed.emit()

    def _read(self) -> OtherReader | None:
        opened, evaluation = self._session.open, self.evaluation
        if opened is None or evaluation is None:
            return None
        compared = next((case for case in evaluation.cases if case.name == opened.case.id), None)
        if compared is None:
            return None
        try:
            mask = compared.first.read(evaluation.labels).mask
        except UserError as error:
            self.problem.emit(str(error))
            return None
        if mask.shape != (opened.case.height, opened.case.width):
            return None
        return OtherReader(mask, evaluation.labels, evaluation.first, evaluation.second)


def _nothing_kept() -> str:
    return "The comparison has to be started again; masks and predictions are untouched."


def _compare(request: CompareRequest, root: Path) -> Iterator[EvaluationEvent]:
    from unet_desktop.tasks.evaluation.run import evaluate
    from unet_desktop.tasks.evaluation.sides import find_sides

    first = None if request.other is Other.PREDICTIONS else request.path
    sides = find_sides(first, None, root, None, validation_only=request.validation_only)
    for event in evaluate(sides, EvaluationSettings(), request.options):
        if isinstance(event, Evaluation):
            # Worked out here, in the job's thread, and kept: thousands of pictures are resampled thousands of times.
            assert event.estimates
            _ = event.limits, event.reliability
        yield event
