"""The log: one rotating file in the user's log folder; nothing leaves the computer."""

from __future__ import annotations

import logging
import logging.handlers
from pathlib import Path

import platformdirs

_SIZE = 1 << 20
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def log_path() -> Path:
    """Return the path of the log file on this computer."""
    return Path(platformdirs.user_log_dir("unet-desktop", appauthor=False)) / "unet-desktop.log"


def start_logging() -> Path | None:
    """Start logging to the file, including library warnings; return its path, or None if it cannot be written."""
    path = log_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(path, maxBytes=_SIZE, backupCount=2, encoding="utf-8")
    except OSError:  # a read-only home must not stop the program
        return None
    handler.setFormatter(logging.Formatter(_FORMAT))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)
    return path
