"""Bringing pictures, and masks that other programs made, into a project."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from unet_desktop import files
from unet_desktop.errors import ImageError, MaskError, UserError, WriteError
from unet_desktop.images.listing import find_images
from unet_desktop.images.read import SUFFIXES, read_size
from unet_desktop.masks.foreign import read_foreign_mask
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
    known = project.image_hashes()
    for done, path in enumerate(found, 1):
        try:
            note = _import_one(project, path, copy, masks_by_stem, known)
            yield ItemDone(path.name, done, len(found), note=note)
        except WriteError:  # no room or no right concerns all pictures that follow
            raise
        except UserError as error:
            yield ItemDone(path.name, done, len(found), problem=str(error))


def _import_one(project: Project, path: Path, copy: bool, masks: dict[str, list[Path]], known: set[str]) -> str:
    try:
        digest = files.sha256(path)
    except OSError as error:
        raise ImageError(f"{path} cannot be read ({error.strerror}).") from error
    if digest in known:
        return "It is in the project already."
    foreign = None
    mask_path = _mask_for(path, masks)
    if mask_path is not None:
        foreign = read_foreign_mask(mask_path, project.labels)
        if foreign.mask.shape != read_size(path):
            height, width = read_size(path)
            raise MaskError(
                f"The mask {mask_path} has {foreign.mask.shape[1]} x {foreign.mask.shape[0]} pixels but its picture "
                f"{path.name} {width} x {height}. Choose the masks that belong to these pictures."
            )
    case = project.add_image(path, copy=copy)
    known.add(digest)
    if foreign is None:
        return "" if not masks else "There is no mask of its name."
    project.save_mask(case.id, foreign.mask)
    return f"Mask: {foreign.mapping}."


def _masks_by_stem(folder: Path) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for path in find_images(folder, recursive=True):
        found.setdefault(path.stem.casefold(), []).append(path)
    return found


def _mask_for(image: Path, masks: dict[str, list[Path]]) -> Path | None:
    """The mask of the picture's name, or the only one whose name goes on after it with `_`, `-` or a dot."""
    stem = image.stem.casefold()
    fitting = masks.get(stem) or [
        path for name, paths in masks.items() if name.startswith((f"{stem}_", f"{stem}-", f"{stem}.")) for path in paths
    ]
    fitting = [path for path in fitting if path.suffix.lower() in SUFFIXES and path != image]
    if len(fitting) > 1:
        names = ", ".join(path.name for path in fitting[:3])
        raise MaskError(f"{image.name} has several masks ({names}); leave one for each picture in the folder.")
    return fitting[0] if fitting else None
