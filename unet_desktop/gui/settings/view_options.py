"""View options: how picture and mask are shown; shared by panel, keys, canvas and bare view."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from unet_desktop.images.display import NEUTRAL, Channel, Look
from unet_desktop.json_data import DataError, check
from unet_desktop.labels import LabelSet
from unet_desktop.masks.drawing import MaskStyle

LIMITS: dict[str, tuple[float, float]] = {
    "clahe": (0.0, 10.0),
    "brightness": (-1.0, 1.0),
    "contrast": (-1.0, 1.0),
    "gamma": (0.2, 5.0),
    "sharpen": (0.0, 2.0),
    "opacity": (0.0, 1.0),
    "line_width": (1.0, 6.0),
}
"""Smallest and largest value of each number."""
Kind = TypeVar("Kind", bound=StrEnum)
CLAHE = 2.0
"""The clip limit with which CLAHE starts."""


class SecondView(StrEnum):
    """What the bare view shows, always without mask."""

    SAME = "same"
    COLOUR = "colour"
    RED_FREE = "red-free"


@dataclass(frozen=True, slots=True)
class View:
    """Everything that can be chosen about how things are shown.

    Attributes:
        look: of the picture.
        visible: are mask and proposal shown?
        style: fills, outlines or both.
        opacity: of fills, 0..1.
        line_width: of outlines, logical pixels of the screen.
        crosshair: lines through the pointer.
        magnifier: the part under the pointer, enlarged.
        scale_bar: a bar with a round length.
        split: the bare view, the picture without mask, beside the canvas.
        uncertainty: where the model is uncertain, as a heat map.
        beside: what the bare view shows.
        close_up: each case opens zoomed to its mask or proposal; None as long as nobody chose: then it does in projects
            with a label that a picture has once, see `opens_close_up`.
    """

    look: Look = NEUTRAL
    visible: bool = True
    style: MaskStyle = MaskStyle.OUTLINE
    opacity: float = 0.4
    line_width: float = 1.5
    crosshair: bool = False
    magnifier: bool = False
    scale_bar: bool = True
    split: bool = False
    uncertainty: bool = False
    beside: SecondView = SecondView.SAME
    close_up: bool | None = None

    @property
    def second_look(self) -> Look:
        """The look of the bare view."""
        if self.beside is SecondView.SAME:
            return self.look
        return Look(Channel.RED_FREE if self.beside is SecondView.RED_FREE else Channel.COLOUR)

    def opens_close_up(self, labels: LabelSet | None) -> bool:
        """Whether each case of a project with these labels opens zoomed to its mask or proposal."""
        if self.close_up is None:
            return labels is not None and labels.location_label() is not None
        return self.close_up

    def to_json(self) -> dict[str, Any]:
        """Plain data, without `visible`: a mask that is hidden in the next session as well would look lost."""
        data = asdict(self)
        del data["visible"]
        return data


PLAIN = View()


class ViewOptions(QObject):
    """The choice in force.

    Signals:
        changed: the view changed.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        """Start with the default view."""
        super().__init__(parent)
        self.view = View()

    def set_view(self, view: View) -> None:
        """Use this view."""
        if view != self.view:
            self.view = view
            self.changed.emit()

    def change(self, name: str, value: object) -> None:
        """Set one field of the view; numbers are limited to `LIMITS`. An opacity fills the labels, if they are not."""
        changes: dict[str, Any] = {name: _clamp(name, value)}
        if name == "opacity" and self.view.style is MaskStyle.OUTLINE:
            changes["style"] = MaskStyle.BOTH
        self.set_view(replace(self.view, **changes))

    def change_look(self, name: str, value: object) -> None:
        """Set one field of the picture's look; numbers are limited to `LIMITS`."""
        changes: dict[str, Any] = {name: _clamp(name, value)}
        self.change("look", replace(self.view.look, **changes))


def view_from_json(data: object) -> View:
    """The view that `to_json` wrote; what cannot be read gets its default."""
    if not isinstance(data, dict):
        return View()
    plain, look = View(), data.get("look")
    numbers = {name: _number(look, name, getattr(NEUTRAL, name)) for name in asdict(NEUTRAL) if name != "channel"}
    return View(
        look=Look(_member(Channel, look, "channel", Channel.COLOUR), **numbers),
        style=_member(MaskStyle, data, "style", plain.style),
        opacity=_number(data, "opacity", plain.opacity),
        line_width=_number(data, "line_width", plain.line_width),
        beside=_member(SecondView, data, "beside", plain.beside),
        **{
            name: value if isinstance(value := data.get(name), bool) else getattr(plain, name)
            for name in ("crosshair", "magnifier", "scale_bar", "split", "uncertainty", "close_up")
        },
    )


def _clamp(name: str, value: object) -> object:
    if name not in LIMITS or not isinstance(value, int | float):
        return value
    low, high = LIMITS[name]
    return round(min(max(value, low), high), 3)


def _number(data: object, name: str, default: float) -> float:
    value = data.get(name) if isinstance(data, dict) else None
    try:
        number = check(value, float)
    except DataError:
        return default
    low, high = LIMITS[name]
    return min(max(number, low), high) if math.isfinite(number) else default


def _member(kind: type[Kind], data: object, name: str, default: Kind) -> Kind:
    value = data.get(name) if isinstance(data, dict) else None
    return kind(value) if isinstance(value, str) and value in set(kind) else default
