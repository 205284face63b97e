"""KeptShapes: shapes that were dropped before they were finished, so that undo can bring them back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

from msgspec import Meta

from unet_desktop.gui.editing.editor import CaseKey
from unet_desktop.gui.tools.tool_options import ToolKind
from unet_desktop.json_data import DataError, check
from unet_desktop.settings_file import case_key

Place = tuple[float, float]
"""(x, y) in image pixels."""
_MOST = 50
"""Cases whose unfinished shapes are remembered between runs; the oldest are forgotten first."""


@dataclass(frozen=True, slots=True)
class KeptShape:
    """A dropped shape.

    Attributes:
        kind: the tool that drew it.
        label: name of the label that it was drawn for.
        points: that were clicked, if it lacked points; such a shape is remembered between runs.
        erases: whether it is to be subtracted.
        steps: in the history when it was dropped.
        restore: gives the tool its shape back; None for one of an earlier run, whose points are placed again.
    """

    kind: ToolKind
    label: str
    points: tuple[Place, ...]
    erases: bool
    steps: int
    restore: Callable[[], None] | None = None


_Coordinate = Annotated[float, Meta(ge=-1e6, le=1e6)]


class _Stored(NamedTuple):
    name: str
    kind: ToolKind
    label: str
    points: list[tuple[_Coordinate, _Coordinate]]
    erases: bool


class KeptShapes:
    """At most one shape for each case."""

    def __init__(self) -> None:
        self._kept: dict[str, KeptShape] = {}

    def keep(self, key: CaseKey, shape: KeptShape) -> None:
        """Keep the shape of a case, instead of the one before."""
        name = case_key(*key)
        self._kept.pop(name, None)
        self._kept[name] = shape

    def find(self, key: CaseKey | None, steps: int) -> KeptShape | None:
        """The shape that undo brings back in a case, when its history has that many steps; None if that is a step."""
        found = None if key is None or not self._kept else self._kept.get(case_key(*key))
        return found if found is not None and steps <= found.steps else None

    def forget(self, key: CaseKey | None) -> None:
        """The case's shape was brought back."""
        if key is not None:
            self._kept.pop(case_key(*key), None)

    def to_json(self) -> list[Any]:
        """The unfinished shapes as plain data."""
        entries = [
            [name, shape.kind.value, shape.label, [list(point) for point in shape.points], shape.erases]
            for name, shape in self._kept.items()
            if shape.points
        ]
        return entries[-_MOST:]

    def read_json(self, entries: list[Any]) -> None:
        """Add those that `to_json` wrote; what cannot be read is left out."""
        for entry in entries[-_MOST:]:
            try:
                stored = check(entry, _Stored)
            except DataError:
                continue
            self._kept[stored.name] = KeptShape(stored.kind, stored.label, tuple(stored.points), stored.erases, 0)
