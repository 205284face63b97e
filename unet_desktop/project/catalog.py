"""Catalog: the SQLite index over the case records, so that ten thousand cases open at once.

It is never needed: what cannot be read is read from the records, what cannot be written is logged and mended later.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from unet_desktop.images.laterality import Eye
from unet_desktop.project.case import Case, CaseState

log = logging.getLogger("unet.project")

VERSION = 4
"""Of the table's form; an index of another version is made anew."""

Stamp = tuple[int, int, int, int]
"""When a record was written, in nanoseconds, and its length in bytes; the same of the prediction's, 0 without one."""

_COLUMNS = tuple(field.name for field in fields(Case) if field.name != "damage")  # a damaged record is read again
_STAMP = ("record_written", "record_length", "prediction_written", "prediction_length")
_TYPES = dict.fromkeys(("height", "width", "flagged", "unfamiliar", *_STAMP), "INTEGER NOT NULL") | dict.fromkeys(
    ("vcdr", "confidence", "predicted_vcdr"), "REAL"
)
_WAIT = 2.0
"""Seconds to wait for another program that writes; the window waits as long."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A case and the stamp of the records that it was read from."""

    case: Case
    stamp: Stamp


class Catalog:
    """The index; it holds nothing that the records do not, and may be deleted."""

    def __init__(self, path: Path) -> None:
        """Refer to the index file; it is opened with each use, so threads need not share it."""
        self._path = path

    def read(self) -> dict[str, Entry]:
        """All entries by case id; none where there is no index of this version that can be read."""
        if not self._path.exists():
            return {}
        try:
            with self._open() as connection:
                if connection.execute("PRAGMA user_version").fetchone()[0] != VERSION:
                    raise sqlite3.DatabaseError("it is of another version")
                rows = connection.execute(f"SELECT {', '.join(_COLUMNS + _STAMP)} FROM cases").fetchall()
            return {row[0]: _entry(row) for row in rows}
        except (sqlite3.Error, ValueError, TypeError) as error:
            log.warning("The index %s is made anew: %s", self._path, error)
            self.clear()
            return {}

    def write(self, entries: Iterable[Entry]) -> None:
        """Insert or replace these entries."""
        rows = [(*(getattr(entry.case, column) for column in _COLUMNS), *entry.stamp) for entry in entries]
        names = _COLUMNS + _STAMP
        command = f"INSERT OR REPLACE INTO cases ({', '.join(names)}) VALUES ({', '.join('?' for _ in names)})"
        if rows:
            self._change(command, rows)

    def remove(self, case_ids: Iterable[str]) -> None:
        """Forget these cases."""
        rows = [(case_id,) for case_id in case_ids]
        if rows:
            self._change("DELETE FROM cases WHERE id = ?", rows)

    def clear(self) -> None:
        """Forget everything, also an index that is damaged."""
        with contextlib.suppress(OSError):  # a read-only folder
            self._path.unlink(missing_ok=True)

    def _change(self, command: str, rows: list[tuple[Any, ...]]) -> None:
        try:
            with self._open() as connection:
                connection.executemany(command, rows)
        except sqlite3.Error as error:
            log.warning("The index %s was not brought up to date: %s", self._path, error)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._path, timeout=_WAIT)
        try:
            connection.execute("PRAGMA synchronous = NORMAL")  # the records are the truth and are flushed
            with connection:
                if not connection.execute("SELECT name FROM sqlite_master WHERE name = 'cases'").fetchone():
                    columns = (f"{name} {_TYPES.get(name, 'TEXT NOT NULL')}" for name in _COLUMNS + _STAMP)
                    connection.execute(f"CREATE TABLE IF NOT EXISTS cases ({', '.join(columns)}, PRIMARY KEY (id))")
                    connection.execute(f"PRAGMA user_version = {VERSION}")
                yield connection
        finally:
            connection.close()


def _entry(row: tuple[Any, ...]) -> Entry:
    values = dict(zip(_COLUMNS, row, strict=False))
    values["state"] = CaseState(values["state"])
    values["eye"] = Eye(values["eye"])
    values["flagged"], values["unfamiliar"] = bool(values["flagged"]), bool(values["unfamiliar"])
    return Entry(Case(**values), tuple(row[-len(_STAMP) :]))
