"""CaseBatch: new cases whose files are flushed together, because flushing each takes most of an import's time."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

from unet_desktop import files
from unet_desktop.errors import WriteError
from unet_desktop.project.case import Case
from unet_desktop.project.layout import CaseIds, Layout, ids_of_files
from unet_desktop.project.records import CaseRecords
from unet_desktop.project.trail import Event, append

_MAX_CASES = 256
_MAX_SECONDS = 1.0
"""Seconds of work that a power cut or a killed program may lose."""


class CaseBatch:
    """Collects cases, and writes their records once their images and masks are on disk."""

    def __init__(self, records: CaseRecords, layout: Layout) -> None:
        """Collect for these records."""
        self._records, self._layout = records, layout
        self._ids = CaseIds(records.cases, ids_of_files(layout))
        self._cases: dict[str, Case] = {}
        self._files: list[Path] = []
        self._events: list[Event] = []
        self._since = 0.0

    def __contains__(self, case_id: object) -> bool:
        return case_id in self._cases

    @property
    def is_due(self) -> bool:
        """Whether there are enough cases, or the first has waited long enough, to write them."""
        return bool(self._cases) and (len(self._cases) >= _MAX_CASES or time.monotonic() - self._since > _MAX_SECONDS)

    def find_id(self, file_name: str, is_own: Callable[[str], bool]) -> str:
        """Return an id for a new case, see `CaseIds`; the time does not depend on how many cases there are."""
        return self._ids.find(file_name, is_own)

    def add(self, case: Case, file: Path | None = None) -> Case:
        """Add or replace a case, and one of its files that was written without flushing."""
        if not self._cases:
            self._since = time.monotonic()
        self._ids.add(case.id)
        self._cases[case.id] = self._records.hold(case)
        if file is not None:
            self._files.append(file)
        return case

    def note(self, *events: Event) -> None:
        """Note this in the trail once the cases are written."""
        self._events += events

    def write(self) -> tuple[Case, ...]:
        """Write the collected cases, then what is to be noted of them; return the cases.

        Raises:
            WriteError: they cannot be written; the cases and their files are dropped.
        """
        cases, written, self._cases, self._files = self._cases, self._files, {}, []
        events, self._events = self._events, []
        try:
            files.flush_files(written)
            self._records.put_together(cases.values())
        except WriteError:  # an image without a record would look like a case to whoever opens the folder
            for case_id in cases:
                self._records.forget(case_id)
            for file in written:
                with contextlib.suppress(WriteError):
                    files.delete_file(file)
            raise
        append(self._layout, *events)
        return tuple(self._records.cases[case_id] for case_id in cases)
