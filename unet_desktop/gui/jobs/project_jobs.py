"""ProjectJobs: the jobs of the window (train, predict, import, segment a folder), and what follows on each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from unet_desktop.engine.config import TrainConfig
from unet_desktop.engine.device.cpu_priority import Cores
from unet_desktop.engine.events import Message
from unet_desktop.errors import UserError
from unet_desktop.gui.editing.autosave import Autosave
from unet_desktop.gui.editing.proposal import Proposal
from unet_desktop.gui.jobs.runner import JobRunner
from unet_desktop.gui.session.session import Session
from unet_desktop.project.case import UNCORRECTED
from unet_desktop.tasks.events import FinishedBefore, ItemDone, ModelSaved
from unet_desktop.tasks.interrupted import Interrupted

_MOST_PROBLEMS = 5
"""Problems that are told where each item has another one; the rest stand in a file."""
_MOST_NOTES = 5
"""Distinct notes that are told; each further one only adds to a count."""


class Outcome:
    """Problems and notes of one job's items."""

    def __init__(self, done: str = "", folder: Path | None = None) -> None:
        """Nothing has happened yet; `done` is what to say when the job succeeds, `folder` where its files lie."""
        self._done, self.folder = done, folder
        self._items = 0
        self._said: list[str] = []
        self._problems: list[str] = []
        self._notes: dict[str, list[str]] = {}

    def add(self, item: ItemDone) -> None:
        """Take in what an item says."""
        self._items += 1
        if item.problem:
            self._problems.append(item.problem)
        elif item.note:
            self._notes.setdefault(item.note, []).append(item.name)

    def say(self, sentence: str) -> None:
        """Take in what the job says beside its items."""
        self._said.append(sentence)

    @property
    def well(self) -> bool:
        """Whether nothing is to be looked at: no item has a problem or a note."""
        return not (self._problems or self._notes)

    def summary(self, *, succeeded: bool) -> str:
        """A line for each kind of thing there is to say, the most frequent notes first; empty when there is none."""
        lines = [self._done] if succeeded and self._done else []
        if self.folder is not None and self._items:
            lines.insert(0, f"{self._items - len(self._problems)} of {self._items} pictures are done.")
        lines += self._said
        if self._problems:
            count = f"{len(self._problems)} could not be done. " if len(self._problems) > 1 else ""
            lines.append(count + self._problems[0])
            lines += self._problems[1:_MOST_PROBLEMS] if self.folder is not None else []
        notes = sorted(self._notes.items(), key=lambda entry: -len(entry[1]))
        for note, names in notes[:_MOST_NOTES]:
            lines.append(f"{names[0]}: {note}" if len(names) == 1 else f"{len(names)} cases: {note}")
        if rest := sum(len(names) for _, names in notes[_MOST_NOTES:]):
            lines.append(f"{rest} more {'case has' if rest == 1 else 'cases have'} other notes.")
        return "\n".join(lines)


Then = Callable[[], None]


