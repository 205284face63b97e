"""Files that ship with the program, found in a checkout, an installed wheel or a frozen build."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def resource(name: str) -> Path:
    """Return the path of a bundled file.

    Raises:
        FileNotFoundError: it is missing; the installation is broken.
    """
    for folder in (_PACKAGE / "_resources", _PACKAGE.parent / "resources"):
        path = folder / name
        if path.exists():
            return path
    raise FileNotFoundError(f"The resource {name} is missing; install U-Net Desktop again.")
