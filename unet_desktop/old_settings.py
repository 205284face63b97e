"""Settings of earlier versions, which Qt wrote as an ini file: its text, numbers and lists, and nothing else.

Qt's own reader makes Python objects of what is written as "@Variant", so it is never used. Window geometry is such a
value and starts anew.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from unet_desktop import json_data

log = logging.getLogger("unet.settings")

_NAMES = ("unet-desktop.conf", "unet-desktop.ini")
_LARGEST = 1 << 20
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{1,4}|.)", re.DOTALL)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_PART = re.compile(r'\s*("(?:[^"\\]|\\.)*"|(?:[^",\\]|\\.)+)')


def read_old_settings(folder: Path) -> dict[str, Any]:
    """Return the settings that an earlier version left in this folder, in the form of today; or none."""
    for name in _NAMES:
        try:
            text = json_data.read_bytes(folder / name, _LARGEST).decode("utf-8", "replace")
        except FileNotFoundError:
            continue
        except (OSError, json_data.DataError) as error:
            log.warning("%s cannot be read: %s", folder / name, error)
            continue
        return _values(text)
    return {}


def _values(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    section = "General"
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
            continue
        key, sign, raw = line.partition("=")
        read = _KNOWN.get((section, key.strip()))
        if not sign or line.startswith(";") or read is None:
            continue
        parts = _parts(raw)
        if any(part.startswith("@") for part in parts):  # a Qt type, which might be an object
            continue
        try:
            value = read(parts)
        except ValueError:
            continue
        if value is not None:
            found[key.strip() if section == "General" else "panels"] = value
    return found


def _parts(raw: str) -> list[str]:
    """The entries of a list, or the only value; without quotes and escapes."""
    found = []
    for match in _PART.finditer(raw.strip()):
        part = match[1].strip()
        if part.startswith('"') and part.endswith('"') and len(part) > 1:
            part = part[1:-1]
        found.append(_ESCAPE.sub(lambda escape: _letter(escape[1]), part))
    return found


def _letter(escape: str) -> str:
    return chr(int(escape[1:], 16)) if len(escape) > 1 else _LETTERS.get(escape, escape)


def _text(parts: list[str]) -> str | None:
    return parts[0] if len(parts) == 1 and parts[0] else None


def _flag(parts: list[str]) -> bool | None:
    return {"true": True, "false": False}.get(parts[0].lower()) if len(parts) == 1 else None


def _number(parts: list[str]) -> float:
    return json_data.parse(parts[0] if parts else "", float)


def _whole(parts: list[str]) -> int:
    return round(_number(parts))


def _data(parts: list[str]) -> Any:
    return json_data.parse(parts[0]) if len(parts) == 1 and parts[0] else None


_KNOWN: dict[tuple[str, str], Callable[[list[str]], Any]] = {
    ("General", "theme"): _text,
    ("General", "view"): _data,
    ("General", "brush_diameter"): _whole,
    ("General", "pen_pressure"): _flag,
    ("General", "grow_parent"): _flag,
    ("General", "cores"): _text,
    ("General", "recent"): list,
    ("General", "folder_pace"): _number,
    ("General", "folder_outputs"): _data,
    ("General", "last_cases"): _data,
    ("General", "interrupted_job"): _data,
    ("General", "shortcuts"): _data,
    ("General", "unfinished_shapes"): _data,
    ("window", "panels"): _data,
}
"""Section and key to what reads its value."""
