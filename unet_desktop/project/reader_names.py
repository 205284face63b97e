"""Names of readers: on which computers each is used in a project, so that two people of one name are noticed.

A computer is known by a random word, see `person.computer_id`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from unet_desktop import files, json_data
from unet_desktop.errors import ProjectError
from unet_desktop.file_names import fold
from unet_desktop.project.layout import Layout
from unet_desktop.project.workbooks import project_around


@dataclass(frozen=True, slots=True)
class _Names:
    """What the file holds: a name, as it is compared, to the computers on which it is used."""

    computers: dict[str, list[str]] = field(default_factory=dict)


def is_name_taken(root: Path, name: str, computer: str) -> bool:
    """Return whether a reader of this name works in the project, and only on other computers.

    Args:
        root: folder of the project, or of a workbook in it.
        name: of the reader.
        computer: this one.
    """
    known = _read(_layout(root)).computers.get(fold(name), [])
    return bool(name and computer and known) and computer not in known


def note_name(root: Path, name: str, computer: str) -> None:
    """Note that the reader works on this computer.

    Raises:
        WriteError: it cannot be written.
    """
    layout = _layout(root)
    known = _read(layout).computers
    if not name or not computer or computer in known.get(fold(name), []):
        return
    known[fold(name)] = [*known.get(fold(name), []), computer]
    files.make_folder(layout.readers, inside=layout.root)
    files.write_json(layout.reader_names, {"computers": known})


def _layout(root: Path) -> Layout:
    return Layout(project_around(root) or root)


def _read(layout: Layout) -> _Names:
    try:
        return json_data.read(layout.reader_names, _Names)
    except (OSError, json_data.DataError, ProjectError):  # none yet, or nothing that anything depends on
        return _Names()
