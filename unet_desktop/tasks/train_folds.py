"""Cross-validation: estimate how good a model of these cases is, then train one on all of them."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from unet_desktop.engine.config import TrainConfig
from unet_desktop.engine.device.device import choose
from unet_desktop.engine.events import Finished, Message
from unet_desktop.engine.training.distributed_run import fit_distributed
from unet_desktop.errors import TrainingError
from unet_desktop.plurals import quantity
from unet_desktop.project.models import next_model_name
from unet_desktop.project.project import Project
from unet_desktop.project.split import split_folds
from unet_desktop.tasks.events import FoldsDone, TrainingTaskEvent
from unet_desktop.tasks.review import warn_of_copies
from unet_desktop.tasks.train import TrainingCases, make_samples, select, train_on


def train_folds(root: Path, config: TrainConfig, folds: int, *, device: str = "auto") -> Iterator[TrainingTaskEvent]:
    """For each fold, train on the other folds' patients and validate on its own; finally train on all cases.

    Only the final model is kept. It has no validation cases and keeps the weights of its last epoch; the metrics of the
    folds show what to expect of it. All runs start from new weights.

    Args:
        root: the project's folder.
        config: how to train.
        folds: number of folds.
        device: as in `train_project`.

    Raises:
        UserError: too few patients for that many folds, missing pictures, a full disk, or training failed.
    """
    project = Project.open(root)
    selection = yield from select(project)
    cases = (*selection.train, *selection.validation)
    groups = {case.group for case in cases}
    if not 2 <= folds <= len(groups):
        raise TrainingError(f"There can be 2 to {len(groups)} folds, as many as patients, but not {folds}.")
    held_out_groups = split_folds(groups, folds, selection.contents)
    yield from warn_of_copies(project, [[case for case in cases if case.group in fold] for fold in held_out_groups])
    place, results = choose(device), []
    with tempfile.TemporaryDirectory() as folder:
        for number, held_out in enumerate(held_out_groups, 1):
            train = make_samples(project, [case for case in cases if case.group not in held_out])
            validation = make_samples(project, [case for case in cases if case.group in held_out])
            trained = quantity(len(train), "case")
            yield Message(f"Fold {number} of {folds}: training on {trained}, validating on {len(validation):,}.")
            model = Path(folder) / "model.safetensors"
            for event in fit_distributed(train, validation, project.labels, config, save_to=model, device=place):
                yield event
                if isinstance(event, Finished):
                    results.append(event.metrics)
    yield _summarise(results)
    yield Message(f"Final training on all {quantity(len(cases), 'case')}, without validation.")
    name = next_model_name(project.layout)
    yield from train_on(project, name, TrainingCases(cases, ()), config, place, resumable=False)


def _summarise(results: Sequence[Mapping[str, float]]) -> FoldsDone:
    """Mean and standard deviation over the folds of each metric that all of them have."""
    names = [name for name in results[0] if all(name in metrics for metrics in results)]
    columns = {name: [metrics[name] for metrics in results] for name in names}
    return FoldsDone(
        len(results),
        {name: statistics.fmean(column) for name, column in columns.items()},
        {name: statistics.stdev(column) for name, column in columns.items()},
    )
