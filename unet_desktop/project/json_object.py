"""Reading the small JSON files of a project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from unet_desktop.errors import ProjectError


def read_object(path: Path) -> dict[str, Any]:
    """The JSON object in a file; empty when the file is not there.

    Raises:
        ProjectError: damaged.
    """
    try:
        data = json.loads(path.read_text("utf-8"))
        if not isinstance(data, dict):
            raise ValueError("it holds no object")
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ProjectError(f"{path} cannot be read ({error}). Restore it from a backup.") from error
    return data
