"""Work on a project that no other program may change meanwhile."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TypeVar

from unet_desktop.engine.events import Message
from unet_desktop.project.layout import Layout
from unet_desktop.project.lease import ProjectLease, lease_exclusively

Event = TypeVar("Event")


def alone(root: Path, events: Iterator[Event]) -> Iterator[Event | Message]:
    """The events, while this program has the project; before them, what was recovered in it.

    Args:
        root: the project's folder; one that the events make is taken as soon as it is there.
        events: of work that does not take the project itself.

    Raises:
        ProjectError: another program has it.
    """
    access: ProjectLease | None = None
    try:
        if _is_there(root):
            access = lease_exclusively(root)
            yield from map(Message, access.recovered)
        for event in events:
            if access is None and _is_there(root):
                access = lease_exclusively(root)
            yield event
    finally:
        if isinstance(events, Generator):
            events.close()
        if access is not None:
            access.leave()


def _is_there(root: Path) -> bool:
    return Layout(root).manifest.is_file()
