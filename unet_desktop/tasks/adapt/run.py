"""Adapt a project's model to a folder of pictures without masks, and save the result if it has not become worse.

The model trains on the project's training cases, on the same cases in the colours of the folder's pictures, and on what
it is sure of in those pictures. docs/experiments/2026-11-30-adapt.md says what each of them is worth.
"""

from __future__ import annotations

import math
import shutil
import tempfile
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from unet_desktop.engine.config import TrainConfig
from unet_desktop.engine.data.dataset import Sample
from unet_desktop.engine.device.cpu_priority import Cores
from unet_desktop.engine.device.device import Device
from unet_desktop.engine.events import BatchDone, Finished, Message, StopPoint, TrainEvent
from unet_desktop.engine.files import checkpoint
from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.engine.training.fit import fit
from unet_desktop.engine.training.validate import evaluate_end_to_end
from unet_desktop.errors import CheckpointError, ImageError, TrainingError, WriteError
from unet_desktop.images.read import read_image
from unet_desktop.labels import LabelSet
from unet_desktop.masks.compare import compare_masks, mean_metrics
from unet_desktop.masks.measure import cup_to_disc
from unet_desktop.project.case import UNCORRECTED
from unet_desktop.project.models import Model, list_models, next_model_name
from unet_desktop.project.project import Project
from unet_desktop.project.trail import Act, Event, append
from unet_desktop.tasks.adapt.pictures import (
    Examined,
    PseudoCase,
    choose_pictures,
    examine_pictures,
    measure_known,
    spread,
)
from unet_desktop.tasks.adapt.recolour_cases import recolour_cases
from unet_desktop.tasks.adapt.settings import (
    DEFAULT_PICTURES,
    MAX_PICTURES,
    MIN_PICTURES,
    adapting_config,
    read_settings,
)
from unet_desktop.tasks.events import AdaptationDone, AdaptationEvent, ModelSaved
from unet_desktop.tasks.train import TrainingCases, choose_device, make_samples, select

_WORK = ".adapting-"
"""Start of the temporary folder's name."""
MAX_LOSS = 0.005
"""Mean Dice on the project's validation cases that an adapted model may lose."""
_MAX_TRAINING_CASES = 60
_MAX_VALIDATION_CASES = 40
"""More say little more, and would cost minutes."""


@dataclass(frozen=True, slots=True)
class _Adaptation:
    """What an adaptation works with.

    Attributes:
        project: the project.
        parent: the model to adapt.
        folder: of the pictures.
        device: where.
        work: temporary folder.
    """

    project: Project
    parent: Model
    folder: Path
    device: Device
    work: Path

    @property
    def labels(self) -> LabelSet:
        """The parent's labels, in its order."""
        return self.parent.header.labels


def adapt_project(
    root: Path,
    folder: Path,
    *,
    model: str = "",
    pictures: int = DEFAULT_PICTURES,
    device: str = "auto",
    cores: Cores = "all",
) -> Iterator[AdaptationEvent]:
    """Let a model of the project learn from a folder of pictures without masks; save it as a new model of the project.

    Nothing is saved if the new model is worse than its parent on the project's validation cases, or if the generator
    is closed early. The pictures are only read, and nothing that the model made of them becomes a human mask.

    Args:
        root: the project's folder.
        folder: of the pictures; its subfolders are not read.
        model: name of the model to adapt; empty for the newest.
        pictures: most pictures to use, spread evenly over the folder.
        device: "auto", "cpu", "cuda" or "mps".
        cores: how many cores to use.

    Raises:
        UserError: the folder holds too few pictures or the model is sure of too few of them, the model does not fit,
            or the project has too few corrected cases.
    """
    if not MIN_PICTURES <= pictures <= MAX_PICTURES:
        raise TrainingError(f"Adapting uses {MIN_PICTURES} to {MAX_PICTURES} pictures, not {pictures}.")
    project = Project.open(root)
    parent = _choose_parent(project, model)
    read_settings(parent.name, parent.header.training)  # said before the pictures are read
    chosen, total = choose_pictures(folder, pictures)
    place = choose_device(device, cores)
    if len(chosen) < total:
        yield Message(f"{len(chosen)} of the {total:,} pictures are used, spread evenly over the folder.")
    cases = yield from _select_cases(project)
    for left in project.root.glob(f"{_WORK}*"):  # by a program that was killed
        shutil.rmtree(left, ignore_errors=True)
    with _work_folder(project.root) as work:
        yield from _adapt(_Adaptation(project, parent, folder, place, work), cases, chosen)


