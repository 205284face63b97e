"""Check that there is a display that Qt can open a window on; without one, Qt aborts the process."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QLibraryInfo

from unet_desktop.errors import DisplayError

_NONE = (
    "There is no display to open a window on. Use the commands in the terminal, see unet-desktop --help, or set "
    "QT_QPA_PLATFORM=offscreen."
)
_UNREACHABLE = (
    "The display {name} cannot be reached: nothing answers there, or it does not let you in. Correct {variable}, use "
    "the commands in the terminal, see unet-desktop --help, or set QT_QPA_PLATFORM=offscreen."
)


def require_display() -> None:
    """Make sure that a window can be opened; always true on systems other than Linux.

    Raises:
        DisplayError: there is none, or none that can be reached.
        ImportError: a system library that Qt needs for the display is missing.
    """
    if not sys.platform.startswith("linux"):
        return
    problem: Exception = DisplayError(_NONE)
    for platform in reversed(_platforms(os.environ)):
        try:
            _require(platform, os.environ)
        except (DisplayError, ImportError) as error:
            problem = error
        else:
            return
    raise problem


def _platforms(environment: Mapping[str, str]) -> list[str]:
    """Qt's display plugins in the order in which it tries them; one that works is enough."""
    if asked := environment.get("QT_QPA_PLATFORM"):
        return asked.split(";")
    variables = {"wayland": "WAYLAND_DISPLAY", "xcb": "DISPLAY"}
    return [platform for platform, variable in variables.items() if environment.get(variable)]


def _require(platform: str, environment: Mapping[str, str]) -> None:
    if platform == "xcb":
        if not _x_answers():
            raise _unreachable("DISPLAY", environment)
    elif platform.startswith("wayland"):
        # An inherited socket can be used only once, so it is left to Qt.
        if not environment.get("WAYLAND_SOCKET") and not _wayland_answers():
            raise _unreachable("WAYLAND_DISPLAY", environment)
    else:
        return
    _load_plugin(platform)


def _unreachable(variable: str, environment: Mapping[str, str]) -> DisplayError:
    name = environment.get(variable)
    return DisplayError(_UNREACHABLE.format(name=f'"{name}"', variable=variable) if name else _NONE)


def _x_answers() -> bool:
    """Ask through the library that Qt uses: it knows sockets, hosts and authorisation."""
    xcb = _load("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    answers = not xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return answers


def _wayland_answers() -> bool:
    wayland = _load("libwayland-client.so.0")
    wayland.wl_display_connect.restype = ctypes.c_void_p
    connection = wayland.wl_display_connect(None)
    if connection:
        wayland.wl_display_disconnect(ctypes.c_void_p(connection))
    return bool(connection)


def _load_plugin(platform: str) -> None:
    """Load Qt's plugin, whose error names a missing library; Qt itself finds a plugin that is elsewhere."""
    plugin = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath), "platforms", f"libq{platform}.so")
    if plugin.is_file():
        _load(str(plugin))


def _load(library: str) -> ctypes.CDLL:
    try:
        return ctypes.CDLL(library)
    except OSError as error:
        raise ImportError(str(error)) from error
