"""OpenCV, imported in one place: its wheel sets Qt's environment variables to its own, older Qt; this undoes that."""

from __future__ import annotations

import os

_before = {name: os.environ.get(name) for name in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")}

import cv2  # noqa: E402  (after saving the environment)

for _name, _value in _before.items():
    if _value is None:
        os.environ.pop(_name, None)
    else:
        os.environ[_name] = _value

__all__ = ["cv2"]
