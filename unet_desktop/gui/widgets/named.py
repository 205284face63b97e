"""Giving a widget its object name where it is made, so that tests and style sheets find it."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QObject

Thing = TypeVar("Thing", bound=QObject)


def named(thing: Thing, name: str) -> Thing:
    """The same object, with that name."""
    thing.setObjectName(name)
    return thing
