"""The log: one rotating file in the user's log folder, which its owner alone can read; nothing leaves the computer.

It holds no patient's name: names of cases and files may be made of it, so digests stand in their place.
"""

from __future__ import annotations

import hashlib
import logging
import logging.handlers
import os
import re
from collections.abc import Iterable
from io import TextIOWrapper
from pathlib import Path

import platformdirs

from unet_desktop.safe_text import escape_controls

_SIZE = 1 << 20
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_SHORTEST_NAME = 3
"""Letters; shorter names tell nothing and are in other words."""
_PLACE = re.compile(
    r"""(?<![\w.])(?:[A-Za-z]:[\\/]|/|~/)[^\n"'<>|]*[\\/][^\n"'<>|]*?\.\w{1,12}(?![\w.])"""  # up to the last file's end
    r"""|(?<![\w.])(?:[A-Za-z]:[\\/]|/|~/)[^\s"'<>|]+"""
    r"""|[^\s"'<>|/\\:]+\.(?:jpe?g|png|tiff?|bmp|webp|dcm|gif|json|journal|npy|txt|csv)\b""",
    re.IGNORECASE,
)
"""Paths, and names of files by their suffix."""
_WORD = re.compile(r"[\w.-]+")
_hidden: set[str] = set()


def log_path() -> Path:
    """Return the path of the log file on this computer."""
    return Path(platformdirs.user_log_dir("unet-desktop", appauthor=False)) / "unet-desktop.log"


def start_logging() -> Path | None:
    """Start logging to the file, including library warnings; return its path, or None if it cannot be written."""
    path = log_path()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _keep_private(path.parent, 0o700)
        for old in path.parent.glob(f"{path.name}*"):
            _keep_private(old, 0o600)
        handler = _PrivateHandler(path, maxBytes=_SIZE, backupCount=2, encoding="utf-8", errors="backslashreplace")
    except OSError:  # a read-only home must not stop the program
        logging.getLogger().addHandler(logging.NullHandler())  # or names would reach the terminal as they are
        return None
    handler.setFormatter(_Formatter(_FORMAT))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)
    return path


def hide_names(names: Iterable[str]) -> None:
    """Let the log name none of these, such as the ids of a project's cases."""
    _hidden.update(name for name in names if len(name) >= _SHORTEST_NAME)


def without_names(text: str) -> str:
    """Return the text with digests in place of paths, files and hidden names."""
    text = _PLACE.sub(lambda found: _digest(found[0]), text)
    return _WORD.sub(lambda found: _digest(found[0]) if found[0].rstrip(".") in _hidden else found[0], text)


def _digest(name: str) -> str:
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    suffix = os.path.splitext(name)[1]
    return f"[{digest}{suffix if re.fullmatch(r'[.][A-Za-z0-9]{1,12}', suffix) else ''}]"


class _PrivateHandler(logging.handlers.RotatingFileHandler):
    """Makes files that their owner alone can read."""

    def _open(self) -> TextIOWrapper:
        def opener(path: str, flags: int) -> int:
            return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)

        file = open(  # noqa: SIM115 - the handler closes it
            self.baseFilename, self.mode, encoding=self.encoding, errors=self.errors, opener=opener
        )
        assert isinstance(file, TextIOWrapper)
        return file


class _Formatter(logging.Formatter):
    """Makes each record lines without control characters and without names; code in tracebacks stays as it is."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text."""
        text = escape_controls(without_names(record.getMessage()))
        plain = logging.makeLogRecord(record.__dict__ | {"msg": text, "args": None, "exc_text": None})
        return super().format(plain)

    def formatException(self, ei: object) -> str:  # noqa: N802 - the library's name
        """Return a traceback as text."""
        lines = super().formatException(ei).split("\n")  # type: ignore[arg-type]
        return "\n".join(
            line if line.startswith(("  File ", "    ")) else escape_controls(without_names(line)) for line in lines
        )


def _keep_private(path: Path, mode: int) -> None:
    if os.name != "nt" and path.stat().st_mode & 0o077:
        path.chmod(mode)
