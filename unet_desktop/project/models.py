"""Models: the checkpoints in a project's models folder, described without loading torch."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from pathlib import Path

from unet_desktop import files
from unet_desktop.checkpoint_header import SUFFIX, CheckpointHeader, read_header
from unet_desktop.errors import CheckpointError
from unet_desktop.links import open_to_read
from unet_desktop.project.bin import MODEL, Removed, list_bin, move_to_bin
from unet_desktop.project.layout import Layout

log = logging.getLogger("unet.project")


@dataclass(frozen=True, slots=True)
class Model:
    """A checkpoint of the project: its name, file and header."""

    name: str
    path: Path
    header: CheckpointHeader


_LONGEST_NOTES = 16 << 20
"""Bytes."""


def list_models(layout: Layout) -> list[Model]:
    """Return the project's models, newest first; files that are not models are logged and skipped."""
    found = []
    for path in layout.models.glob(f"*{SUFFIX}"):
        try:
            found.append(Model(path.stem, path, read_header(path)))
        except CheckpointError as error:
            log.warning("%s", error)
    times = _times_by_number(found)
    return sorted(found, key=lambda model: (times[model.name], number_of(model.name)), reverse=True)


def _times_by_number(models: list[Model]) -> dict[str, str]:
    """Map each model's name to when it was made; never before a model with a lower number, whatever the clock said."""
    times, latest = {model.name: model.header.created for model in models}, ""
    for model in sorted(models, key=lambda model: number_of(model.name)):
        if number_of(model.name):
            times[model.name] = latest = max(latest, model.header.created)
    return times


def next_model_name(layout: Layout) -> str:
    """Return a name that no model or run has yet: model-001, model-002, ..."""
    return f"model-{1 + max((number_of(name) for name in _names_in_use(layout)), default=0):03d}"


def free_model_name(layout: Layout, wanted: str) -> str:
    """Return the wanted name, with a number appended if a model or run has it already; case-insensitive."""
    taken = {known.casefold() for known in _names_in_use(layout)}
    stem = re.sub(r"[^\w.-]+", "_", wanted).strip("._")[:80] or "model"
    name, number = stem, 2
    while name.casefold() in taken:
        name, number = f"{stem}-{number}", number + 1
    return name


def _names_in_use(layout: Layout) -> set[str]:
    """Return the names that models and runs have, also models in the bin."""
    known = (*layout.models.glob(f"*{SUFFIX}"), *layout.runs.glob("*.csv"), *layout.training_states())
    return {path.name.rpartition(".")[0] for path in known} | {
        removed.name for removed in list_bin(layout) if removed.kind == MODEL
    }


def read_notes(layout: Layout, name: str) -> str:
    """Return the notes on a model; empty if there are none or they cannot be read."""
    try:
        with open_to_read(layout.model_notes(name)) as file:
            return file.read(_LONGEST_NOTES).decode("utf-8", "replace")
    except OSError:
        return ""


def write_notes(layout: Layout, name: str, text: str) -> None:
    """Save the notes on a model; empty notes delete the file.

    Raises:
        WriteError: it cannot be written.
    """
    path = layout.model_notes(name)
    if text.strip():
        files.write_text(path, text)
    else:
        files.delete_file(path)


def remove_model(layout: Layout, name: str) -> Removed:
    """Move a model and its notes to the bin; the metrics of its run stay.

    Raises:
        WriteError: it cannot be moved.
    """
    return move_to_bin(layout, MODEL, name, [layout.model(name), layout.model_notes(name)])


def number_of(name: str) -> int:
    """Return the number in a name like model-007, which counts up in a project; 0 for other names."""
    match = re.fullmatch(r"model-(\d+)", name)
    return int(match[1]) if match else 0
