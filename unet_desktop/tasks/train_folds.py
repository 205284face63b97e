"""Cross-validation: how good a model of these cases will be, and then one that has learned from all of them."""

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
from unet_desktop.project.models import next_model_name
from unet_desktop.project.project import Project
from unet_desktop.project.split import split_folds
from unet_desktop.tasks.events import FoldsDone, TrainingTaskEvent
from unet_desktop.tasks.train import Selection, samples, select, train_on


def train_folds(root: Path, config: TrainConfig, folds: int, *, device: str = "auto") -> Iterator[TrainingTaskEvent]:
    """Train once a fold on the other folds' patients, judge by its own, and at last train a model on all cases.

    The folds' models are thrown away; the last one is kept. Nothing is left to judge it by, and the epoch that it
    ends with is the last: the folds' figures say what to expect of it. All start from new weights.

    Args:
        root: the project's folder.
        config: how to train.
        folds: how many.
        device: as in `train_project`.

    Raises:
        UserError: too few patients for so many folds, pictures missing, no room, or training failed.
    """
    project = Project.open(root)
    selection = yield from select(project)
    cases = (*selection.train, *selection.validation)
    groups = {case.group for case in cases}
    if not 2 <= folds <= len(groups):
        raise TrainingError(f"{folds} folds need as many patients, and at least 2; there are {len(groups)}.")
    place, found = choose(device), []
    with tempfile.TemporaryDirectory() as folder:
        for number, judges in enumerate(split_folds(groups, folds), 1):
            teach, judge = (
                samples(project, [case for case in cases if (case.group in judges) == judging])
                for judging in (False, True)
            )
            yield Message(f"Fold {number} of {folds}: {len(teach)} cases teach, {len(judge)} judge.")
            model = Path(folder) / "model.safetensors"
            for event in fit_distributed(teach, judge, project.labels, config, save_to=model, device=place):
                yield event
                if isinstance(event, Finished):
                    found.append(event.metrics)
    yield _together(found)
    yield Message(f"Now all {len(cases)} cases teach, and none judges.")
    name = next_model_name(project.layout)
    yield from train_on(project, name, Selection(cases, ()), config, place, resumable=False)


def _together(found: Sequence[Mapping[str, float]]) -> FoldsDone:
    """Mean and standard deviation over the folds of each figure that all have."""
    names = [name for name in found[0] if all(name in metrics for metrics in found)]
    columns = {name: [metrics[name] for metrics in found] for name in names}
    return FoldsDone(
        len(found),
        {name: statistics.fmean(column) for name, column in columns.items()},
        {name: statistics.stdev(column) for name, column in columns.items()},
    )
