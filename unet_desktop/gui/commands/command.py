"""Command: one thing that can be clicked or typed, and what it needs to be of use."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Flag, auto


class Needs(Flag):
    """What must be there for a command to be of use."""

    NOTHING = 0
    PROJECT = auto()
    CASES = auto()
    CASE = auto()
    MASK = auto()
    IDLE = auto()
    BUSY = auto()
    MODEL = auto()
    UNCORRECTED = auto()
    PROPOSAL = auto()
    UNDO = auto()
    REDO = auto()
    SHAPE = auto()
    WRITABLE = auto()


@dataclass(frozen=True, slots=True)
class Command:
    """One thing people can do.

    Attributes:
        id: of the command, "group.what".
        text: in menus; "&" marks the menu's access key.
        handler: "handlers.method", see `handlers.Handlers`.
        shortcut: key sequences, separated by spaces, in Qt's portable form.
        icon: name in `icons.ICONS`, or empty.
        needs: see `Needs`.
        tip: a sentence, where the text alone is not enough.
        checkable: it is on or off; the handlers' `checked` says which.
        argument: for handlers that serve several commands.
    """

    id: str
    text: str
    handler: str
    shortcut: str = ""
    icon: str = ""
    needs: Needs = Needs.NOTHING
    tip: str = ""
    checkable: bool = False
    argument: str | int | None = None
