"""Hold a project while working on it, so that no other program changes it."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TypeVar

from unet_desktop.engine.events import Message
from unet_desktop.project.layout import Layout
from unet_desktop.project.lease import ProjectLease, lease_exclusively

Event = TypeVar("Event")


def holding_project(root: Path, events: Iterator[Event]) -> Iterator[Event | Message]:
    """Hold the project while passing on the events; first, report what was recovered in it.

    Args:
        root: the project's folder; if the events create the project, it is held from then on.
        events: of work that does not take the project itself.

    Raises:
        ProjectError: another program has it.
    """
    lease: ProjectLease | None = None
    try:
        if _exists(root):
            lease = lease_exclusively(root)
            yield from map(Message, lease.recovered)
        for event in events:
            if lease is None and _exists(root):
                lease = lease_exclusively(root)
            yield event
    finally:
        if isinstance(events, Generator):
            events.close()
        if lease is not None:
            lease.release()


def _exists(root: Path) -> bool:
    return Layout(root).manifest.is_file()
