"""Manifest: the project.json that makes a folder a project."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

from unet_desktop import files
from unet_desktop.errors import LabelError, ProjectError
from unet_desktop.labels import LabelSet

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """Settings of a whole project.

    Attributes:
        name: the project's name.
        labels: the labels of its masks.
        mm_per_pixel: millimetres on the retina that a pixel of its images covers; None if unknown.
    """

    name: str
    labels: LabelSet
    mm_per_pixel: float | None = None


def read_manifest(path: Path) -> Manifest:
    """Read project.json.

    Raises:
        ProjectError: missing, damaged, or of a newer program.
    """
    try:
        data = json.loads(path.read_text("utf-8"))
        number = data["format"]
        if not isinstance(number, int) or number > FORMAT:
            raise ProjectError(f"{path.parent} was made by a newer U-Net Desktop (format {number}); update first.")
        return Manifest(str(data["name"]), LabelSet.from_json(data["labels"]), _scale(data.get("mm_per_pixel")))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ProjectError(
            f"{path.parent} is not a project: it has no project.json. Choose a project's folder."
        ) from error
    except (OSError, ValueError, KeyError, TypeError, LabelError) as error:
        raise ProjectError(f"{path} cannot be read ({error}). Restore it from a backup.") from error


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Write project.json.

    Raises:
        WriteError: it cannot be written.
    """
    data: dict[str, object] = {"format": FORMAT, "name": manifest.name, "labels": manifest.labels.to_json()}
    if manifest.mm_per_pixel is not None:
        data["mm_per_pixel"] = manifest.mm_per_pixel
    files.write_json(path, data)


def _scale(value: object) -> float | None:
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not (math.isfinite(value) and value > 0):
        raise ValueError(f"mm_per_pixel is {value!r}, which is not a length")
    return float(value)
