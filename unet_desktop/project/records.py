"""Case records: one JSON file a case is the truth, the catalog an index over them, the states follow the files."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from unet_desktop import files
from unet_desktop.errors import ProjectError
from unet_desktop.project.case import Case, CaseState
from unet_desktop.project.catalog import Catalog
from unet_desktop.project.layout import Layout


class Records:
    """The cases of one project, in memory and on disk; the only writer of records and catalog."""

    def __init__(self, layout: Layout) -> None:
        """Read all cases: from the index where it agrees with the folder, else from the records.

        Raises:
            ProjectError: a record is damaged.
        """
        self._layout = layout
        self._catalog = Catalog(layout.catalog)
        self.cases: dict[str, Case] = {}
        indexed = self._catalog.read() if self._catalog.usable else {}
        if not self._catalog.usable or set(indexed) != stems(layout.cases, ".json"):
            self.rebuild()
            return
        self.cases = self._derive_all(indexed)
        changed = [case for case_id, case in self.cases.items() if case != indexed[case_id]]
        if changed:
            self._catalog.write(changed)

    def rebuild(self) -> None:
        """Make the index anew from the folder alone."""
        cases = {}
        for case_id in stems(self._layout.cases, ".json"):
            path = self._layout.record(case_id)
            cases[case_id] = replace(Case.from_json(read_object(path), path), id=case_id)
        self.cases = self._derive_all(cases)
        self._catalog.replace(self.cases.values())

    def put(self, case: Case) -> Case:
        """Keep a case: record first, index second; what the index misses is mended on the next opening.

        Raises:
            WriteError: the record cannot be written.
        """
        files.write_json(self._layout.record(case.id), case.to_json())
        self.cases[case.id] = case
        self._catalog.write([case])
        return case

    def derive(self, case_id: str) -> Case:
        """Bring the case's state in line with its files, after a mask or prediction came or went."""
        masks = {case_id} if self._layout.mask(case_id).exists() else set()
        predictions = {case_id} if self._layout.prediction(case_id).exists() else set()
        case = _derived(self.cases[case_id], masks=masks, predictions=predictions)
        if case is not self.cases[case_id]:
            self.cases[case_id] = case
            self._catalog.write([case])
        return case

    def _derive_all(self, cases: dict[str, Case]) -> dict[str, Case]:
        masks, predictions = stems(self._layout.masks, ".png"), stems(self._layout.predictions, ".png")
        return {case_id: _derived(case, masks=masks, predictions=predictions) for case_id, case in cases.items()}


def _derived(case: Case, *, masks: set[str], predictions: set[str]) -> Case:
    """The case in the state that its files show; only approval is not visible in them."""
    if case.id in masks:
        state = CaseState.APPROVED if case.state is CaseState.APPROVED else CaseState.CORRECTED
    else:
        state = CaseState.PREDICTED if case.id in predictions else CaseState.NEW
    return case if state is case.state else replace(case, state=state)


def stems(folder: Path, suffix: str) -> set[str]:
    """Names without suffix of the folder's files of that suffix; hidden files are passed over."""
    with os.scandir(folder) as entries:
        return {
            entry.name.removesuffix(suffix)
            for entry in entries
            if entry.name.endswith(suffix) and not entry.name.startswith(".")
        }


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
