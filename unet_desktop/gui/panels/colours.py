"""Colours that stay readable on the theme's background."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette

ENOUGH = 3.0
"""Contrast ratio that WCAG asks of lines and symbols."""


def readable(colour: QColor, palette: QPalette, least: float = ENOUGH) -> QColor:
    """The colour, made lighter or darker until it stands out from the palette's base."""
    ground = palette.color(QPalette.ColorRole.Base)
    upward = ground.lightnessF() < 0.5
    hue, saturation, lightness = max(colour.hslHueF(), 0.0), colour.hslSaturationF(), colour.lightnessF()
    result = QColor(colour)
    while contrast(result, ground) < least and 0.0 < lightness < 1.0:
        lightness = min(1.0, lightness + 0.03) if upward else max(0.0, lightness - 0.03)
        result = QColor.fromHslF(hue, saturation, lightness)
    return result


def contrast(one: QColor, other: QColor) -> float:
    """WCAG contrast ratio, 1 (equal) to 21 (black on white)."""
    first, second = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (first + 0.05) / (second + 0.05)


def muted(palette: QPalette) -> QColor:
    """Text that steps back: between the text and the ground, still readable as small type."""
    text, ground = (palette.color(role) for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Window))
    mixed = (0.68 * one + 0.32 * other for one, other in zip(_parts(text), _parts(ground), strict=True))
    return QColor.fromRgbF(*mixed)


def _parts(colour: QColor) -> tuple[float, float, float]:
    return colour.redF(), colour.greenF(), colour.blueF()


def _luminance(colour: QColor) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4) for part in _parts(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
