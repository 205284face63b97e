"""Bin: cases and models that were removed, kept in the project until somebody empties the bin.

Each is a folder `bin/NUMBER-NAME` that holds its files at their paths in the project, and `removed.json`, which lists
them. The first of them, the record or the checkpoint, decides where all belong: a killed program leaves some in one
place and some in the other, and `settle` brings them together where the first one is.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from unet_desktop import files, json_data, person
from unet_desktop.errors import ProjectError, WriteError, reason_of
from unet_desktop.links import refuse_links
from unet_desktop.project.guard import check_project
from unet_desktop.project.layout import Layout
from unet_desktop.project.trail import Act, Event, append

log = logging.getLogger("unet.project")

CASE, MODEL, FILES = "case", "model", "files"
_LIST = "removed.json"
_NAME = re.compile(r"(\d{6,})-.+", re.DOTALL)
_LONGEST_NAME = 200
"""Bytes of a name in the name of its folder; file systems take 255 for the whole."""


@dataclass(frozen=True, slots=True)
class Removed:
    """A case, a model or files in the bin.

    Attributes:
        folder: where it is.
        number: counts up; a later removal has a higher one, whatever the clock says.
        kind: `CASE`, `MODEL` or `FILES`.
        name: of the case or model, or of the first file.
        who: removed it; empty if nobody gave a name.
        when: ISO 8601, UTC.
        paths: of its files in the project; the first decides where all belong.
    """

    folder: Path
    number: int
    kind: str
    name: str
    who: str
    when: str
    paths: tuple[str, ...]


def list_bin(layout: Layout) -> list[Removed]:
    """Return what is in the bin, latest first; a damaged entry is logged and left out."""
    found = []
    for folder in _folders(layout):
        if _is_empty(folder):  # a program was killed before it wrote the list, or after it had deleted it
            continue
        try:
            found.append(_read(layout, folder))
        except ProjectError as error:
            log.warning("%s", error)
    return sorted(found, key=lambda removed: removed.number, reverse=True)


def move_to_bin(layout: Layout, kind: str, name: str, paths: Sequence[Path]) -> Removed:
    """Move files, those of them that exist, to the bin; the first must exist and decides where all belong.

    Raises:
        WriteError: they cannot be moved, or that cannot be noted; then none is in the bin.
    """
    check_project(layout.root)
    known = [path for path in paths if os.path.lexists(path)]
    relative = tuple(path.relative_to(layout.root).as_posix() for path in known)
    number = 1 + _highest_number(layout)
    folder = layout.bin / f"{number:06}-{_shorten(name)}"
    when = datetime.now(UTC).isoformat(timespec="seconds")
    removed = Removed(folder, number, kind, name, person.read_name(), when, relative)
    refuse_links(layout.root, layout.bin)
    files.make_folder(folder)
    files.write_json(folder / _LIST, asdict(_List(kind, name, relative, removed.who, when)))
    try:
        for path in relative:
            _move(layout, layout.root / path, folder / path)
        append(layout, Event(Act.REMOVED, **_subject(removed), detail=_describe_files(removed)))
    except WriteError:
        with contextlib.suppress(WriteError):
            _bring_back(layout, removed)
            _delete(folder)
        raise
    return removed


def restore(layout: Layout, removed: Removed) -> None:
    """Put a case, a model or files back where they were.

    Raises:
        ProjectError: something else is in their place. WriteError: they cannot be moved.
    """
    check_project(layout.root)
    refuse_links(layout.root, layout.bin)
    for path in removed.paths:
        if os.path.lexists(layout.root / path) and os.path.lexists(removed.folder / path):
            raise ProjectError(
                f"{removed.name} cannot be restored, because {layout.root / path} exists. Move that file away first."
            )
    if not os.path.lexists(removed.folder / removed.paths[0]):
        raise ProjectError(f"{removed.name} is not in the bin any more.")
    try:
        _bring_back(layout, removed)
        append(layout, Event(Act.RESTORED, **_subject(removed), detail="from the bin"))
    except WriteError:
        with contextlib.suppress(WriteError):
            _put_in(layout, removed)
        raise
    _delete(removed.folder)


def empty_bin(layout: Layout, chosen: Iterable[Removed] | None = None) -> int:
    """Delete what is in the bin, or only what is chosen, for good; return how many.

    Raises:
        WriteError: something cannot be deleted.
    """
    refuse_links(layout.root, layout.bin)
    count = 0
    for removed in list_bin(layout) if chosen is None else chosen:
        append(layout, Event(Act.EMPTIED, **_subject(removed), detail="deleted for good"))
        _delete(removed.folder)
        count += 1
    return count


def settle(layout: Layout) -> None:
    """Complete removals and restorations that a killed program left half done; a failure is logged and tried again.

    Only the program that holds the project may call this.
    """
    for folder in filter(_is_empty, _folders(layout)):
        with contextlib.suppress(OSError):
            files.remove_temporaries(folder, alone=True)
            folder.rmdir()
    for removed in list_bin(layout):
        first = removed.paths[0]
        try:
            if os.path.lexists(removed.folder / first):
                _put_in(layout, removed)
            elif os.path.lexists(layout.root / first):
                _bring_back(layout, removed)
                _delete(removed.folder)
        except (WriteError, OSError) as error:
            log.warning("%s", error)


def _put_in(layout: Layout, removed: Removed) -> None:
    """Move files that belong to the entry and are still, or again, in the project into the bin."""
    for path in removed.paths:
        if os.path.lexists(layout.root / path) and not os.path.lexists(removed.folder / path):
            _move(layout, layout.root / path, removed.folder / path)


def _bring_back(layout: Layout, removed: Removed) -> None:
    """Move the files back, the first one last."""
    for path in reversed(removed.paths):
        if os.path.lexists(removed.folder / path) and not os.path.lexists(layout.root / path):
            _move(layout, removed.folder / path, layout.root / path)


def _move(layout: Layout, source: Path, target: Path) -> None:
    for path in (source, target):
        refuse_links(layout.root, path.parent)
    files.make_folder(target.parent)
    files.move_file(source, target)


def _delete(folder: Path) -> None:
    """Delete an entry; its list goes last, so that a killed program leaves one that can be deleted again."""
    try:
        for path in folder.iterdir():
            if path.name != _LIST:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        (folder / _LIST).unlink(missing_ok=True)
        folder.rmdir()
    except OSError as error:
        raise WriteError(
            f"{folder} could not be deleted ({error.strerror or error}). Check its permissions."
        ) from error


def _is_empty(folder: Path) -> bool:
    """Whether there is nothing in the folder but temporaries."""
    return all(path.name.endswith(files.TEMPORARY_SUFFIX) for path in folder.iterdir())


def _highest_number(layout: Layout) -> int:
    """Return the highest number of an entry; of thousands, only the last is looked at."""
    try:
        names = sorted((_number(Path(name)), name) for name in os.listdir(layout.bin) if _NAME.fullmatch(name))
        return next((number for number, name in reversed(names) if (layout.bin / name).is_dir()), 0)
    except (FileNotFoundError, NotADirectoryError):
        return 0
    except OSError as error:
        raise ProjectError(f"{layout.bin} cannot be read ({error.strerror}). Check its permissions.") from error


def _folders(layout: Layout) -> list[Path]:
    try:
        found = [path for path in layout.bin.iterdir() if _NAME.fullmatch(path.name)]
        return [path for path in found if path.is_dir() and not path.is_symlink()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise ProjectError(f"{layout.bin} cannot be read ({error.strerror}). Check its permissions.") from error


@dataclass(frozen=True, slots=True)
class _List:
    """What `removed.json` holds."""

    kind: str
    name: str
    paths: tuple[str, ...]
    who: str = ""
    when: str = ""


def _read(layout: Layout, folder: Path) -> Removed:
    path = folder / _LIST
    try:
        data = json_data.read(path, _List, file_names=True)
    except (OSError, json_data.DataError) as error:
        raise ProjectError(f"{path} cannot be read ({reason_of(error)}). Restore it from a backup.") from error
    if not data.paths or not all(_is_inside(layout, inside) for inside in data.paths):
        raise ProjectError(f"{path} leads to files outside the project's own folders, so it is not used.")
    return Removed(folder, _number(folder), data.kind, data.name, data.who, data.when, data.paths)


def _is_inside(layout: Layout, path: str) -> bool:
    """Whether this is the path of a file in one of the project's own folders, whichever system reads it."""
    parts = PurePosixPath(path).parts
    foreign = "\\:\0" if os.name == "nt" else "\0"
    own = {folder.name for folder in (*layout.folders, layout.history)}
    return len(parts) > 1 and parts[0] in own and ".." not in parts and not set(path) & set(foreign)


def _shorten(name: str) -> str:
    while len(os.fsencode(name)) > _LONGEST_NAME:
        name = name[:-1]
    return name


def _number(folder: Path) -> int:
    return int(folder.name.partition("-")[0])


def _subject(removed: Removed) -> dict[str, str]:
    return {removed.kind: removed.name} if removed.kind in {CASE, MODEL} else {}


def _describe_files(removed: Removed) -> str:
    return "" if removed.kind in {CASE, MODEL} else ", ".join(removed.paths)