class ProjectJobs(QObject):
    """Starts jobs and takes in what they made. What a job needs (torch) is imported in the job's own thread.

    Signals:
        progressed(done, total): of the running job's items.
        notice(text, folder, well): a job is over and has something to say, one line each; its files lie in the folder,
            or None; `well` says that nothing of it needs to be looked at.
        problem(exception): a job failed.
        training_started(config, from_scratch): a training with these settings runs now.
    """

    progressed = Signal(int, int)
    notice = Signal(str, object, bool)
    problem = Signal(object)
    training_started = Signal(object, bool)

    def __init__(
        self,
        session: Session,
        autosave: Autosave,
        proposal: Proposal,
        runner: JobRunner,
        parent: QObject | None = None,
    ) -> None:
        """Listen to the runner."""
        super().__init__(parent)
        self._session, self._autosave, self._proposal, self._runner = session, autosave, proposal, runner
        self._then: Then | None = None
        self._at_end: Then | None = None
        self._predicting = False
        self._cores: Cores = "auto"
        self._outcome = Outcome()
        self._new_model: Path | None = None
        runner.event_happened.connect(self._on_runner_event_happened)
        runner.succeeded.connect(self._on_runner_succeeded)
        runner.cancelled.connect(self._on_runner_cancelled)
        runner.failed.connect(self._on_runner_failed)

    def set_cores(self, cores: Cores) -> None:
        """What trainings take of the cores from now on."""
        self._cores = cores

    def train(self, config: TrainConfig, *, from_scratch: bool) -> None:
        """Train on what is corrected; then the open case is predicted, unless a human worked on it."""

        def start(root: Path) -> Iterator[object]:
            from unet_desktop.tasks.train import train_project

            return train_project(root, config, from_scratch=from_scratch, cores=self._cores)

        self._train(start, config, from_scratch=from_scratch)

    def resume(self, found: Interrupted) -> None:
        """Go on with this training that was interrupted; then as `train`."""

        def start(root: Path) -> Iterator[object]:
            from unet_desktop.tasks.train import resume_project

            return resume_project(root, cores=self._cores)

        self._train(start, found.header.config, from_scratch=found.header.parent is None)

    def _train(self, start: Callable[[Path], Iterator[object]], config: TrainConfig, *, from_scratch: bool) -> None:
        project = self._session.project
        if project is None or project.read_only or self._runner.busy:
            return
        self._autosave.flush()  # training reads the disk only
        known = frozenset(model.path for model in self._session.models)
        at_end = partial(self._take_new_model, known)
        if self.run("Training", partial(start, project.root), then=self._predict_open_case_if_new, at_end=at_end):
            self.training_started.emit(config, from_scratch)

    def predict(self, case_ids: Sequence[str], title: str) -> None:
        """Let the model in use predict these cases; each becomes a proposal as soon as it is done."""
        project, model = self._session.project, self._session.model_in_use
        if project is None or project.read_only or model is None or not case_ids or self._runner.busy:
            return
        root = project.root

        def start() -> Iterator[object]:
            from unet_desktop.tasks.segment_cases import segment_cases

            return segment_cases(root, case_ids, model)

        if self.run(title, start):
            self._predicting = True

    def run(self, title: str, start_job: Callable[[], Iterator[object]], then: Then | None = None,
            at_end: Then | None = None, done: str = "", folder: Path | None = None) -> bool:  # fmt: skip
        """Run a job.

        Args:
            title: what people read.
            start_job: makes the generator, in the worker thread.
            then: what follows when it succeeds.
            at_end: what follows however it ends, before `then`.
            done: what to say when it succeeds, beside what its items say.
            folder: where the files lie that it makes for people, if it makes any.

        Returns:
            False when another one runs.
        """
        if not self._runner.start(title, start_job):
            return False
        self._then, self._at_end = then, at_end
        self._predicting, self._outcome, self._new_model = False, Outcome(done, folder), None
        return True

    def predict_open_case(self) -> None:
        """Predict the open case, also when a human worked on it."""
        if self._session.case_id is not None:
            self.predict([self._session.case_id], "Predicting this case")

    def _predict_open_case_if_new(self) -> None:
        opened = self._session.open
        if opened is not None and opened.case.state in UNCORRECTED and self._autosave.complete:
            self.predict_open_case()

    def use_new_model(self) -> None:
        """Use the model that the job made, if it made one."""
        if self._new_model is not None:
            self._session.refresh_models(self._new_model)

    def _take_new_model(self, known: frozenset[Path]) -> None:
        """Use what was trained; a training that was stopped says nothing but may have left a usable model."""
        self._session.refresh_models(self._new_model)
        new = [model.path for model in self._session.models if model.path not in known]
        if self._new_model is None and new:
            self._session.refresh_models(new[0])

    def _take_prediction(self, case_id: str) -> None:
        project = self._session.project
        if project is None:
            return
        try:
            self._session.take(project.refresh(case_id))
        except UserError as error:
            self.problem.emit(error)
            return
        if case_id == self._session.case_id:
            self._proposal.show_prediction()

    def _end(self, *, succeeded: bool) -> None:
        at_end, self._at_end = self._at_end, None
        try:
            if at_end is not None:
                at_end()
        except UserError as error:
            self.problem.emit(error)
        if text := self._outcome.summary(succeeded=succeeded):
            self.notice.emit(text, self._outcome.folder, succeeded and self._outcome.well)

    def _on_runner_event_happened(self, event: object) -> None:
        match event:
            case ItemDone():
                self.progressed.emit(event.done, event.total)
                self._outcome.add(event)
                if self._predicting and not event.problem:
                    self._take_prediction(event.name)
            case Message() if self._outcome.folder is not None:  # the training panel shows the others
                self._outcome.say(event.text)
            case FinishedBefore():
                self._outcome.say(event.sentence)
            case ModelSaved():
                self._new_model = event.path

    def _on_runner_succeeded(self) -> None:
        then, self._then = self._then, None
        self._end(succeeded=True)
        if then is not None:
            then()

    def _on_runner_cancelled(self) -> None:
        self._end(succeeded=False)

    def _on_runner_failed(self, title: str, error: object) -> None:
        self._end(succeeded=False)
        self.problem.emit(error)
