"""Show training pictures as the segmenting network sees them, using the augmentation code of training."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from unet_desktop import files
from unet_desktop.engine.config import TrainConfig
from unet_desktop.engine.data.dataset import Dataset
from unet_desktop.engine.data.variants import augment_example
from unet_desktop.engine.networks.specs import specs_for
from unet_desktop.errors import TrainingError
from unet_desktop.masks.overlay import contact_sheet, draw_outlines, encode_jpeg
from unet_desktop.project.project import Project
from unet_desktop.tasks.events import AugmentedSheet, FileWritten, ItemDone
from unet_desktop.tasks.own_files import mark_jpeg, refuse_foreign
from unet_desktop.tasks.train import make_samples, trainable

_COUNT = 12
_COLUMNS = 4
_SIDE = 256


def show_augmentation(root: Path, config: TrainConfig) -> Iterator[ItemDone | AugmentedSheet]:
    """Augment up to twelve corrected cases into twelve pictures with outlines.

    Args:
        root: the project's folder.
        config: augmentation and seed.

    Raises:
        UserError: no case is corrected, or one cannot be read.
    """
    project = Project.open(root)
    cases = [case for case in trainable(project.cases()) if not case.damage][:_COUNT]
    specs = {"segment": specs_for(project.labels, config)["segment"]}
    data = Dataset(make_samples(project, cases), project.labels, specs)
    for done in data.read():
        yield ItemDone(cases[done - 1].id, done, len(cases))
    usable = data.usable("segment")
    if not usable:
        raise TrainingError(
            "There is nothing to show: no corrected case contains a label. Draw some masks and save them."
        )
    generator = np.random.default_rng(config.seed)
    pictures = []
    for number in range(_COUNT):
        view = data.example("segment", usable[number % len(usable)])
        picture, mask, _ = augment_example(view, specs["segment"], config, generator)
        pictures.append(draw_outlines(picture, mask, project.labels))
    yield AugmentedSheet(contact_sheet(pictures, _COLUMNS, _SIDE))


def write_augmentation(
    root: Path, config: TrainConfig, target: Path, *, replace: bool = False
) -> Iterator[ItemDone | FileWritten]:
    """Write the pictures of `show_augmentation` as a JPEG file; with `replace`, over whatever file is there.

    Raises:
        UserError: as `show_augmentation`, or it cannot be written.
    """
    if target.suffix.lower() not in (".jpg", ".jpeg"):
        raise TrainingError(f"Augmented pictures are written as JPEG, so {target} must end in .jpg.")
    if not replace:
        refuse_foreign([target])
    for event in show_augmentation(root, config):
        if isinstance(event, AugmentedSheet):
            files.write_bytes(target, mark_jpeg(encode_jpeg(event.pixels)))
            yield FileWritten("augmented pictures", target)
        else:
            yield event