@contextmanager
def _work_folder(root: Path) -> Iterator[Path]:
    """A folder in the project for recoloured pictures and pseudo-masks: pictures of patients stay where they were.

    Raises:
        WriteError: it cannot be made.
    """
    try:
        made = tempfile.TemporaryDirectory(prefix=_WORK, dir=root, ignore_cleanup_errors=True)
    except OSError as error:
        raise WriteError(
            f"{root} cannot be written ({error.strerror}). Check its permissions and free space."
        ) from error
    with made as name:
        yield Path(name)


def _adapt(adaptation: _Adaptation, cases: TrainingCases, chosen: Sequence[Path]) -> Iterator[AdaptationEvent]:
    project, parent, work = adaptation.project, adaptation.parent, adaptation.work
    own, validation = make_samples(project, cases.train), make_samples(project, cases.validation)
    old = Segmenter(checkpoint.load(parent.path), adaptation.device, parent.name)
    known = measure_known(old, own)
    examined = yield from examine_pictures(old, chosen, known, _corrected_pictures(project), work)
    _refuse_too_few(adaptation.folder, examined, len(chosen))
    before = yield from _measure(old, validation)
    if math.isnan(before):
        raise TrainingError(
            "None of the project's validation cases shows a label, so whether adapting harms the model could not be "
            "checked. Correct more cases first."
        )
    recoloured = yield from recolour_cases(old, own, examined.cases, work)
    train = [*own, *recoloured, *(case.sample for case in examined.cases)]
    target = work / parent.path.name
    config = adapting_config(read_settings(parent.name, parent.header.training), len(train))
    yield from _fit(train, validation, config, target, adaptation)
    new = Segmenter(checkpoint.load(target), adaptation.device)
    after = yield from _measure(new, validation)
    agreement, ratios = yield from _compare(old, new, examined.cases)
    name = "" if after < before - MAX_LOSS else next_model_name(project.layout)
    if name:
        _save(name, adaptation, target, cases, len(examined.cases))
    yield AdaptationDone(
        parent=parent.name,
        model=name,
        folder=adaptation.folder.absolute().name or str(adaptation.folder),
        used=len(examined.cases),
        examined=len(chosen),
        agreement=agreement,
        ratios=ratios,
        dice=(before, after),
    )
    if name:
        path = project.layout.model(name)
        made_from = f"adapted from {parent.name}"
        append(project.layout, Event(Act.CREATED, model=name, source=new.header.weights_sha256, detail=made_from))
        yield ModelSaved(name, path, dict(new.header.metrics))


def _choose_parent(project: Project, name: str) -> Model:
    """The model of that name, or the newest; it must segment crops and have the project's labels.

    Raises:
        CheckpointError: there is none, or it does not fit.
    """
    models = list_models(project.layout)
    if name:
        models = [model for model in models if model.name == name.removesuffix(".safetensors")]
        if not models:
            raise CheckpointError(f"The project {project.root} has no model {name}. Choose one of its models.")
    if not models:
        raise CheckpointError(f"The project {project.root} has no model yet that could be adapted. Train one first.")
    model = models[0]
    if not model.header.labels.same_structures(project.labels):
        changes = model.header.labels.contrast(project.labels)
        raise CheckpointError(
            f"{model.name} was trained for different labels from this project's ({changes}). Choose another model or "
            "train one."
        )
    if model.header.networks.get("segment", {}).get("framing") != "crop":
        raise CheckpointError(
            f"{model.name} cannot be adapted: it does not look for one place, such as an optic disc, in each picture. "
            "Correct some of the pictures and train on them."
        )
    return model


