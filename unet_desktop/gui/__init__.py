"""The window. Qt is imported in this package and nowhere else; what must come before Qt is done here."""

from __future__ import annotations

import importlib
import os
import sys

# qtawesome and pyqtgraph look for other Qt bindings unless they are told, and could find one that is not ours.
os.environ["QT_API"] = "pyside6"
os.environ["PYQTGRAPH_QT_LIB"] = "PySide6"

if sys.platform == "win32":
    # Loaded after Qt, torch's c10.dll fails with WinError 1114 (https://github.com/pytorch/pytorch/issues/166628).
    importlib.import_module("torch")
