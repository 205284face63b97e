"""Training on a project's corrected cases: the split, the model that is gone on from, the run's log."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from unet_desktop import files
from unet_desktop.engine.config import TrainConfig, continued
from unet_desktop.engine.dataset import Sample
from unet_desktop.engine.device import choose
from unet_desktop.engine.events import EpochDone, Finished, Message, TrainEvent
from unet_desktop.engine.fit import fit
from unet_desktop.errors import TrainingError
from unet_desktop.project.case import UNCORRECTED, Case
from unet_desktop.project.models import Model, list_models, next_model_name
from unet_desktop.project.project import Project
from unet_desktop.project.split import FEWEST_GROUPS, Part, assign, inherit, read_split, write_split
from unet_desktop.tasks.events import ModelSaved


@dataclass(frozen=True, slots=True)
class Selection:
    """The cases that take part in a training run."""

    train: tuple[Case, ...]
    validation: tuple[Case, ...]


def trainable(cases: Sequence[Case]) -> list[Case]:
    """Cases that teach: those with a human mask that nobody flagged."""
    return [case for case in cases if case.state not in UNCORRECTED and not case.flagged]


def train_project(
    root: Path, config: TrainConfig, *, from_scratch: bool = False, device: str = "auto"
) -> Iterator[TrainEvent | ModelSaved]:
    """Train a new model on the project's corrected cases and keep it among the project's models.

    Goes on from the newest model of the same preset and labels unless told not to. Closing the generator stops
    training; what was saved until then is a usable model.

    Args:
        root: the project's folder.
        config: how to train; when training goes on from a model, its schedule is shortened by `continued`.
        from_scratch: do not go on from an earlier model.
        device: "auto", "cpu", "cuda" or "mps".

    Raises:
        UserError: too few cases, pictures missing, no room, or training failed.
    """
    project = Project.open(root)
    selection, messages = _select(project)
    for text in messages:
        yield Message(text)
    name = next_model_name(project.layout)
    path = project.layout.model(name)
    previous = None if from_scratch else _previous(project, config, selection)
    if previous is not None:
        yield Message(f"Training goes on from {previous.name}.")
        config = continued(config)
    log = _RunLog(project.layout.run(name))
    events = fit(
        _samples(project, selection.train),
        _samples(project, selection.validation),
        project.labels,
        config,
        save_to=path,
        device=choose(device),
        start_from=None if previous is None else previous.path,
    )
    metrics: dict[str, float] = {}
    try:
        for event in events:
            if isinstance(event, EpochDone):
                log.add(event)
            elif isinstance(event, Finished):
                metrics = dict(event.metrics)
            yield event
    finally:
        events.close()
    yield ModelSaved(name, path, metrics)


def _select(project: Project) -> tuple[Selection, list[str]]:
    """The split of the trainable cases, and a sentence for each case that had to be left out."""
    messages: list[str] = []
    usable = []
    for case in trainable(project.cases()):
        problem = _problem_with(case, project.root)
        if problem:
            messages.append(problem)
        else:
            usable.append(case)
    groups = {case.group for case in usable}
    if len(groups) < FEWEST_GROUPS:
        raise TrainingError(_too_few(project, usable))
    members = {group: [case.own_group for case in usable if case.group == group] for group in groups}
    parts = assign(inherit(read_split(project.layout.split), members), groups)
    _refuse_one_part(parts, groups)
    parts |= {case.own_group: parts[case.group] for case in usable}
    write_split(project.layout.split, parts)

    def of(part: Part) -> tuple[Case, ...]:
        return tuple(case for case in usable if parts[case.group] == part)

    return Selection(of("train"), of("validation")), messages


def _problem_with(case: Case, root: Path) -> str:
    path = case.image_path(root)
    try:
        if files.sha256(path) == case.sha256:
            return ""
    except OSError:
        return f"{case.id} is left out: its picture {path} is not there. Put it back, or import it again."
    return f"{case.id} is left out: its picture {path} changed after it was imported. Restore it, or import it again."


def _refuse_one_part(parts: dict[str, Part], groups: set[str]) -> None:
    """Earlier decisions can leave today's cases all on one side; then nothing could be learned or judged."""
    if len({parts[group] for group in groups}) < 2:
        raise TrainingError(
            "All corrected cases are on the same side of the split between training and validation. Correct some "
            "more cases, or delete split.json in the project's folder to split anew."
        )


def _too_few(project: Project, usable: list[Case]) -> str:
    corrected = len(usable)
    if corrected > 1:
        return (
            "All corrected cases are of one patient; correct cases of another patient, so that training can be judged."
        )
    flagged = sum(case.flagged for case in project.cases())
    aside = f" ({flagged} flagged cases are left out)" if flagged else ""
    return (
        f"Training needs at least {FEWEST_GROUPS} corrected cases and there {'is 1' if corrected else 'are none'}"
        f"{aside}. Correct or accept some masks first."
    )


def _previous(project: Project, config: TrainConfig, selection: Selection) -> Model | None:
    """The newest model of preset and labels that has not learned from what shall judge it now."""
    judges = {case.id for case in selection.validation}
    for model in list_models(project.layout):
        fits = model.header.preset == config.preset and model.header.labels == project.labels
        if fits and not judges & set(model.header.data.get("train_cases", [])):
            return model
    return None


def _samples(project: Project, cases: Sequence[Case]) -> list[Sample]:
    return [Sample(case.id, case.image_path(project.root), project.layout.mask(case.id)) for case in cases]


class _RunLog:
    """The run's figures as a CSV file, rewritten after each epoch, so that a stopped run keeps its curve."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: list[dict[str, str]] = []

    def add(self, epoch: EpochDone) -> None:
        """Note an epoch."""
        row = {
            "stage": epoch.stage,
            "epoch": str(epoch.epoch),
            "train_loss": f"{epoch.train_loss:.6f}",
            "learning_rate": f"{epoch.learning_rate:.3g}",
            "seconds": f"{epoch.seconds:.2f}",
        }
        self._rows.append(row | {name: f"{value:.6f}" for name, value in epoch.metrics.items()})
        names = list(dict.fromkeys(name for row in self._rows for name in row))
        text = io.StringIO()
        writer = csv.DictWriter(text, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self._rows)
        files.write_text(self._path, text.getvalue())
