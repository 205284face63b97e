"""Label changes: what was done to a project's labels, and which versions hold the masks as they were before."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from unet_desktop import files, growing_files, json_data
from unet_desktop.errors import LabelError, ProjectError, reason_of
from unet_desktop.labels import LabelSet
from unet_desktop.project.layout import Layout
from unet_desktop.project.manifest import read_manifest


@dataclass(frozen=True, slots=True)
class LabelChange:
    """A change of the labels.

    Attributes:
        number: from 1.
        what: was done, as parts of a sentence.
        when, who: ISO 8601, UTC, and the person's name.
        before, after: the labels.
        undoes: number of the change that this one undid; 0 if it is none of these.
    """

    number: int
    what: tuple[str, ...]
    when: str
    who: str
    before: LabelSet
    after: LabelSet
    undoes: int = 0


@dataclass(frozen=True, slots=True)
class _Stored:
    what: tuple[str, ...]
    when: str
    who: str
    before: list[Any]
    after: list[Any]
    before_retired: list[Any] = field(default_factory=list)
    after_retired: list[Any] = field(default_factory=list)
    undoes: json_data.Count = 0


@dataclass(frozen=True, slots=True)
class _Rewritten:
    case: str
    version: json_data.Count


def read_changes(layout: Layout) -> list[LabelChange]:
    """Return the changes of a project's labels, oldest first; those whose files are gone or damaged are left out.

    Raises:
        ProjectError: the project cannot be read.
    """
    found = []
    for number in range(1, read_manifest(layout.manifest).label_change + 1):
        with contextlib.suppress(ProjectError):
            found.append(read_change(layout, number))
    return found


def find_undoable(layout: Layout) -> LabelChange | None:
    """Return the last change of the labels that was not undone, or None.

    Raises:
        ProjectError: the project cannot be read.
    """
    changes = read_changes(layout)
    undone = {change.undoes for change in changes}
    return next((one for one in reversed(changes) if not one.undoes and one.number not in undone), None)


def write_change(layout: Layout, change: LabelChange) -> None:
    """Write a change before it is made.

    Raises:
        WriteError: it cannot be written.
    """
    data = {
        "what": change.what,
        "when": change.when,
        "who": change.who,
        "before": change.before.to_json(),
        "after": change.after.to_json(),
        "before_retired": [asdict(label) for label in change.before.retired],
        "after_retired": [asdict(label) for label in change.after.retired],
        "undoes": change.undoes,
    }
    files.write_json(layout.label_change(change.number), data)


def read_change(layout: Layout, number: int) -> LabelChange:
    """Read a change of the labels; raises ProjectError if its file is gone or damaged."""
    path = layout.label_change(number)
    try:
        stored = json_data.read(path, _Stored)
        before = LabelSet.from_json(stored.before, stored.before_retired)
        after = LabelSet.from_json(stored.after, stored.after_retired)
    except OSError as error:
        raise ProjectError(f"{path} cannot be read ({error.strerror}), so this change cannot be undone.") from error
    except (json_data.DataError, LabelError) as error:
        raise ProjectError(f"{path} cannot be read ({error}), so this change cannot be undone.") from error
    return LabelChange(number, stored.what, stored.when, stored.who, before, after, stored.undoes)


def read_rewritten(layout: Layout, number: int) -> dict[str, int]:
    """Return the cases that a change rewrote, and the number of the version that each was before.

    Raises:
        ProjectError: the list cannot be read.
    """
    try:
        data = json_data.read_bytes(layout.relabelled_cases(number))
    except FileNotFoundError:
        return {}
    except (OSError, json_data.DataError) as error:
        raise ProjectError(f"{layout.relabelled_cases(number)} cannot be read ({reason_of(error)}).") from error
    found: dict[str, int] = {}
    for line in data.splitlines():
        with contextlib.suppress(json_data.DataError):  # the last line of a killed program
            entry = json_data.parse(line, _Rewritten)
            found[entry.case] = entry.version
    return found


def note_rewritten(layout: Layout, number: int, case_id: str, version: int) -> None:
    """Note that a change rewrites the mask of a case, which this version holds as it was.

    Raises:
        WriteError: it cannot be written.
    """
    path = layout.relabelled_cases(number)
    line = json.dumps({"case": case_id, "version": version}) + "\n"
    growing_files.append_bytes(path, line.encode(), _whole_length(path))


def _whole_length(path: Path) -> int:
    """Return how long a list is without the last line of a killed program."""
    try:
        data = json_data.read_bytes(path)
    except FileNotFoundError:
        files.write_bytes(path, b"")
        return 0
    return data.rfind(b"\n") + 1
