"""Text from outside, made safe to show: every character becomes visible."""

from __future__ import annotations

import unicodedata

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"
"""Invisible, but Persian and Indian scripts are misspelt without them."""


def printable(text: str) -> str:
    r"""Replace control characters, lone surrogates and marks of direction by escapes such as \x1b.

    A file may be called anything. Line breaks would tear a table, lone surrogates cannot be encoded, and a mark of
    direction can make `gpj.exe` read as `exe.jpg`.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(escape_sequence(sign) if _is_hidden(sign) else sign for sign in text)


def shorten(text: str, most: int) -> str:
    """Leave out the middle of a text of more than `most` characters; names differ at both ends."""
    if len(text) <= most:
        return text
    start = (most - 1) // 2
    return f"{text[:start]}…{text[len(text) - (most - 1 - start) :]}"


def escape_sequence(sign: str) -> str:
    r"""Write one character as \xNN, \uNNNN or \UNNNNNNNN."""
    return sign.encode("unicode_escape").decode("ascii")


def _is_hidden(sign: str) -> bool:
    return unicodedata.category(sign) in _HIDDEN and sign not in _JOINERS
