"""Command: a method that people can click or type, described by a decorator on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from enum import Flag, auto
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

_HEADINGS = {
    "project": "Project",
    "app": "Project",
    "edit": "Editing",
    "tool": "Tools",
    "brush": "Tools",
    "label": "Labels",
    "region": "Region",
    "proposal": "Proposal",
    "readers": "Readers",
    "learn": "Model",
    "model": "Model",
    "case": "Cases",
    "view": "View",
    "style": "View",
    "channel": "View",
    "theme": "Window",
    "window": "Window",
    "help": "Help",
}
"""First part of a command's id to the heading that lists show it under."""

HEADINGS = tuple(dict.fromkeys(_HEADINGS.values()))
"""All headings, in the order of the lists."""


class Needs(Flag):
    """What must be there before a command can do anything."""

    NOTHING = 0
    PROJECT = auto()
    CASES = auto()
    CASE = auto()
    MASK = auto()
    IDLE = auto()
    BUSY = auto()
    MODEL = auto()
    UNCORRECTED = auto()
    UNTOUCHED = auto()
    PROPOSAL = auto()
    UNDO = auto()
    REDO = auto()
    SHAPE = auto()
    WRITABLE = auto()
    FIRST_PROPOSAL = auto()
    VERSION = auto()
    READERS = auto()
    CONSENSUS = auto()
    EYE = auto()


@dataclass(frozen=True, slots=True)
class Command:
    """One thing people can do.

    Attributes:
        id: "group.what"; settings files name commands by it, so it never changes.
        text: in menus; "&" marks the menu's access key.
        shortcut: default key sequences, separated by spaces, in Qt's portable form.
        icon: name in `icons.ICONS`, or empty.
        needs: what must be there.
        tip: a sentence, where the text alone is not enough.
        repeats: it runs again while its key is held.
        edits: it changes the mask that is there, or the proposal that waits in its place, which is accepted first.
        argument: passed to the method, where that serves several commands.
        is_checked: for a command that is on or off: whether it is on, given the object that has the method.
    """

    id: str
    text: str
    shortcut: str = ""
    icon: str = ""
    needs: Needs = Needs.NOTHING
    tip: str = ""
    repeats: bool = False
    argument: object = None
    is_checked: Callable[[Any], bool] | None = None
    edits: bool = False

    @property
    def checkable(self) -> bool:
        """Whether it is on or off."""
        return self.is_checked is not None

    @property
    def plain_text(self) -> str:
        """The text without access key and dots."""
        return self.text.replace("&", "").removesuffix("…")

    @property
    def heading(self) -> str:
        """The heading that lists show it under, one of `HEADINGS`."""
        return _HEADINGS[self.id.partition(".")[0]]


class ShowsErrors(Protocol):
    """Shows an exception to the user: `messages.error_dialogs.ErrorDialogs`."""

    def show(self, error: BaseException) -> None: ...


class CommandSet:
    """The commands of one feature: methods with `@command`, and with `@guarded` those that only panels call."""

    def __init__(self, errors: ShowsErrors) -> None:
        self.errors = errors

    def editing(self) -> AbstractContextManager[None]:
        """Surrounds the call of each command that edits."""
        return nullcontext()

    def calls(self) -> Iterator[tuple[Command, Callable[[], None]]]:
        """Each command with the call that runs it, in the order of definition."""
        for name, method in vars(type(self)).items():
            for described in _commands(method):
                call = getattr(self, name)
                yield described, call if described.argument is None else partial(call, described.argument)


def commands_of(command_set: type[CommandSet]) -> tuple[Command, ...]:
    """The commands of a class, in the order of definition."""
    return tuple(described for method in vars(command_set).values() for described in _commands(method))


Self = TypeVar("Self", bound=CommandSet)
Given = ParamSpec("Given")
Method = Callable[Concatenate[Self, Given], None]


class Decorator(Protocol):
    """Decorates any method of a `CommandSet`."""

    def __call__(self, method: Method[Self, Given], /) -> Method[Self, Given]: ...


def guarded(method: Method[Self, Given]) -> Method[Self, Given]:
    """Show what the method raises as a dialog, instead of letting it escape into Qt.

    Methods of the same class that must stop on an error call each other's unguarded part.
    """

    @wraps(method)
    def call(self: Self, /, *args: Given.args, **kwargs: Given.kwargs) -> None:
        try:
            method(self, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 - a command's boundary: a sentence or a logged bug, never silence
            self.errors.show(error)

    return call


def command(
    command_id: str,
    text: str,
    *,
    shortcut: str = "",
    icon: str = "",
    needs: Needs = Needs.NOTHING,
    tip: str = "",
    repeats: bool = False,
    argument: object = None,
    is_checked: Callable[[Any], bool] | None = None,
    edits: bool = False,
) -> Decorator:
    """Make a method of a `CommandSet` a command, guarded; several of these on one method make several commands.

    The arguments are the attributes of `Command`.
    """
    described = Command(command_id, text, shortcut, icon, needs, tip, repeats, argument, is_checked, edits)

    def describe(method: Method[Self, Given]) -> Method[Self, Given]:
        others = _commands(method)
        call = method if others else guarded(_edit(method) if edits else method)
        call.__dict__[_ATTRIBUTE] = (described, *others)  # the lowest decorator comes first
        return call

    return describe


def _edit(method: Method[Self, Given]) -> Method[Self, Given]:
    @wraps(method)
    def call(self: Self, /, *args: Given.args, **kwargs: Given.kwargs) -> None:
        with self.editing():
            method(self, *args, **kwargs)

    return call


_ATTRIBUTE = "commands"


def _commands(method: object) -> tuple[Command, ...]:
    found: tuple[Command, ...] = getattr(method, _ATTRIBUTE, ())
    return found
