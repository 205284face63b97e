"""KeptShapes: shapes that were dropped before they were finished, so that undo can bring them back."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from unet_desktop.gui.editing.editor import CaseKey
from unet_desktop.gui.tools.tool_options import ToolKind

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


class KeptShapes:
    """At most one shape for each case."""

    def __init__(self) -> None:
        self._kept: dict[CaseKey, KeptShape] = {}

    def keep(self, key: CaseKey, shape: KeptShape) -> None:
        """Keep the shape of a case, instead of the one before."""
        self._kept.pop(key, None)
        self._kept[key] = shape

    def find(self, key: CaseKey | None, steps: int) -> KeptShape | None:
        """The shape that undo brings back in a case, when its history has that many steps; None if that is a step."""
        found = None if key is None else self._kept.get(key)
        return found if found is not None and steps <= found.steps else None

    def forget(self, key: CaseKey | None) -> None:
        """The case's shape was brought back."""
        if key is not None:
            self._kept.pop(key, None)

    def to_json(self) -> str:
        """The unfinished shapes as text."""
        entries = [
            [str(root), case, shape.kind.value, shape.label, shape.points, shape.erases]
            for (root, case), shape in self._kept.items()
            if shape.points
        ]
        return json.dumps(entries[-_MOST:])

    def read_json(self, text: str) -> None:
        """Add those that `to_json` wrote; what cannot be read is left out."""
        try:
            entries = json.loads(text) if text else []
            for root, case, kind, label, points, erases in entries:
                places = tuple((float(x), float(y)) for x, y in points)
                if all(math.isfinite(x) and math.isfinite(y) for x, y in places):
                    self._kept[Path(root), case] = KeptShape(ToolKind(kind), str(label), places, bool(erases), 0)
        except (ValueError, TypeError):
            return