def _select_cases(project: Project) -> Generator[Message | StopPoint, None, TrainingCases]:
    cases = yield from select(project)
    return TrainingCases(
        tuple(spread(cases.train, _MAX_TRAINING_CASES)), tuple(spread(cases.validation, _MAX_VALIDATION_CASES))
    )


def _corrected_pictures(project: Project) -> frozenset[str]:
    return frozenset(case.sha256 for case in project.cases() if case.state not in UNCORRECTED)


def _refuse_too_few(folder: Path, examined: Examined, looked_at: int) -> None:
    if len(examined.cases) < MIN_PICTURES:
        sure = "none" if not examined.cases else f"only {len(examined.cases)}"
        raise ImageError(
            f"The model is sure of {sure} of the {looked_at} pictures examined in {folder}; adapting needs at least "
            f"{MIN_PICTURES}. Check that they are pictures like the project's, or correct some of them and train."
        )


def _fit(
    train: Sequence[Sample], validation: Sequence[Sample], config: TrainConfig, target: Path, adaptation: _Adaptation
) -> Iterator[TrainEvent]:
    events = fit(
        train,
        validation,
        adaptation.labels,
        config,
        save_to=target,
        device=adaptation.device,
        start_from=adaptation.parent.path,
    )
    try:
        for event in events:
            if not isinstance(event, Finished | Message):
                yield event
    finally:
        events.close()


def _measure(segmenter: Segmenter, validation: Sequence[Sample]) -> Generator[BatchDone | StopPoint, None, float]:
    """Mean Dice over the labels on the validation cases, from whole pictures."""
    measured = []
    for result in evaluate_end_to_end(segmenter, validation):
        if isinstance(result, StopPoint):
            yield result
            continue
        measured.append(result[1])
        yield BatchDone("measure", 0, 0, len(measured), len(validation), math.nan, math.nan)
    return mean_metrics(measured).get("dice", math.nan)


def _compare(
    old: Segmenter, new: Segmenter, cases: Sequence[PseudoCase]
) -> Generator[BatchDone, None, tuple[Mapping[str, float], tuple[float, float] | None]]:
    """Mean Dice of each label between both models' masks, and the mean vertical cup-to-disc ratio of both."""
    labels = new.header.labels
    metrics, ratios = [], []
    for done, case in enumerate(cases, 1):
        pixels = read_image(case.sample.image).pixels
        first, second = (model.segment(pixels).mask for model in (old, new))
        metrics.append(compare_masks(second, first, labels))
        pair = [cup_to_disc(mask, labels) for mask in (first, second)]
        ratios.append([math.nan if one is None else one.vertical for one in pair])
        yield BatchDone("measure", 0, 0, done, len(cases), math.nan, math.nan)
    means = mean_metrics(metrics)
    agreement = {label.name: means[f"dice/{label.name}"] for label in labels if f"dice/{label.name}" in means}
    sure = [pair for pair in ratios if not any(map(math.isnan, pair))]
    if not sure:
        return agreement, None
    before, after = np.mean(sure, axis=0)
    return agreement, (float(before), float(after))


def _save(name: str, adaptation: _Adaptation, made: Path, cases: TrainingCases, pictures: int) -> None:
    """Write the model into the project; its header tells of the project's cases and of the folder apart."""
    parent = adaptation.parent
    model = checkpoint.load(made)
    learned = dict.fromkeys([*parent.header.data.get("train_cases", []), *(case.id for case in cases.train)])
    folder = adaptation.folder.absolute().name
    data = model.header.data | {
        "train": len(learned),
        "train_cases": list(learned),
        "adapted": {"parent": parent.name, "folder": folder, "pictures": pictures},
    }
    header = replace(model.header, data=data)
    checkpoint.save(adaptation.project.layout.model(name), header, model.networks)
