"""project.json: what makes a folder a project."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from unet_desktop import files
from unet_desktop.errors import LabelError, ProjectError
from unet_desktop.labels import LabelSet

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """A project's name and labels."""

    name: str
    labels: LabelSet


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
        return Manifest(str(data["name"]), LabelSet.from_json(data["labels"]))
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
    files.write_json(path, {"format": FORMAT, "name": manifest.name, "labels": manifest.labels.to_json()})
