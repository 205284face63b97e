"""Contrast of two colours, and label colours that stay readable on the theme's background."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette

MIN_CONTRAST = 3.0
"""Contrast ratio that WCAG asks of lines and symbols."""


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (W3C, Web Content Accessibility Guidelines 2.2, "contrast ratio")."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable(colour: QColor, palette: QPalette) -> QColor:
    """The colour, made lighter or darker until it is readable on the palette's base."""
    background = palette.color(QPalette.ColorRole.Base)
    upward = background.lightnessF() < 0.5
    hue, saturation, lightness = max(colour.hslHueF(), 0.0), colour.hslSaturationF(), colour.lightnessF()
    result = QColor(colour)
    while contrast(result.name(), background.name()) < MIN_CONTRAST and 0.0 < lightness < 1.0:
        lightness = min(1.0, lightness + 0.03) if upward else max(0.0, lightness - 0.03)
        result = QColor.fromHslF(hue, saturation, lightness)
    return result


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
