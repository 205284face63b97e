"""NamedPictures: finds pictures by name and folder in a time that does not depend on how many there are."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from enum import IntEnum
from pathlib import Path, PurePath

from unet_desktop.file_names import fold
from unet_desktop.labels import LabelSet
from unet_desktop.masks.names import picture_names, place_of


class Nearness(IntEnum):
    """How near a picture's folder is to that of a mask."""

    SAME_FOLDER = 0
    ONE_MEANING = 1
    SAME_ENDING = 2
    NO_FOLDERS = 3
    ANYWHERE = 9


NEAR = tuple(Nearness)[:-1]
"""Those at which a mask may be the picture's."""

_Entry = tuple[int, int, Path]
"""(number of the picture, form of its name, the picture)."""


class NamedPictures:
    """The pictures of a folder; a thousand sub-folders may each hold an "image.jpg"."""

    def __init__(self, pictures: Sequence[Path], root: Path, labels: LabelSet) -> None:
        """Index pictures, which lie below a folder."""
        self._labels = labels
        self._entries: dict[Hashable, list[_Entry]] = {}
        for number, picture in enumerate(pictures):
            relative = picture.relative_to(root)
            place = place_of(relative, labels)
            for form, name in enumerate(picture_names(picture)):
                for key in (
                    name,
                    ("folder", name, picture.parent),
                    ("relative folder", name, relative.parent),
                    ("place", name, place),
                    *(("ending", name, place[start:]) for start in range(1, len(place))),
                ):
                    self._entries.setdefault(key, []).append((number, form, picture))

    def near(
        self, name: str, mask: Path, relative: PurePath, place: tuple[str, ...], nearness: Nearness
    ) -> list[tuple[int, Path]]:
        """Return (form of the name, picture) of the pictures of a name that are so near to a mask, or nearer, in order.

        Args:
            name: one of the pictures' names, see `picture_names`.
            mask: the mask's file.
            relative: the same, below the folder of masks.
            place: what its folders mean, see `place_of`.
            nearness: how near at least.
        """
        keys: list[Hashable] = [("folder", name, mask.parent), ("relative folder", name, relative.parent)]
        if nearness >= Nearness.ONE_MEANING:
            keys.append(("place", name, place))
        if nearness >= Nearness.SAME_ENDING and place:
            keys.append(("ending", name, place))
            keys += [("place", name, place[start:]) for start in range(1, len(place))]
        if nearness >= Nearness.NO_FOLDERS:
            keys.append(("place", name, ()) if place else name)
        if nearness is Nearness.ANYWHERE:
            keys.append(name)
        found = {entry for key in keys for entry in self._entries.get(key, ())}
        return [(form, picture) for _, form, picture in sorted(found)]

    def find_stated(self, stated: PurePath, folder: Path) -> list[Path]:
        """Return the pictures that a file can mean that states a picture's name or path, in order; one if it is sure.

        Args:
            stated: the name or path; one that leads elsewhere on another computer still ends in the picture's folders.
            folder: in which that file lies.
        """
        place = place_of(stated, self._labels)
        for nearness in NEAR:
            for name in (fold(stated.name), fold(stated.stem)):
                near = self.near(name, folder / stated, stated, place, nearness)
                if near:
                    whole = [picture for _, picture in near if picture.name == stated.name]
                    return list(dict.fromkeys(whole or [picture for _, picture in near]))
        return []
