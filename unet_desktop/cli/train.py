"""unet-desktop train: a model from a project's corrected cases."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from unet_desktop.cli.progress import follow
from unet_desktop.engine.config import PRESETS, TrainConfig
from unet_desktop.errors import TrainingError


def run(
    project: Annotated[Path, typer.Argument(help="Folder of the project.")],
    preset: Annotated[str, typer.Option(help=f"One of {', '.join(PRESETS)}.")] = "fast",
    epochs: Annotated[int | None, typer.Option(help="Passes over the training cases.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Peak learning rate.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Pictures a step.")] = None,
    seed: Annotated[int | None, typer.Option(help="Same seed, same result on the same machine.")] = None,
    from_scratch: Annotated[bool, typer.Option(help="Do not go on from the newest model.")] = False,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
) -> None:
    """Train a model on the project's corrected cases."""
    from unet_desktop.tasks.alone import alone
    from unet_desktop.tasks.train import train_project

    config = configuration(
        preset, {"epochs": epochs, "learning_rate": learning_rate, "batch_size": batch_size, "seed": seed}
    )
    events = train_project(project, config, from_scratch=from_scratch, device=device)
    raise typer.Exit(follow(alone(project, events), "Training").code)


def configuration(preset: str, changes: dict[str, int | float | None]) -> TrainConfig:
    """The preset with those settings changed that are given.

    Raises:
        TrainingError: no such preset, or a setting that cannot work.
    """
    if preset not in PRESETS:
        raise TrainingError(f'There is no preset "{preset}"; choose one of {", ".join(PRESETS)}.')
    given = {name: value for name, value in changes.items() if value is not None}
    return replace(PRESETS[preset], **given)  # type: ignore[arg-type]  # names and kinds are those of the options
