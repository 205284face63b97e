"""The demo: make a sample project, train, predict the rest, and write masks, table and overlay picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from unet_desktop import files
from unet_desktop.engine.config import PRESETS, TrainConfig
from unet_desktop.errors import ProjectError
from unet_desktop.images.read import read_image
from unet_desktop.masks.file import read_mask
from unet_desktop.masks.overlay import contact_sheet, draw_outlines, encode_jpeg
from unet_desktop.project.layout import Layout
from unet_desktop.project.models import list_models
from unet_desktop.project.project import Project
from unet_desktop.tasks.evaluation.reader import folder_reader, predictions
from unet_desktop.tasks.evaluation.result import Evaluation, EvaluationSettings
from unet_desktop.tasks.evaluation.run import evaluate
from unet_desktop.tasks.evaluation.sides import Sides
from unet_desktop.tasks.events import DemoResult, FileWritten, TaskEvent
from unet_desktop.tasks.folders.request import Request
from unet_desktop.tasks.folders.run import segment_folder
from unet_desktop.tasks.own_files import mark_jpeg, refuse_foreign
from unet_desktop.tasks.sample import TRUE_MASKS, make_sample_project
from unet_desktop.tasks.segment_cases import segment_cases
from unet_desktop.tasks.train import train_project


def demo_config() -> TrainConfig:
    """The default preset with fewer epochs: drawings are easier than eyes."""
    return replace(PRESETS["fast"], epochs=14, locate_epochs=6)


def run_demo(folder: Path) -> Iterator[TaskEvent]:
    """Make `folder/project` and `folder/results`; the project of an earlier demo is used again, not overwritten.

    Raises:
        UserError: the folder cannot be used.
    """
    root, results = folder / "project", folder / "results"
    sheet = results / "overlay.jpg"
    refuse_foreign([sheet])
    if not Layout(root).manifest.exists():
        files.make_folder(folder)
        yield from make_sample_project(root)
    project = Project.open(root)
    yield FileWritten("sample project (synthetic photographs)", root)
    waiting = sorted(path.stem for path in (root / TRUE_MASKS).glob("*.png"))
    if not waiting:
        raise ProjectError(f"The sample project {root} is incomplete. Delete {folder} and start again.")
    yield from train_project(root, demo_config(), from_scratch=True)
    model = list_models(project.layout)[0].path
    yield from segment_cases(root, waiting, model)
    yield from segment_folder(Request(sources=(root / "images",), output=results, model=model))
    yield from _evaluate(root, project)
    _write_sheet(Project.open(root), waiting[:8], sheet)
    yield FileWritten("overlay picture", sheet)


def _evaluate(root: Path, project: Project) -> Iterator[DemoResult]:
    sides = Sides(predictions(project), folder_reader(root / TRUE_MASKS, labels=project.labels), project.labels)
    for event in evaluate(sides, EvaluationSettings(resamples=0)):
        if isinstance(event, Evaluation):
            yield DemoResult(event.pictures, event.means)


def _write_sheet(project: Project, case_ids: list[str], path: Path) -> None:
    pictures = []
    for case_id in case_ids:
        mask = read_mask(project.layout.prediction(case_id), project.labels)
        pictures.append(draw_outlines(read_image(project.image_path(case_id)).pixels, mask, project.labels))
    files.write_bytes(path, mark_jpeg(encode_jpeg(contact_sheet(pictures, columns=4, side=360))))
