"""Import Drishti-GS1 in its published folder layout.

Sivaswamy et al. 2014, "Drishti-GS: retinal image dataset for optic nerve head segmentation", ISBI, pp. 53-56.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from unet_desktop import files
from unet_desktop.errors import ImageError, MaskError, ProjectError, UserError, WriteError
from unet_desktop.images.listing import find_images
from unet_desktop.images.read import read_size
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.foreign import read_soft_map
from unet_desktop.masks.regions import Mask, label_image
from unet_desktop.project.case import CaseState
from unet_desktop.project.layout import Layout
from unet_desktop.project.project import Project
from unet_desktop.project.versions import VersionStep
from unet_desktop.tasks.events import ItemDone

THREE_OF_FOUR_EXPERTS = 191
"""Soft map level of pixels that at least 3 of 4 experts marked (0, 64, 128, 191, 255 stand for 0 to 4)."""


@dataclass(frozen=True, slots=True)
class _Photograph:
    image: Path
    disc: Path
    cup: Path


def import_drishti(source: Path, root: Path, *, copy: bool = True) -> Iterator[ItemDone]:
    """Make a project of the photographs with soft maps; a pixel is labelled where 3 of 4 experts marked it.

    Args:
        source: the folder that contains `Training`, or `Training` or `Test` itself: test photographs are imported only
            when asked for.
        root: a new or empty folder for the project, or a project that an earlier import began.
        copy: copy the photographs, or refer to them where they are.

    Raises:
        ProjectError: before the first event, if the layout is different or the folder is not empty.
    """
    photographs = _find(source)
    project = _project(root)
    known = project.cases_by_hash()
    with project.adding_many():
        for done, photograph in enumerate(photographs, 1):
            name = photograph.image.name
            try:
                case = known.get(_fingerprint(photograph.image))
                if case is None or case.state is CaseState.NEW:
                    mask = _expert_mask(photograph)
                    case = case or project.add_image(photograph.image, copy=copy)
                    project.save_mask(case.id, mask, step=VersionStep.IMPORTED)
                yield ItemDone(name, done, len(photographs))
            except WriteError:
                raise
            except UserError as error:
                yield ItemDone(name, done, len(photographs), problem=str(error))


def _fingerprint(image: Path) -> str:
    try:
        return files.sha256(image)
    except OSError as error:
        raise ImageError(f"{image} cannot be read ({error.strerror}).") from error


def _project(root: Path) -> Project:
    if not Layout(root).manifest.exists():
        return Project.create(root, DISC_AND_CUP, name=root.name)
    project = Project.open(root)
    if not project.labels.same_structures(DISC_AND_CUP):
        raise ProjectError(f"The project {root} has different labels from optic disc and cup. Choose a new folder.")
    return project


def _find(source: Path) -> list[_Photograph]:
    parts = [source, source / "Training"]
    found = [photograph for part in parts if (part / "Images").is_dir() for photograph in _find_in(part)]
    if not found:
        raise ProjectError(
            f"{source} is not laid out like Drishti-GS1: there are no Images with GT/<name>/SoftMap beside them. "
            "Choose the folder that contains Training."
        )
    return found


def _find_in(part: Path) -> list[_Photograph]:
    photographs = []
    for image in find_images(part / "Images", recursive=True):
        for truth in (part / "GT", part / f"{part.name}_GT"):
            maps = truth / image.stem / "SoftMap"
            disc, cup = (maps / f"{image.stem}_{name}segSoftmap.png" for name in ("OD", "cup"))
            if disc.is_file() and cup.is_file():
                photographs.append(_Photograph(image, disc, cup))
                break
    return photographs


def _expert_mask(photograph: _Photograph) -> Mask:
    maps = [read_soft_map(path) for path in (photograph.disc, photograph.cup)]
    height, width = read_size(photograph.image)
    for path, levels in zip((photograph.disc, photograph.cup), maps, strict=True):
        if levels.shape != (height, width):
            raise MaskError(
                f"The soft map {path} has {levels.shape[1]} x {levels.shape[0]} pixels, but its photograph has "
                f"{width} x {height}. Restore the matching files."
            )
    return label_image(np.stack([levels >= THREE_OF_FOUR_EXPERTS for levels in maps]), DISC_AND_CUP)
