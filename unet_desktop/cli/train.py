"""unet-desktop train: a model from a project's corrected cases."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from unet_desktop.cli.console import DONE, messages
from unet_desktop.cli.progress import follow
from unet_desktop.engine.config import PRESETS, TrainConfig
from unet_desktop.errors import TrainingError
from unet_desktop.tasks.events import FileWritten, ItemDone, TrainingTaskEvent
from unet_desktop.tasks.holding_project import holding_project
from unet_desktop.tasks.interrupted import find_interrupted
from unet_desktop.tasks.processes import joined, run_worker

_DEFAULT = "fast"


def run(
    project: Annotated[Path, typer.Argument(help="Folder of the project.")],
    preset: Annotated[str | None, typer.Option(help=f"One of {', '.join(PRESETS)}; {_DEFAULT} if not given.")] = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over the training cases.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Peak learning rate.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Pictures a step, of all processes together.")] = None,
    locate_batch_size: Annotated[int | None, typer.Option(help="The same while learning to locate.")] = None,
    patience: Annotated[
        int | None, typer.Option(help="End after so many epochs without a better one; 0: never.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Same seed, same result on the same machine.")] = None,
    correction_weight: Annotated[
        float | None, typer.Option(help="How much a corrected pixel counts; others count 1.")
    ] = None,
    recent_draws: Annotated[
        int | None, typer.Option(help="So many times as often are newly corrected cases drawn.")
    ] = None,
    from_scratch: Annotated[bool, typer.Option(help="Do not go on from the newest model.")] = False,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    resume: Annotated[bool, typer.Option(help="Go on with the training that was interrupted.")] = False,
    anew: Annotated[bool, typer.Option(help="Give up the training that was interrupted.")] = False,
    folds: Annotated[
        int | None, typer.Option(help="First train that many times by cross-validation, then on all cases.")
    ] = None,
    show_augmentation: Annotated[
        Path | None, typer.Option(help="Do not train: write training pictures as the network sees them (JPEG).")
    ] = None,
) -> None:
    """Train a model on the project's corrected cases; by torchrun, on several GPUs."""
    changes = {
        "epochs": epochs,
        "learning_rate": learning_rate,
        "batch_size": batch_size,
        "locate_batch_size": locate_batch_size,
        "patience": patience,
        "seed": seed,
        "correction_weight": correction_weight,
        "recent_draws": recent_draws,
    }
    if show_augmentation is not None:
        raise typer.Exit(follow(_augmented(project, configuration(preset, changes), show_augmentation), "Drawing").code)
    _refuse_together(resume=resume, anew=anew or from_scratch, folds=folds is not None)
    if resume:
        events = _resumed(project, preset, changes, device)
    elif folds is not None:
        events = _in_folds(project, configuration(preset, changes), device, folds)
    else:
        events = _new(project, configuration(preset, changes), device, from_scratch=from_scratch, anew=anew)
    raise typer.Exit(_carried_out(project, events, device))


def _carried_out(project: Path, events: Iterator[TrainingTaskEvent], device: str) -> int:
    """Follow a training to its end, or assist in it where this is not the first of several processes; exit code."""
    with joined(device) as first:
        if not first:
            deque(run_worker(device), maxlen=0)  # the first process tells how it goes
            return DONE
        followed = follow(holding_project(project, events), "Training")
    if followed.stopped and find_interrupted(project) is not None:
        messages.print("Go on with it by --resume.", markup=False)
    return followed.code


def _resumed(
    project: Path, preset: str | None, changes: dict[str, int | float | None], device: str
) -> Iterator[TrainingTaskEvent]:
    given = preset is not None or any(value is not None for value in changes.values())
    config = configuration(preset, changes) if given else None
    from unet_desktop.tasks.train import resume_project

    yield from resume_project(project, config, device=device)


def _refuse_together(*, resume: bool, anew: bool, folds: bool) -> None:
    if resume and anew:
        raise TrainingError("--resume goes on as the training began; give it alone, or start a new one with --anew.")
    if folds and (resume or anew):
        raise TrainingError("--folds trains anew each time and touches no other training; give it alone.")


def _in_folds(project: Path, config: TrainConfig, device: str, folds: int) -> Iterator[TrainingTaskEvent]:
    from unet_desktop.tasks.train_folds import train_folds

    yield from train_folds(project, config, folds, device=device)


def _augmented(project: Path, config: TrainConfig, target: Path) -> Iterator[ItemDone | FileWritten]:
    from unet_desktop.tasks.show_augmentation import write_augmentation

    yield from write_augmentation(project, config, target)


def _new(
    project: Path, config: TrainConfig, device: str, *, from_scratch: bool, anew: bool
) -> Iterator[TrainingTaskEvent]:
    """A new training gives up the one that was interrupted, so that has to be said."""
    found = find_interrupted(project)
    if found is not None and not anew:
        raise TrainingError(
            f"There is an interrupted training: {found.describe()}. Go on with it by --resume, or give it up and start "
            "a new one by --anew."
        )
    from unet_desktop.tasks.train import train_project

    yield from train_project(project, config, from_scratch=from_scratch, device=device)


def configuration(preset: str | None, changes: dict[str, int | float | None]) -> TrainConfig:
    """The preset with those settings changed that are given.

    Raises:
        TrainingError: no such preset, or a setting that cannot work.
    """
    preset = preset or _DEFAULT
    if preset not in PRESETS:
        raise TrainingError(f'There is no preset "{preset}"; choose one of {", ".join(PRESETS)}.')
    given = {name: value for name, value in changes.items() if value is not None}
    return replace(PRESETS[preset], **given)  # type: ignore[arg-type]  # names and kinds are those of the options
