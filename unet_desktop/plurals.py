"""Counts in sentences: "1 case", "1,200 cases", "a, b, c and 4 more"."""

from __future__ import annotations

from collections.abc import Sequence


def quantity(number: int, what: str, several: str = "") -> str:
    """Write a number of things, such as "1 picture" or "1,200 pictures".

    Args:
        number: how many.
        what: one of them, with what belongs to it: "picture", "picture is".
        several: the same for more or none; without it, `what` with an "s".
    """
    return f"{number:,} {what if number == 1 else several or what + 's'}"


def name_some(names: Sequence[str], most: int) -> str:
    """Write the first names, at most that many, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
