"""Label colours that stay readable on the theme's background."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette

from unet_desktop.gui.style.theme import contrast

ENOUGH = 3.0
"""Contrast ratio that WCAG asks of lines and symbols."""


def readable(colour: QColor, palette: QPalette) -> QColor:
    """The colour, made lighter or darker until it stands out from the palette's base."""
    background = palette.color(QPalette.ColorRole.Base)
    upward = background.lightnessF() < 0.5
    hue, saturation, lightness = max(colour.hslHueF(), 0.0), colour.hslSaturationF(), colour.lightnessF()
    result = QColor(colour)
    while contrast(result.name(), background.name()) < ENOUGH and 0.0 < lightness < 1.0:
        lightness = min(1.0, lightness + 0.03) if upward else max(0.0, lightness - 0.03)
        result = QColor.fromHslF(hue, saturation, lightness)
    return result
