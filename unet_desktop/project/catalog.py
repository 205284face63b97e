"""Catalog: the SQLite index over the case records, which makes opening ten thousand cases fast.

It is never required: what it lacks is read from the records, and what cannot be written is logged and fixed later.
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
from unet_desktop.masks.trust import Unfamiliar
from unet_desktop.project.case import Case, CaseState

log = logging.getLogger("unet.project")

VERSION = 6
"""Version of the table; an index of another version is rebuilt."""

RecordStamp = tuple[int, int, int, int]
"""Modification time in ns and length in bytes of the case's record, then of its prediction's record (0 if none)."""

_COLUMNS = tuple(field.name for field in fields(Case) if field.name != "damage")  # a damaged record is read again
_STAMP = ("record_written", "record_length", "prediction_written", "prediction_length")
_TYPES = dict.fromkeys(("height", "width", "flagged", "no_cup", *_STAMP), "INTEGER NOT NULL") | dict.fromkeys(
    ("vcdr", "confidence", "predicted_vcdr"), "REAL"
)
_WAIT_SECONDS = 2.0
"""Seconds to wait while another program writes; the window is blocked for as long."""


@dataclass(frozen=True, slots=True)
class CatalogRow:
    """A case and the stamp of the records it was read from."""

    case: Case
    stamp: RecordStamp


class Catalog:
    """The index; it holds nothing that the records do not, so it may be deleted."""

    def __init__(self, path: Path) -> None:
        """Use this index file; it is opened for each operation, so threads do not share a connection."""
        self._path = path

    def read(self) -> dict[str, CatalogRow]:
        """Return all entries by case id; empty if there is no readable index of this version."""
        if not self._path.exists():
            return {}
        try:
            with self._open() as connection:
                if connection.execute("PRAGMA user_version").fetchone()[0] != VERSION:
                    raise sqlite3.DatabaseError("it is of another version")
                rows = connection.execute(f"SELECT {', '.join(_COLUMNS + _STAMP)} FROM cases").fetchall()
            return {row[0]: _entry(row) for row in rows}
        except (sqlite3.Error, ValueError, TypeError) as error:
            log.warning("The index %s is rebuilt: %s", self._path, error)
            self.clear()
            return {}

    def write(self, entries: Iterable[CatalogRow]) -> None:
        """Insert or replace these entries."""
        rows = [(*(getattr(entry.case, column) for column in _COLUMNS), *entry.stamp) for entry in entries]
        names = _COLUMNS + _STAMP
        command = f"INSERT OR REPLACE INTO cases ({', '.join(names)}) VALUES ({', '.join('?' for _ in names)})"
        if rows:
            self._change(command, rows)

    def remove(self, case_ids: Iterable[str]) -> None:
        """Remove these cases."""
        rows = [(case_id,) for case_id in case_ids]
        if rows:
            self._change("DELETE FROM cases WHERE id = ?", rows)

    def clear(self) -> None:
        """Delete the index, even a damaged one."""
        with contextlib.suppress(OSError):  # a read-only folder
            self._path.unlink(missing_ok=True)

    def _change(self, command: str, rows: list[tuple[Any, ...]]) -> None:
        try:
            with self._open() as connection:
                connection.executemany(command, rows)
        except sqlite3.Error as error:
            log.warning("The index %s was not updated: %s", self._path, error)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._path, timeout=_WAIT_SECONDS)
        try:
            connection.execute("PRAGMA synchronous = NORMAL")  # the records are the truth, and they are flushed
            with connection:
                if not connection.execute("SELECT name FROM sqlite_master WHERE name = 'cases'").fetchone():
                    columns = (f"{name} {_TYPES.get(name, 'TEXT NOT NULL')}" for name in _COLUMNS + _STAMP)
                    connection.execute(f"CREATE TABLE IF NOT EXISTS cases ({', '.join(columns)}, PRIMARY KEY (id))")
                    connection.execute(f"PRAGMA user_version = {VERSION}")
                yield connection
        finally:
            connection.close()


def _entry(row: tuple[Any, ...]) -> CatalogRow:
    values = dict(zip(_COLUMNS, row, strict=False))
    values["state"] = CaseState(values["state"])
    values["eye"] = Eye(values["eye"])
    values["unfamiliar"] = Unfamiliar(values["unfamiliar"])
    values |= {name: bool(values[name]) for name in ("flagged", "no_cup")}
    return CatalogRow(Case(**values), tuple(row[-len(_STAMP) :]))
