"""Catalog: the SQLite index over the case records, so that ten thousand cases open at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from unet_desktop.errors import ProjectError
from unet_desktop.project.case import Case, CaseState, Eye

VERSION = 1
"""Of the table's form; an index of another version is made anew."""

_COLUMNS = tuple(field.name for field in fields(Case))


class Catalog:
    """The index; it holds nothing that the records do not, and may be deleted."""

    def __init__(self, path: Path) -> None:
        """Refer to the index file; it is opened with each use, so threads need not share it."""
        self._path = path

    @property
    def usable(self) -> bool:
        """Is there an index of this version that opens?"""
        if not self._path.exists():
            return False
        try:
            with self._open() as connection:
                return bool(connection.execute("PRAGMA user_version").fetchone()[0] == VERSION)
        except (ProjectError, sqlite3.Error):
            return False

    def read(self) -> dict[str, Case]:
        """All cases by id.

        Raises:
            ProjectError: the index cannot be read.
        """
        with self._open() as connection:
            rows = connection.execute(f"SELECT {', '.join(_COLUMNS)} FROM cases").fetchall()
        return {row[0]: _case(row) for row in rows}

    def write(self, cases: Iterable[Case]) -> None:
        """Insert or replace these cases.

        Raises:
            ProjectError: the index cannot be written.
        """
        marks = ", ".join("?" for _ in _COLUMNS)
        with self._open() as connection:
            connection.executemany(
                f"INSERT OR REPLACE INTO cases ({', '.join(_COLUMNS)}) VALUES ({marks})",
                [tuple(getattr(case, column) for column in _COLUMNS) for case in cases],
            )

    def remove(self, case_ids: Iterable[str]) -> None:
        """Forget these cases."""
        with self._open() as connection:
            connection.executemany("DELETE FROM cases WHERE id = ?", [(case_id,) for case_id in case_ids])

    def replace(self, cases: Iterable[Case]) -> None:
        """Make the index anew from these cases."""
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        with self._open() as connection:
            columns = ", ".join(
                f"{name} {'INTEGER' if name in {'height', 'width', 'flagged'} else 'TEXT'} NOT NULL"
                for name in _COLUMNS
            )
            connection.execute(f"CREATE TABLE cases ({columns}, PRIMARY KEY (id))")
            connection.execute(f"PRAGMA user_version = {VERSION}")
        self.write(cases)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection: sqlite3.Connection | None = None
        try:
            connection = sqlite3.connect(self._path, timeout=10)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")  # the records are the truth and are flushed
            with connection:
                yield connection
        except sqlite3.Error as error:
            raise ProjectError(f"The project's index {self._path} cannot be used ({error}).") from error
        finally:
            if connection is not None:
                connection.close()


def _case(row: tuple[Any, ...]) -> Case:
    values = dict(zip(_COLUMNS, row, strict=True))
    values["state"] = CaseState(values["state"])
    values["eye"] = Eye(values["eye"])
    values["flagged"] = bool(values["flagged"])
    return Case(**values)
