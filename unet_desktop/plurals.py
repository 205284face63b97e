"""Counts in sentences: "1 case", "1,200 cases"."""

from __future__ import annotations


def quantity(number: int, what: str, several: str = "") -> str:
    """Write a number of things, such as "1 picture" or "1,200 pictures".

    Args:
        number: how many.
        what: one of them, with what belongs to it: "picture", "picture is".
        several: the same for more or none; without it, `what` with an "s".
    """
    return f"{number:,} {what if number == 1 else several or what + 's'}"
