"""unet-desktop train: a model from a project's corrected cases."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from unet_desktop.cli.console import DONE, messages
from unet_desktop.cli.progress import follow
from unet_desktop.engine.config import PRESETS, TrainConfig
from unet_desktop.errors import TrainingError
from unet_desktop.tasks.events import TrainingTaskEvent
from unet_desktop.tasks.holding_project import holding_project
from unet_desktop.tasks.interrupted import find_interrupted

_DEFAULT = "fast"

_LOCATE_EPOCHS = typer.Option(help="The same for the locating network, which is trained first.")
_UNLIKE_DRAWS = typer.Option(
    help="Draw newly corrected cases that are unlike the earlier ones at least this many times as often."
)
_REPLACE = typer.Option("--replace", help="With --show-augmentation: overwrite a file that is something else.")


def run(
    project: Annotated[Path, typer.Argument(help="Folder of the project.")],
    preset: Annotated[str | None, typer.Option(help=f"One of {', '.join(PRESETS)}; {_DEFAULT} if not given.")] = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over the training cases.")] = None,
    locate_epochs: Annotated[int | None, _LOCATE_EPOCHS] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Peak learning rate.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Pictures per step, over all processes.")] = None,
    locate_batch_size: Annotated[int | None, typer.Option(help="The same for the locating network.")] = None,
    patience: Annotated[
        int | None, typer.Option(help="Stop after this many epochs without improvement; 0: never.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Random seed: the same seed gives the same result on the same machine.")
    ] = None,
    correction_weight: Annotated[
        float | None, typer.Option(help="Weight of a corrected pixel in the loss; others weigh 1.")
    ] = None,
    recent_draws: Annotated[
        int | None, typer.Option(help="Draw newly corrected cases this many times as often.")
    ] = None,
    unlike_draws: Annotated[int | None, _UNLIKE_DRAWS] = None,
    from_scratch: Annotated[bool, typer.Option(help="Start from new weights, not from the newest model.")] = False,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    resume: Annotated[bool, typer.Option(help="Resume the interrupted training.")] = False,
    anew: Annotated[bool, typer.Option(help="Discard the interrupted training run and start a new one.")] = False,
    folds: Annotated[
        int | None, typer.Option(help="Run a cross-validation with this many folds, then train on all cases.")
    ] = None,
    show_augmentation: Annotated[
        Path | None, typer.Option(help="Do not train; write augmented training pictures to this JPEG file.")
    ] = None,
    replace: Annotated[bool, _REPLACE] = False,
) -> None:
    """Train a model on the project's corrected cases. Start it with torchrun to use several GPUs."""
    changes = {
        "epochs": epochs,
        "locate_epochs": locate_epochs,
        "learning_rate": learning_rate,
        "batch_size": batch_size,
        "locate_batch_size": locate_batch_size,
        "patience": patience,
        "seed": seed,
        "correction_weight": correction_weight,
        "recent_draws": recent_draws,
        "unlike_draws": unlike_draws,
    }
    if show_augmentation is not None:
        raise typer.Exit(_draw(project, configuration(preset, changes), show_augmentation, replace))
    _refuse_contradictions(resume=resume, anew=anew or from_scratch, folds=folds is not None)
    if resume:
        events = _resume(project, preset, changes, device)
    elif folds is not None:
        events = _train_folds(project, configuration(preset, changes), device, folds)
    else:
        events = _train_new(project, configuration(preset, changes), device, from_scratch=from_scratch, anew=anew)
    raise typer.Exit(_follow_training(project, events, device))


def _follow_training(project: Path, events: Iterator[TrainingTaskEvent], device: str) -> int:
    """Follow a training run to its end and return the exit code; any process but the first works for the first."""
    with _join_processes(device) as first:
        if not first:
            from unet_desktop.engine.training.distributed_run import run_worker

            deque(run_worker(device), maxlen=0)  # the first process reports progress
            return DONE
        followed = follow(holding_project(project, events), "Training")
    if followed.stopped and find_interrupted(project) is not None:
        messages.print("Resume it with --resume.", markup=False)
    return followed.code


@contextmanager
def _join_processes(device: str) -> Iterator[bool]:
    """Connect to the other processes if torchrun started several.

    Yields:
        whether this is the first process: it alone holds the project, writes files and reports.

    Raises:
        TrainingError: the processes do not find each other, or the device cannot be shared.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1 or "RANK" not in os.environ:
        yield True  # without importing torch, which takes a second
        return
    from unet_desktop.engine.device import distributed

    distributed.join(device)
    first = distributed.is_first()
    try:
        yield first
    finally:
        distributed.leave()
    if not first:
        distributed.exit_process()


def _resume(
    project: Path, preset: str | None, changes: dict[str, int | float | None], device: str
) -> Iterator[TrainingTaskEvent]:
    given = preset is not None or any(value is not None for value in changes.values())
    config = configuration(preset, changes) if given else None
    from unet_desktop.tasks.train import resume_project

    yield from resume_project(project, config, device=device)


def _refuse_contradictions(*, resume: bool, anew: bool, folds: bool) -> None:
    if resume and anew:
        raise TrainingError(
            "--resume keeps the original settings; use it without other options, or start a new run with --anew."
        )
    if folds and (resume or anew):
        raise TrainingError(
            "--folds always starts new training runs; use it without --resume, --anew and --from-scratch."
        )


def _train_folds(project: Path, config: TrainConfig, device: str, folds: int) -> Iterator[TrainingTaskEvent]:
    from unet_desktop.tasks.train_folds import train_folds

    yield from train_folds(project, config, folds, device=device)


def _train_new(
    project: Path, config: TrainConfig, device: str, *, from_scratch: bool, anew: bool
) -> Iterator[TrainingTaskEvent]:
    """Start a new run; discarding an interrupted one needs --anew."""
    found = find_interrupted(project)
    if found is not None and not anew:
        raise TrainingError(
            f"There is an interrupted training run: {found.describe()}. Resume it with --resume, or discard it and "
            "start a new one with --anew."
        )
    from unet_desktop.tasks.train import train_project

    yield from train_project(project, config, from_scratch=from_scratch, device=device)


def configuration(preset: str | None, changes: dict[str, int | float | None]) -> TrainConfig:
    """The preset with the given settings changed.

    Raises:
        TrainingError: no such preset, or a setting that cannot work.
    """
    preset = preset or _DEFAULT
    if preset not in PRESETS:
        raise TrainingError(f'There is no preset "{preset}"; choose one of {", ".join(PRESETS)}.')
    given = {name: value for name, value in changes.items() if value is not None}
    return replace(PRESETS[preset], **given)  # type: ignore[arg-type]  # names and types are those of the options


def _draw(project: Path, config: TrainConfig, target: Path, replace: bool) -> int:
    """Write augmented pictures and return the exit code."""
    from unet_desktop.tasks.show_augmentation import write_augmentation

    return follow(write_augmentation(project, config, target, replace=replace), "Drawing").code
