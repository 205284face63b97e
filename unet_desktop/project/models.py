"""The project's models: checkpoints in its models folder, described without loading torch."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from pathlib import Path

from unet_desktop.checkpoint_header import SUFFIX, CheckpointHeader, read_header
from unet_desktop.errors import CheckpointError
from unet_desktop.project.layout import Layout

log = logging.getLogger("unet.project")


@dataclass(frozen=True, slots=True)
class Model:
    """A checkpoint of the project: its name, file and description."""

    name: str
    path: Path
    header: CheckpointHeader


def list_models(layout: Layout) -> list[Model]:
    """The project's models, newest first; files that are no models are logged and passed over."""
    found = []
    for path in layout.models.glob(f"*{SUFFIX}"):
        try:
            found.append(Model(path.stem, path, read_header(path)))
        except CheckpointError as error:
            log.warning("%s", error)
    return sorted(found, key=lambda model: (model.header.created, _number(model.name)), reverse=True)


def next_model_name(layout: Layout) -> str:
    """A name that no model or run has yet: model-001, model-002, ..."""
    known = (*layout.models.glob(f"*{SUFFIX}"), *layout.runs.glob("*.csv"), *layout.training_states())
    names = [path.stem for path in known]
    return f"model-{1 + max((_number(name) for name in names), default=0):03d}"


def _number(name: str) -> int:
    match = re.fullmatch(r"model-(\d+)", name)
    return int(match[1]) if match else 0
