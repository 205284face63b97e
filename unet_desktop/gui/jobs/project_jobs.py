"""ProjectJobs: training and predicting, and what follows on each job of the window."""

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
from unet_desktop.gui.jobs.runner import Job, JobRunner, TrainingToResume
from unet_desktop.gui.session.case_changes import take_in, take_out
from unet_desktop.gui.session.session import Session
from unet_desktop.images.box import Box, bounding_box
from unet_desktop.plurals import quantity
from unet_desktop.project.bin import Removed
from unet_desktop.project.case import UNCORRECTED
from unet_desktop.tasks.adapt.settings import DEFAULT_PICTURES, adapting_config, read_settings
from unet_desktop.tasks.changed_cases import CasesRemoved, CasesWritten
from unet_desktop.tasks.events import (
    AdaptationDone,
    AdaptationEvent,
    FailedBefore,
    FinishedBefore,
    FramesLeftOut,
    ItemDone,
    ModelSaved,
    TaskEvent,
    TrainingTaskEvent,
)
from unet_desktop.tasks.import_events import AnnotationsLeftOut, LeftWithoutMask, MasksLeftOut
from unet_desktop.tasks.interrupted import Interrupted, find_interrupted

_MAX_PROBLEMS = 5
"""Problems that are listed if each item has a different one; the rest are in a file."""
_MAX_NOTES = 5
"""Distinct notes that are listed; each further one only adds to a count."""


