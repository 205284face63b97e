"""Training on a project's corrected cases: the split, the model that is gone on from, the run's log."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from unet_desktop import files
from unet_desktop.engine.config import TrainConfig, fine_tuning_config
from unet_desktop.engine.data.dataset import Sample
from unet_desktop.engine.device.cpu_priority import Cores, training_threads
from unet_desktop.engine.device.device import Device, choose
from unet_desktop.engine.events import EpochDone, Finished, Message, Resumed, Working
from unet_desktop.engine.training.distributed_run import fit_distributed
from unet_desktop.errors import MaskError, TrainingError, WriteError
from unet_desktop.project.case import UNCORRECTED, Case
from unet_desktop.project.models import Model, list_models, next_model_name
from unet_desktop.project.project import Project
from unet_desktop.project.split import FEWEST_GROUPS, Part, assign_parts, inherit_parts, read_split, write_split
from unet_desktop.tasks.events import ModelSaved, TrainingTaskEvent
from unet_desktop.tasks.interrupted import discard, find_interrupted
from unet_desktop.tasks.runs import RunLog


@dataclass(frozen=True, slots=True)
class Selection:
    """The cases that take part in a training run."""

    train: tuple[Case, ...]
    validation: tuple[Case, ...]


def trainable(cases: Sequence[Case]) -> list[Case]:
    """Cases that teach: those with a human mask that nobody flagged, also those whose files will turn out damaged."""
    return [case for case in cases if case.state not in UNCORRECTED and not case.flagged]


def train_project(
    root: Path, config: TrainConfig, *, from_scratch: bool = False, device: str = "auto", cores: Cores = "all"
) -> Iterator[TrainingTaskEvent]:
    """Train a new model on the project's corrected cases and keep it among the project's models.

    Goes on from the newest model of the same preset and labels unless told not to. A training that was interrupted
    is given up by this. Closing the generator stops training: what was saved until then is a usable model, and
    `resume_project` goes on from the last epoch.

    Args:
        root: the project's folder.
        config: how to train; when training goes on from a model, its schedule is shortened by `fine_tuning_config`.
        from_scratch: do not go on from an earlier model.
        device: "auto", "cpu", "cuda" or "mps".
        cores: what it takes of them; how many compute changes the last digits of the figures.

    Raises:
        UserError: too few cases, pictures missing, no room, or training failed.
    """
    project, place = Project.open(root), _place(device, cores)
    selection = yield from select(project)
    previous = None if from_scratch else _previous(project, config, selection)
    if previous is not None:
        yield Message(f"Training goes on from {previous.name}.")
        # A model that was made before the preset normalised by picture goes on as it learned.
        config = replace(fine_tuning_config(config), by_picture=previous.header.training.get("by_picture", False))
    name = next_model_name(project.layout)
    discard(root)
    yield from train_on(project, name, selection, config, place, parent=previous)


def resume_project(
    root: Path, config: TrainConfig | None = None, *, device: str = "auto", cores: Cores = "all"
) -> Iterator[TrainingTaskEvent]:
    """Go on with the training that was interrupted, after its last epoch, to the model it would have come to.

    Cases that were corrected for the first time since then do not take part; they are for the next training. Those
    that do take part teach by the masks that they have now.

    Args:
        root: the project's folder.
        config: the settings that it must have had, as `train_project` got them, or None for whatever they were.
        device, cores: as in `train_project`; on another one the last digits differ.

    Raises:
        UserError: there is none, or labels, settings or its cases are others now, or training failed.
    """
    project = Project.open(root)
    found = find_interrupted(root)
    if found is None:
        raise TrainingError(f"There is no interrupted training in {root} that could be resumed. Start a new training.")
    header = found.header
    wanted = header.config if config is None else config if header.parent is None else fine_tuning_config(config)
    header.check_settings(project.labels, wanted)  # before masks of other labels are left out
    now = yield from select(project)
    selection = Selection(_the_same(header.train, now.train), _the_same(header.validation, now.validation))
    place = _place(device, cores)
    yield from train_on(project, found.name, selection, header.config, place, resume=True)


def train_on(
    project: Project,
    name: str,
    selection: Selection,
    config: TrainConfig,
    device: Device,
    *,
    parent: Model | None = None,
    resume: bool = False,
    resumable: bool = True,
) -> Iterator[TrainingTaskEvent]:
    """Train on these cases and keep model and log under that name; raises what `fit` raises.

    It goes on from the parent, or with `resume` from the state on disk, which is kept where it is `resumable`.
    """
    path, log = project.layout.model(name), RunLog(project.layout, name)
    start_from = None if parent is None else parent.path
    events = fit_distributed(
        samples(project, selection.train, recent(parent, selection.train)),
        samples(project, selection.validation, recent(parent, selection.validation)),
        project.labels,
        config,
        save_to=path,
        device=device,
        start_from=start_from,
        state_at=project.layout.training_state(name) if resumable else None,
        resume=resume,
    )
    metrics: dict[str, float] = {}
    try:
        if not resume:
            log.begin(config.preset, len(selection.train), len(selection.validation), start_from)
        for event in events:
            if isinstance(event, Resumed):
                log.add(*event.past)
            elif isinstance(event, EpochDone):
                log.add(event)
            elif isinstance(event, Finished):
                metrics = dict(event.metrics)
                log.finish(event)
            yield event
    except WriteError as error:
        raise WriteError(
            f"Training stopped: {error} The model of its best epoch until then is kept; training can be resumed."
        ) from error
    finally:
        events.close()
    yield ModelSaved(name, path, metrics)


def _place(device: str, cores: Cores) -> Device:
    place = choose(device)
    return replace(place, threads=training_threads(cores, place.threads))


def _the_same(before: Iterable[str], now: tuple[Case, ...]) -> tuple[Case, ...]:
    """The cases of an interrupted training, in its order."""
    present = {case.id: case for case in now}
    if gone := [case for case in before if case not in present]:
        raise TrainingError(
            f"The interrupted training cannot go on: {gone[0]} does not take part as it did (mask or picture is gone "
            "or changed, it was flagged, or its patient is another). Start a new training."
        )
    return tuple(present[case] for case in before)


def select(project: Project) -> Generator[Message | Working, None, Selection]:
    """The split of the trainable cases; yields a sentence for each case that has to be left out."""
    usable = []
    for case in trainable(project.cases()):
        problem = _problem_with(project, case)
        if problem:
            yield Message(problem)
        else:
            usable.append(case)
            yield Working("read")
    groups = {case.group for case in usable}
    if len(groups) < FEWEST_GROUPS:
        raise TrainingError(_too_few(project, usable))
    members = {group: [case.own_group for case in usable if case.group == group] for group in groups}
    parts = assign_parts(inherit_parts(read_split(project.layout.split), members), groups)
    _refuse_one_part(parts, groups)
    parts |= {case.own_group: parts[case.group] for case in usable}
    write_split(project.layout.split, parts)

    def of(part: Part) -> tuple[Case, ...]:
        return tuple(case for case in usable if parts[case.group] == part)

    return Selection(of("train"), of("validation"))


def _problem_with(project: Project, case: Case) -> str:
    """Why the case cannot teach, as a sentence; empty when it can."""
    if case.damage:
        return f"{case.id} is left out: {case.damage}"
    path = case.image_path(project.root)
    try:
        if files.sha256(path) == case.sha256:
            project.load_mask(case.id)
            return ""
    except MaskError as error:
        return f"{case.id} is left out: {error}"
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


def recent(model: Model | None, cases: Iterable[Case]) -> frozenset[str]:
    """Those of the cases that were corrected since the model was trained, or that took no part in that."""
    if model is None:
        return frozenset()
    data, since = model.header.data, model.header.created
    known = {*data.get("train_cases", []), *data.get("validation_cases", [])}
    return frozenset(case.id for case in cases if case.id not in known or case.changed_at > since)


def samples(project: Project, cases: Sequence[Case], recent: frozenset[str] = frozenset()) -> list[Sample]:
    """The cases as the engine takes them."""
    layout = project.layout
    return [
        Sample(
            case.id,
            case.image_path(project.root),
            layout.mask(case.id),
            prediction=layout.prediction(case.id),
            recent=case.id in recent,
        )
        for case in cases
    ]
