"""Text of files and people, made safe where it leaves the program: for a terminal, the log, or a table.

A file's name may hold the commands of a terminal, line breaks that forge a line, marks that reverse the letters after
them, or bytes that are no text.
"""

from __future__ import annotations

import re

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # commands of terminals
    "\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # invisible, or changing the direction
    "\ud800-\udfff]"  # halves of characters: bytes of names that are not UTF-8
)
_HALF = re.compile("[\ud800-\udfff]")


def escape_controls(text: str, keep: str = "") -> str:
    r"""Return the text with a visible escape in place of each character that is not to be sent anywhere.

    Args:
        text: such as a sentence with a file's name.
        keep: characters to leave, such as line breaks of the program's own.

    Returns:
        for example `\x1b` for Escape, `\u202e` for a mark of direction, and `\xff` for a byte that is no text.
    """
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(lambda found: found[0] if found[0] in keep else _escape(ord(found[0])), text)


def replace_halves(text: str) -> str:
    """Return the text with U+FFFD in place of halves of characters, which JSON's readers refuse.

    Text that was cut by another program and pasted may hold them. Not for paths, where they stand for bytes.
    """
    return text if text.isascii() else _HALF.sub("\ufffd", text)


def _escape(code: int) -> str:
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a name
        code -= 0xDC00
    short = {9: r"\t", 10: r"\n", 13: r"\r"}.get(code)
    return short or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")
