"""The events of tasks that add, change, remove or restore cases: which ones are on disk now."""

from __future__ import annotations

from dataclasses import dataclass

from unet_desktop.project.bin import Removed
from unet_desktop.project.case import Case


@dataclass(frozen=True, slots=True)
class CasesWritten:
    """Cases were added to a project or changed, and are on disk now.

    Attributes:
        cases: as they are now.
        done, total: how many items of the task are done, of how many; 0 where items tell it themselves.
        problems: why others of these items could not be done, one sentence each.
    """

    cases: tuple[Case, ...]
    done: int = 0
    total: int = 0
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CasesRemoved:
    """Cases were moved to the bin."""

    removed: tuple[Removed, ...]
    done: int
    total: int
    problems: tuple[str, ...] = ()
