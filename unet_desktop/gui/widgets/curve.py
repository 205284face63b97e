"""Curve: how a curve in a plot looks."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QPalette

from unet_desktop.gui.style.contrast import readable


@dataclass(frozen=True, slots=True)
class Curve:
    """Look of a curve.

    Attributes:
        name: in the legend; empty for none.
        colour: None for the text's.
        faint, dashed: style of the line.
        dots: dots instead of a line.
        key: distinguishes curves without a name.
    """

    name: str
    colour: str | None
    faint: bool = False
    dashed: bool = False
    dots: bool = False
    key: str = ""

    def colour_on(self, palette: QPalette) -> QColor:
        """Its colour, changed so that it can be read on this palette's background."""
        if self.colour is None:
            return palette.color(QPalette.ColorRole.Text)
        return readable(QColor(self.colour), palette)
