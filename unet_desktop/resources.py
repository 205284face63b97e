"""Files that come with the program: found in a checkout, in an installed wheel and in a frozen folder alike."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def resource(name: str) -> Path:
    """Path of a bundled file.

    Raises:
        FileNotFoundError: it is not among the resources, which is a fault of the installation.
    """
    for folder in (_PACKAGE / "_resources", _PACKAGE.parent / "resources"):
        path = folder / name
        if path.exists():
            return path
    raise FileNotFoundError(f"The resource {name} is missing; install U-Net Desktop again.")
