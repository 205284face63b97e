"""Naming an object where it is made, so that tests and style sheets find it."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QObject

Named = TypeVar("Named", bound=QObject)


def with_object_name(made: Named, name: str) -> Named:
    """Set the object's name and return the object."""
    made.setObjectName(name)
    return made
