"""Bringing pictures, and masks that other programs made, into a project."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from unet_desktop import files
from unet_desktop.errors import ImageError, MaskError, UserError, WriteError
from unet_desktop.images.listing import find_images
from unet_desktop.images.read import read_size
from unet_desktop.masks.foreign import read_foreign_mask
from unet_desktop.masks.regions import Mask
from unet_desktop.project.case import UNCORRECTED, Case
from unet_desktop.project.project import Project
from unet_desktop.tasks.events import ItemDone


def import_images(
    root: Path, source: Path, *, copy: bool = True, masks: Path | None = None, recursive: bool = False
) -> Iterator[ItemDone]:
    """Make each picture of a folder (or one picture) a case of the project; what is a case already is passed over.

    Args:
        root: the project's folder.
        source: a folder of pictures, or one picture.
        copy: copy the pictures into the project, or refer to them where they are.
        masks: a folder of masks with the pictures' names (`photo.jpg` and `photo.png` or `photo_OD.tif`), or None.
        recursive: look into sub-folders.

    Yields:
        one event a picture; a picture whose mask does not fit is not taken in, and the event says why.

    Raises:
        UserError: before the first event, when project, folder or masks cannot be used at all.
    """
    project = Project.open(root)
    found = [source] if source.is_file() else find_images(source, recursive=recursive)
    masks_by_stem = {} if masks is None else _masks_by_stem(masks)
    known = project.cases_by_hash()
    stems = {path.stem.casefold() for path in found}
    for done, path in enumerate(found, 1):
        try:
            mask = _mask_for(path, masks_by_stem, stems)
            note = _import_one(project, path, copy, mask, known)
            if masks is not None and mask is None:
                note = f"{note} There is no mask of its name.".strip()
            yield ItemDone(path.name, done, len(found), note=note)
        except WriteError:  # no room or no right concerns all pictures that follow
            raise
        except UserError as error:
            yield ItemDone(path.name, done, len(found), problem=str(error))


def _import_one(project: Project, path: Path, copy: bool, mask_path: Path | None, known: dict[str, Case]) -> str:
    try:
        digest = files.sha256(path)
    except OSError as error:
        raise ImageError(f"{path} cannot be read ({error.strerror}).") from error
    foreign = None if mask_path is None else read_foreign_mask(mask_path, project.labels)
    case = known.get(digest)
    if case is None:
        if foreign is not None:
            _refuse_other_size(foreign.mask, mask_path, path, read_size(path))
        case = known[digest] = project.add_image(path, copy=copy)
        what = ""
    elif case.state not in UNCORRECTED:
        return "It is in the project already, with a mask."
    else:
        what = "It is in the project already."
    if foreign is None:
        return what
    known[digest] = project.save_mask(case.id, foreign.mask)
    return f"Mask: {foreign.mapping}."


def _refuse_other_size(mask: Mask, mask_path: Path | None, image: Path, size: tuple[int, int]) -> None:
    if mask.shape != size:
        raise MaskError(
            f"The mask {mask_path} has {mask.shape[1]} x {mask.shape[0]} pixels but its picture "
            f"{image.name} {size[1]} x {size[0]}. Choose the masks that belong to these pictures."
        )


def _masks_by_stem(folder: Path) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for path in find_images(folder, recursive=True):
        found.setdefault(path.stem.casefold(), []).append(path)
    return found


def _mask_for(image: Path, masks: dict[str, list[Path]], images: set[str]) -> Path | None:
    """The mask of the picture's name, or the only one whose name goes on after it with `_`, `-` or a dot.

    A mask that has another picture's name is that picture's, also where the one name begins with the other.
    """
    stem = image.stem.casefold()
    fitting = masks.get(stem) or [
        path
        for name, paths in masks.items()
        if name not in images and name.startswith((f"{stem}_", f"{stem}-", f"{stem}."))
        for path in paths
    ]
    fitting = [path for path in fitting if path != image]
    if len(fitting) > 1:
        names = ", ".join(path.name for path in fitting[:3])
        raise MaskError(f"{image.name} has several masks ({names}); leave one for each picture in the folder.")
    return fitting[0] if fitting else None
