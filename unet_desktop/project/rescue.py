"""Rescue: a copy of a mask outside its project, for when the project's folder is not there to be written any more."""

from __future__ import annotations

from pathlib import Path

import platformdirs

from unet_desktop import files
from unet_desktop.errors import WriteError
from unet_desktop.labels import LabelSet
from unet_desktop.links import refuse_links
from unet_desktop.masks.file import write_mask
from unet_desktop.masks.regions import Mask

_copies: dict[tuple[Path, str], Path] = {}
"""What this program wrote, by project and case: a newer mask replaces the copy of an older one."""


def rescue_mask(root: Path, labels: LabelSet, case_id: str, mask: Mask) -> Path:
    """Write a copy of a mask, (H, W) uint8, into a folder beside the project's, or else into the user's own.

    Returns:
        where it is; no file that was there is replaced.

    Raises:
        WriteError: it cannot be written in either place.
    """
    known = _copies.get((root, case_id))
    if known is not None:
        write_mask(known, mask, labels)
        return known
    name = f"{root.name} - unsaved masks"
    try:
        path = _write_new(root.parent, name, case_id, mask, labels)
    except WriteError:
        own = Path(platformdirs.user_data_dir("unet-desktop", appauthor=False))
        path = _write_new(own, name, case_id, mask, labels)
    _copies[root, case_id] = path
    return path


def _write_new(parent: Path, name: str, case_id: str, mask: Mask, labels: LabelSet) -> Path:
    folder = parent / name
    refuse_links(parent, folder)
    files.make_folder(folder)
    path, number = folder / f"{case_id}.png", 2
    while path.exists():
        path, number = folder / f"{case_id}-{number}.png", number + 1
    write_mask(path, mask, labels)
    return path
