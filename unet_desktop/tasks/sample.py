"""The sample project for the demo and first steps: synthetic fundus photographs, some with their true masks."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from unet_desktop.errors import ProjectError
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.file import write_mask
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.masks.synthetic import synthetic_fundus
from unet_desktop.project.project import Project
from unet_desktop.tasks.events import ItemDone

TRUE_MASKS = "true-masks"
"""Folder of the true masks of the photographs without a mask, to evaluate a model."""


@dataclass(frozen=True, slots=True)
class SamplePlan:
    """Number of photographs, number of those that have masks, side in pixels, and random seed."""

    photographs: int = 28
    corrected: int = 20
    size: int = 640
    seed: int = 1


def make_sample_project(root: Path, plan: SamplePlan | None = None) -> Iterator[ItemDone]:
    """Make a project of drawings named synthetic-NN; true masks of those without mask go to `TRUE_MASKS`.

    Raises:
        ProjectError: the folder is not empty.
    """
    plan = plan or SamplePlan()
    if not 0 <= plan.corrected <= plan.photographs:
        raise ProjectError("A sample project cannot have more masks than photographs.")
    project = Project.create(root, DISC_AND_CUP, name="Sample (synthetic photographs)")
    truth = root / TRUE_MASKS
    truth.mkdir()
    with tempfile.TemporaryDirectory(prefix="unet-desktop-") as folder:
        for index in range(plan.photographs):
            name = f"synthetic-{index + 1:02d}"
            drawn = synthetic_fundus(plan.seed * 1000 + index, plan.size)
            picture = Path(folder) / f"{name}.jpg"
            write_jpeg(picture, drawn.pixels, quality=92)
            case = project.add_image(picture)
            if index < plan.corrected:
                project.save_mask(case.id, drawn.mask)
            else:
                write_mask(truth / f"{case.id}.png", drawn.mask, project.labels)
            yield ItemDone(name, index + 1, plan.photographs)
