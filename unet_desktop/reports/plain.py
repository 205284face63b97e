"""Text that came from outside, made harmless to show: every character is one that can be seen."""

from __future__ import annotations

import unicodedata

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"
"""Invisible, but Persian and Indian scripts are misspelt without them."""


def shown(text: str) -> str:
    r"""The text with control characters, halves of pairs and marks of direction as escapes such as \x1b.

    A file may be called anything. Line breaks would tear a table, lone surrogates cannot be encoded, and a mark of
    direction can make `gpj.exe` read as `exe.jpg`.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(escaped(sign) if _hidden(sign) else sign for sign in text)


def shortened(text: str, most: int) -> str:
    """The text with its middle left out where it has more than `most` characters; names differ at both ends."""
    if len(text) <= most:
        return text
    start = (most - 1) // 2
    return f"{text[:start]}…{text[len(text) - (most - 1 - start) :]}"


def escaped(sign: str) -> str:
    r"""One character in the way a programmer writes it: \xNN, \uNNNN or \UNNNNNNNN."""
    return sign.encode("unicode_escape").decode("ascii")


def _hidden(sign: str) -> bool:
    return unicodedata.category(sign) in _HIDDEN and sign not in _JOINERS
