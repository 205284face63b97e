"""Train on a project's corrected cases: choose the split and the parent model, and log the run."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from unet_desktop import files
from unet_desktop.checkpoint_header import read_header
from unet_desktop.engine.config import TrainConfig, fine_tuning_config
from unet_desktop.engine.data.dataset import Sample
from unet_desktop.engine.device.cpu_priority import Cores, training_threads
from unet_desktop.engine.device.device import Device, choose
from unet_desktop.engine.events import Finished, Message, StopPoint
from unet_desktop.engine.training.distributed_run import fit_distributed
from unet_desktop.errors import MaskError, TrainingError, UserError, WriteError
from unet_desktop.labels import NOT_ANNOTATED, LabelSet
from unet_desktop.masks.regions import Mask
from unet_desktop.plurals import quantity
from unet_desktop.project.case import UNCORRECTED, Case
from unet_desktop.project.layout import Layout
from unet_desktop.project.models import Model, list_models, next_model_name
from unet_desktop.project.predictions import is_from_model
from unet_desktop.project.project import Project
from unet_desktop.project.split import (
    EMPTY,
    MIN_GROUPS,
    Contents,
    Part,
    assign_parts,
    inherit_parts,
    read_split,
    write_split,
)
from unet_desktop.project.trail import Act, Event, append
from unet_desktop.tasks.events import ModelSaved, TrainingTaskEvent
from unet_desktop.tasks.interrupted import describe_kept, discard, find_interrupted
from unet_desktop.tasks.review import warn_of_copies
from unet_desktop.tasks.runs import RunLog, read_record


@dataclass(frozen=True, slots=True)
class TrainingCases:
    """The cases that take part in a training run, and what the masks of their groups show, see `split.Contents`."""

    train: tuple[Case, ...]
    validation: tuple[Case, ...]
    contents: Contents = field(default_factory=dict)


def trainable(cases: Sequence[Case]) -> list[Case]:
    """The cases to train on: those with a human mask and not flagged; their files may still turn out damaged."""
    return [case for case in cases if case.state not in UNCORRECTED and not case.flagged]


def train_project(
    root: Path, config: TrainConfig, *, from_scratch: bool = False, device: str = "auto", cores: Cores = "all"
) -> Iterator[TrainingTaskEvent]:
    """Train a new model on the project's corrected cases and save it among the project's models.

    Starts from the newest model of the same preset and labels unless `from_scratch`. Discards an interrupted training.
    Closing the generator stops training: the model saved so far is usable, and `resume_project` continues after the
    last epoch.

    Args:
        root: the project's folder.
        config: how to train; training from a parent model shortens the schedule by `fine_tuning_config`.
        from_scratch: start from new weights.
        device: "auto", "cpu", "cuda" or "mps".
        cores: how many cores to use; their number changes the last digits of the metrics.

    Raises:
        UserError: too few cases, missing pictures, a full disk, or training failed.
    """
    project, place = Project.open(root), choose_device(device, cores)
    selection = yield from select(project)
    yield from warn_of_copies(project, (selection.train, selection.validation))
    previous, origin = (None, "") if from_scratch else _parent(project, config, selection)
    if origin:
        yield Message(f"Training starts from {origin}.")
    if previous is not None:
        yield Message(f"Training continues from {previous.name}.")
        # A model trained before presets normalised by picture keeps its own normalisation.
        config = replace(fine_tuning_config(config), by_picture=previous.header.training.get("by_picture", False))
    name = next_model_name(project.layout)
    discard(root)
    yield from train_on(project, name, selection, config, place, parent=previous, origin=origin)


def resume_project(
    root: Path, config: TrainConfig | None = None, *, device: str = "auto", cores: Cores = "all"
) -> Iterator[TrainingTaskEvent]:
    """Resume the interrupted training after its last epoch; the model is the one an uninterrupted training makes.

    Cases first corrected since then are left for the next training. The others are trained on with their masks of
    today.

    Args:
        root: the project's folder.
        config: the settings it must have been started with, as given to `train_project`; None for any.
        device, cores: as in `train_project`; other ones change the last digits.

    Raises:
        UserError: there is none, its labels, settings or cases have changed, or training failed.
    """
    project = Project.open(root)
    found = find_interrupted(root)
    if found is None:
        raise TrainingError(f"There is no interrupted training in {root} that could be resumed. Start a new training.")
    header = found.header
    wanted = header.config if config is None else config if header.parent is None else fine_tuning_config(config)
    header.check_settings(project.labels, wanted)  # before cases are left out because of different labels
    now = yield from select(project)
    selection = TrainingCases(_same_cases(header.train, now.train), _same_cases(header.validation, now.validation))
    place = choose_device(device, cores)
    yield from train_on(project, found.name, selection, header.config, place, resume=True)


def train_on(
    project: Project,
    name: str,
    selection: TrainingCases,
    config: TrainConfig,
    device: Device,
    *,
    parent: Model | None = None,
    resume: bool = False,
    resumable: bool = True,
    origin: str = "",
) -> Iterator[TrainingTaskEvent]:
    """Train on these cases; save model and log under this name.

    Args:
        project: the project.
        name: of the new model.
        selection: training and validation cases.
        config: how to train.
        device: where to train.
        parent: the model to start from; None for new weights.
        resume: continue from the training state on disk.
        resumable: write a training state after each epoch.
        origin: see `fit`; a resumed run has its own.

    Raises:
        UserError: as `fit`.
    """
    path, log = project.layout.model(name), RunLog(project.layout, name)
    start_from = None if parent is None else parent.path
    origin = read_record(project.layout, name).origin if resume else origin
    events = fit_distributed(
        make_samples(project, selection.train, recent_cases(parent, selection.train)),
        make_samples(project, selection.validation, recent_cases(parent, selection.validation)),
        project.labels,
        config,
        save_to=path,
        device=device,
        start_from=start_from,
        state_at=project.layout.training_state(name) if resumable else None,
        resume=resume,
        origin=origin,
    )
    metrics: dict[str, float] = {}
    try:
        if not resume:
            log.begin(config.preset, len(selection.train), len(selection.validation), start_from, origin)
        for event in events:
            if isinstance(event, Finished):
                metrics = dict(event.metrics)
            log.record_event(event)
            yield event
    except WriteError as error:
        raise WriteError(f"Training stopped: {error} {describe_kept(project.layout, name)}") from error
    finally:
        events.close()
        _note_model(project.layout, name, f"trained, {config.preset}")
    yield ModelSaved(name, path, metrics)


def _note_model(layout: Layout, name: str, how: str) -> None:
    """Note the model of a run in the trail, also of one that was stopped; a full disk must not hide why it stopped."""
    try:
        if layout.model(name).exists():
            sha256 = read_header(layout.model(name)).weights_sha256
            append(layout, Event(Act.CREATED, model=name, source=sha256, detail=how))
    except UserError as error:
        logging.getLogger("unet.tasks").warning("%s", error)


def choose_device(device: str, cores: Cores) -> Device:
    """The device that trains, with as many threads as the cores allow.

    Raises:
        TrainingError: there is no such device.
    """
    place = choose(device)
    return replace(place, threads=training_threads(cores, place.threads))


def _same_cases(before: Iterable[str], now: tuple[Case, ...]) -> tuple[Case, ...]:
    """The cases of an interrupted training, in their original order."""
    present = {case.id: case for case in now}
    if gone := [case for case in before if case not in present]:
        raise TrainingError(
            f"The interrupted training cannot be resumed: {gone[0]} can no longer take part as before (its mask or "
            "picture is missing or changed, it was flagged, or its patient changed). Start a new training."
        )
    return tuple(present[case] for case in before)


def select(project: Project) -> Generator[Message | StopPoint, None, TrainingCases]:
    """Split the trainable cases into training and validation; yield a message for each case that is left out."""
    usable = []
    contents: dict[str, frozenset[str]] = {}
    for case in trainable(project.cases()):
        try:
            mask = _read_sound(project, case)
        except MaskError as error:
            yield Message(f"{case.id} is left out: {error}")
        else:
            usable.append(case)
            contents[case.group] = contents.get(case.group, frozenset()) | _contents_of(mask, project.labels)
            yield StopPoint("read")
    groups = {case.group for case in usable}
    if len(groups) < MIN_GROUPS:
        raise TrainingError(_too_few(project, usable))
    members = {group: [case.own_group for case in usable if case.group == group] for group in groups}
    parts = assign_parts(inherit_parts(read_split(project.layout.split), members), groups, contents)
    _refuse_one_part(parts, groups)
    parts |= {case.own_group: parts[case.group] for case in usable}
    write_split(project.layout.split, parts)

    def cases_of(part: Part) -> tuple[Case, ...]:
        return tuple(case for case in usable if parts[case.group] == part)

    return TrainingCases(cases_of("train"), cases_of("validation"), contents)


def _read_sound(project: Project, case: Case) -> Mask:
    """The case's (H, W) uint8 mask.

    Raises:
        MaskError: the case cannot be trained on: its record, mask or picture is damaged, missing or changed.
    """
    if case.damage:
        raise MaskError(case.damage)
    path = case.image_path(project.root)
    try:
        unchanged = files.sha256(path) == case.sha256
    except OSError as error:
        raise MaskError(f"its picture {path} is missing. Restore it, or import it again.") from error
    if not unchanged:
        raise MaskError(f"its picture {path} changed after it was imported. Restore it, or import it again.")
    try:
        mask = project.load_mask(case.id)
    except OSError as error:
        raise MaskError(
            f"its mask cannot be read ({error.strerror}). Restore it, or correct the case again."
        ) from error
    if mask is None:
        raise MaskError(f"its mask {project.layout.mask(case.id)} is missing. Restore it, or correct the case again.")
    return mask


def _contents_of(mask: Mask, labels: LabelSet) -> frozenset[str]:
    """The labels whose region an (H, W) uint8 mask shows, or `EMPTY` if it is fully annotated and shows none."""
    present = set(np.flatnonzero(np.bincount(mask.ravel(), minlength=256)).tolist())
    found = frozenset(label.name for label in labels if not present.isdisjoint(labels.region_values(label)))
    return found or (frozenset() if NOT_ANNOTATED in present else frozenset({EMPTY}))


def _refuse_one_part(parts: dict[str, Part], groups: set[str]) -> None:
    """Refuse a split with all cases on one side, which earlier splits can lead to."""
    if len({parts[group] for group in groups}) < 2:
        raise TrainingError(
            "All corrected cases are on the same side of the split between training and validation. Correct some "
            "more cases, or delete split.json in the project's folder to split again."
        )


def _too_few(project: Project, usable: list[Case]) -> str:
    corrected = len(usable)
    if corrected > 1:
        return (
            "All corrected cases belong to one patient. Correct cases from another patient too; validation needs them."
        )
    flagged = sum(case.flagged for case in project.cases())
    aside = f" ({quantity(flagged, 'flagged case is', 'flagged cases are')} left out)" if flagged else ""
    return (
        f"Training needs at least {MIN_GROUPS} corrected cases, but there {'is 1' if corrected else 'are none'}"
        f"{aside}. Correct or accept some masks first."
    )


def _parent(project: Project, config: TrainConfig, selection: TrainingCases) -> tuple[Model | None, str]:
    """The newest model of this preset and these labels that was not trained on any of the validation cases.

    Without one, also why training starts from new weights although there are models of this preset: "new weights,
    because ...".
    """
    validation, origin = {case.id for case in selection.validation}, ""
    for model in list_models(project.layout):
        if model.header.preset != config.preset:
            continue
        if not model.header.labels.same_structures(project.labels):
            changes = "; ".join(model.header.labels.differences(project.labels))
            origin = origin or f"new weights, because the labels have changed since {model.name}: {changes}"
        elif validation & set(model.header.data.get("train_cases", [])):
            origin = origin or f"new weights, because {model.name} was trained on cases that now validate"
        else:
            return model, ""
    return None, origin


def recent_cases(model: Model | None, cases: Iterable[Case]) -> frozenset[str]:
    """Ids of the cases that are new to the model or were corrected since it was trained."""
    if model is None:
        return frozenset()
    data, since = model.header.data, model.header.created
    known = {*data.get("train_cases", []), *data.get("validation_cases", [])}
    return frozenset(case.id for case in cases if case.id not in known or case.changed_at > since)


def make_samples(project: Project, cases: Sequence[Case], recent: frozenset[str] = frozenset()) -> list[Sample]:
    """The cases as samples for the engine."""
    layout = project.layout
    return [
        Sample(
            case.id,
            case.image_path(project.root),
            layout.mask(case.id),
            prediction=layout.prediction(case.id) if is_from_model(layout, case) else None,
            recent=case.id in recent,
            unlike=bool(case.unfamiliar),
            no_cup=case.no_cup,
            not_annotated=case.not_annotated,
        )
        for case in cases
    ]
