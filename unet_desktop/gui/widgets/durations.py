"""Durations and counts as people read them."""

from __future__ import annotations

import math

_THIN_SPACE = "\N{THIN SPACE}"


def group_digits(value: int) -> str:
    """A whole number with thin spaces between its thousands."""
    return f"{value:,}".replace(",", _THIN_SPACE)


def time_left(seconds: float) -> str:
    """Time left, as roughly as it is known; empty when unknown."""
    if not math.isfinite(seconds) or seconds < 0:
        return ""
    if seconds < 10:
        return "a few seconds left"
    if seconds < 100:
        return f"about {10 * round(seconds / 10)} s left"
    if seconds < 5400:
        return f"about {round(seconds / 60)} min left"
    return f"about {seconds / 3600:.1f} h left"


def duration(seconds: float) -> str:
    """How long something took."""
    whole = round(seconds)
    if whole < 100:
        return f"{whole} s"
    if whole < 5400:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
