"""MaskOptions: what somebody said about masks of other programs, where their files do not say it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from unet_desktop.masks.readings import TableReading


@dataclass(frozen=True, slots=True)
class MaskOptions:
    """What somebody said about masks, where the files do not say it themselves.

    Attributes:
        values: what numbers or colours mean, for all masks; None to find out.
        loose: a mask also belongs to the picture with whose name its own begins.
        as_stored: masks of turned photographs were drawn on them as stored, or on the upright ones; None to find out.
        names: what names of labels in annotations mean: values of the project's masks, None to leave a name out.
        axes: which coordinate or axis of arrays and text contours is first, "xy" or "yx"; None to find out.
        only: the files among the masks to use; all if empty.
    """

    values: TableReading | None = None
    loose: bool = False
    as_stored: bool | None = None
    names: tuple[tuple[str, int | None], ...] = ()
    axes: Literal["xy", "yx"] | None = None
    only: frozenset[Path] = frozenset()


FIND_OUT = MaskOptions()