class JobReport:
    """Problems and notes of one job's items."""

    def __init__(self, done: str = "", folder: Path | None = None) -> None:
        """`done` is what to say when the job succeeds, `folder` where its files are."""
        self._done, self.folder = done, folder
        self._items = 0
        self._needs_attention = False
        self._sentences: list[str] = []
        self._problems: list[str] = []
        self._notes: dict[str, list[str]] = {}

    def add_item(self, item: ItemDone) -> None:
        """Note the item's problem or note."""
        self._items += 1
        if item.problem:
            self._problems.append(item.problem)
        elif item.note:
            self._notes.setdefault(item.note, []).append(item.name)

    def add_problem(self, problem: str) -> None:
        """Note why something could not be done."""
        self._problems.append(problem)

    @property
    def problems(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(self._problems)

    def add_sentence(self, sentence: str, *, needs_attention: bool = False) -> None:
        """Note what the job says beside its items."""
        self._sentences.append(sentence)
        self._needs_attention |= needs_attention

    @property
    def clean(self) -> bool:
        """Whether nothing needs attention: no item has a problem or a note, and no sentence says so."""
        return not (self._problems or self._notes or self._needs_attention)

    def summary(self, *, succeeded: bool) -> str:
        """One line per kind of message, most frequent notes first; empty when there is none."""
        lines = [self._done] if succeeded and self._done else []
        if self.folder is not None and self._items:
            done = self._items - len(self._problems)
            are = "is" if 1 in (done, self._items) else "are"
            lines.insert(0, f"{done:,} of {quantity(self._items, 'picture')} {are} done.")
        lines += self._sentences
        if self._problems:
            count = f"{len(self._problems)} could not be done. " if len(self._problems) > 1 else ""
            lines.append(count + self._problems[0])
            lines += self._problems[1:_MAX_PROBLEMS] if self.folder is not None else []
        notes = sorted(self._notes.items(), key=lambda entry: -len(entry[1]))
        for note, names in notes[:_MAX_NOTES]:
            lines.append(f"{names[0]}: {note}" if len(names) == 1 else f"{quantity(len(names), 'case')}: {note}")
        if rest := sum(len(names) for _, names in notes[_MAX_NOTES:]):
            lines.append(f"{quantity(rest, 'more case has', 'more cases have')} other notes.")
        return "\n".join(lines)


class ProjectJobs(QObject):
    """Trains and predicts, and ends every job of the window: says how it went and runs what follows on it.

    What a job needs (torch) is imported in the job's own thread.

    Signals:
        progressed(done, total): items of the running job.
        notice(text, folder, clean): a job has ended and has something to say, one line each; its files are in the
            folder, or None; `clean`: nothing of it needs attention.
        problem(exception): a job failed.
        training_started(config, from_scratch): a training run with these settings has started.
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
        self._cores: Cores = "auto"
        self._job: Job | None = None
        self._outcome = JobReport()
        self._new_model: Path | None = None
        self.removed: list[Removed] = []  # by the running job
        runner.started.connect(self._on_runner_started)
        runner.event_happened.connect(self._on_runner_event_happened)
        runner.succeeded.connect(self._on_runner_succeeded)
        runner.cancelled.connect(self._on_runner_cancelled)
        runner.failed.connect(self._on_runner_failed)

    def set_cores(self, cores: Cores) -> None:
        """Choose the cores that training uses from now on."""
        self._cores = cores

    def resume(self, found: Interrupted) -> None:
        """Resume this interrupted training; then as `train`."""
        self.train(found.header.config, from_scratch=found.header.parent is None, resume=True)

    def train(self, config: TrainConfig, *, from_scratch: bool, resume: bool = False) -> None:
        """Train on the corrected cases; then predict the open case, unless a human worked on it.

        Args:
            config: the settings, of the interrupted training with `resume`.
            from_scratch: start from new weights.
            resume: resume the project's interrupted training.
        """
        project, cores = self._session.project, self._cores
        if project is None or project.read_only or self._runner.busy:
            return
        root = project.root

        def start() -> Iterator[TrainingTaskEvent]:
            if resume:
                from unet_desktop.tasks.train import resume_project

                return resume_project(root, cores=cores)
            from unet_desktop.tasks.train import train_project

            return train_project(root, config, from_scratch=from_scratch, cores=cores)

        self._autosave.flush()  # training reads only the disk
        known = frozenset(model.path for model in self._session.models)
        at_end = partial(self._use_trained_model, known)
        job = Job(
            "Training",
            start,
            at_end=at_end,
            then=self._predict_open_case_if_new,
            root=root,
            kept=lambda: _describe_kept_training(root),
            to_resume=TrainingToResume(root),
        )
        if self._runner.start(job):
            self.training_started.emit(config, from_scratch)

    def adapt(self, folder: Path) -> None:
        """Adapt the model in use to a folder of pictures without masks; then as `train`.

        Raises:
            CheckpointError: how it was trained is not known.
        """
        project, path, cores = self._session.project, self._session.model_in_use, self._cores
        model = next((model for model in self._session.models if model.path == path), None)
        if project is None or project.read_only or model is None or self._runner.busy:
            return
        root, name = project.root, model.name
        config = adapting_config(read_settings(name, model.header.training), DEFAULT_PICTURES)

        def start() -> Iterator[AdaptationEvent]:
            from unet_desktop.tasks.adapt.run import adapt_project

            return adapt_project(root, folder, model=name, cores=cores)

        self._autosave.flush()  # it reads only the disk
        job = Job(
            f"Adapting to {folder.name}",
            start,
            at_end=self.use_new_model,
            then=self._predict_open_case_if_new,
            root=root,
            kept=lambda: f"No model is saved then; {name} stays as it is.",
        )
        if self._runner.start(job):
            self.training_started.emit(config, False)

    def predict(self, case_ids: Sequence[str], title: str) -> None:
        """Predict these cases with the model in use; each becomes a proposal as soon as it is done."""
        project, model = self._session.project, self._session.model_in_use
        if project is None or project.read_only or model is None or not case_ids or self._runner.busy:
            return
        root = project.root

        def start() -> Iterator[ItemDone]:
            from unet_desktop.tasks.segment_cases import segment_cases

            return segment_cases(root, case_ids, model)

        kept = "The predictions made so far are kept."
        self._runner.start(Job(title, start, on_item=self._show_prediction, root=root, kept=lambda: kept))

    def predict_open_case(self) -> None:
        """Predict the open case, also when a human worked on it."""
        if self._session.case_id is not None:
            self.predict([self._session.case_id], "Predicting this case")

    def propose_for_open_case(self) -> None:
        """Propose disc and cup for the open case without a model, where the project offers that."""
        project, case_id = self._session.project, self._session.case_id
        if project is None or project.read_only or case_id is None or not self._session.offers_first_proposal:
            return
        root = project.root

        def start() -> Iterator[ItemDone]:
            from unet_desktop.tasks.propose_cases import propose_cases

            return propose_cases(root, [case_id])

        self._runner.start(Job("First proposal", start, on_item=self._show_prediction, root=root))

    def locate_in_open_case(self, then: Callable[[Box | None], None]) -> bool:
        """Let the model in use find the outermost label, and store nothing; False if there is none, or a job runs.

        Args:
            then: is called with the box in which it was found, or None, unless another case is open by then.
        """
        pixels, model, case_id = self._session.pixels, self._session.model_in_use, self._session.case_id
        if pixels is None or model is None:
            return False
        path, picture = model, pixels
        found: list[Box] = []

        def start() -> Iterator[ItemDone]:
            from unet_desktop.engine.inference.segmenter import Segmenter

            box = bounding_box(Segmenter.open(path).segment(picture).mask)
            if not box.empty:
                found.append(box)
            yield from ()

        def tell() -> None:
            if self._session.case_id == case_id:
                then(found[0] if found else None)

        return self._runner.start(Job("Locating", start, then=tell))

    def _predict_open_case_if_new(self) -> None:
        opened = self._session.open
        if opened is not None and opened.case.state in UNCORRECTED and self._autosave.complete:
            self.predict_open_case()

    def use_new_model(self) -> None:
        """Use the model that the job made, if it made one."""
        if self._new_model is not None:
            self._session.refresh_models(self._new_model)

    def _use_trained_model(self, known: frozenset[Path]) -> None:
        """Use the trained model; a stopped run sends no `ModelSaved` but may have left a usable model."""
        self._session.refresh_models(self._new_model)
        new = [model.path for model in self._session.models if model.path not in known]
        if self._new_model is None and new:
            self._session.refresh_models(new[0])

    def _show_prediction(self, item: ItemDone) -> None:
        project = self._session.project
        if project is None:
            return
        try:
            self._session.update_case(project.refresh(item.name))
        except UserError as error:
            self.problem.emit(error)
            return
        if item.name == self._session.case_id:
            self._proposal.show_prediction()

    def _on_runner_started(self) -> None:
        self._job = job = self._runner.job
        assert job is not None
        self._outcome, self._new_model, self.removed = JobReport(job.done, job.folder), None, []

    def _on_runner_event_happened(self, event: TaskEvent) -> None:
        match event:
            case ItemDone():
                self.progressed.emit(event.done, event.total)
                self._outcome.add_item(event)
                if self._job is not None and self._job.on_item is not None and not event.problem:
                    self._job.on_item(event)
            case CasesWritten():
                self._take_in(event)
            case CasesRemoved():
                self.removed += event.removed
                take_out(self._session, {entry.name for entry in event.removed})
                self._add_batch(event)
            case Message() if self._job is not None and self._job.says_messages:  # the training panel shows the others
                self._outcome.add_sentence(event.text)
            case FinishedBefore() | FailedBefore():
                self._outcome.add_sentence(event.sentence)
            case LeftWithoutMask() | MasksLeftOut() | AnnotationsLeftOut() | FramesLeftOut():
                self._outcome.add_sentence(event.sentence)
            case AdaptationDone():
                self._add_adaptation(event)
            case ModelSaved():
                self._new_model = event.path

    def _take_in(self, event: CasesWritten) -> None:
        opened = self._session.open
        take_in(self._session, event.cases)
        self._add_batch(event)
        for case in event.cases:
            if opened is None or case.id != opened.case.id:
                continue
            if opened.mask is None and case.state not in UNCORRECTED and self._autosave.complete:
                self._session.reopen_case()  # the job gave it a mask
        if self._job is not None and self._job.on_cases is not None:
            self._job.on_cases()

    def _add_batch(self, event: CasesWritten | CasesRemoved) -> None:
        if event.total:
            self.progressed.emit(event.done, event.total)
        for problem in event.problems:
            self._outcome.add_problem(problem)

    @property
    def details(self) -> tuple[str, ...]:
        """What could not be done by the job that has just ended, one sentence each."""
        return self._outcome.problems

    def _add_adaptation(self, event: AdaptationDone) -> None:
        for sentence in event.sentences:
            self._outcome.add_sentence(sentence, needs_attention=not event.model)

    def _on_runner_succeeded(self) -> None:
        job = self._job
        self._end(succeeded=True)
        if job is not None and job.then is not None:
            job.then()

    def _on_runner_cancelled(self) -> None:
        self._end(succeeded=False)

    def _on_runner_failed(self, title: str, error: Exception) -> None:
        job = self._job
        self._end(succeeded=False)
        if job is None or job.settle is None or not job.settle(error):
            self.problem.emit(error)

    def _end(self, *, succeeded: bool) -> None:
        job, outcome, self._job = self._job, self._outcome, None
        try:
            if job is not None and job.at_end is not None:
                job.at_end()
        except UserError as error:
            self.problem.emit(error)
        if text := outcome.summary(succeeded=succeeded):
            self.notice.emit(text, outcome.folder, succeeded and outcome.clean)


def _describe_kept_training(root: Path) -> str:
    """What is left of the running training if it is stopped now."""
    found = find_interrupted(root)
    if found is None:
        return "No epoch has been finished yet, so nothing of it is kept."
    last = found.header.past[-1]
    what = "learning to locate" if found.header.stage == "locate" else "learning to segment"
    return f"It is kept up to epoch {last.epoch} of {last.epochs} of {what}, and can be resumed."
