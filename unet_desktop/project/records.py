"""Case records: one JSON file per case is the truth, and states follow from the files."""

from __future__ import annotations

import logging
import os
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from unet_desktop import files, json_data
from unet_desktop.errors import ProjectError
from unet_desktop.log import hide_names
from unet_desktop.masks.trust import Unfamiliar
from unet_desktop.project.case import Case, CaseState, without_halves
from unet_desktop.project.guard import check_project
from unet_desktop.project.layout import Layout
from unet_desktop.project.predictions import with_prediction_record

log = logging.getLogger("unet.project")


class CaseRecords:
    """The cases of one project, in memory and on disk; the only writer of records."""

    def __init__(self, layout: Layout, *, has_ratio: bool = True) -> None:
        """Read all cases from their records.

        A damaged record becomes a `Case.with_damage`, so that the other cases stay usable.

        Args:
            layout: paths of the project.
            has_ratio: the labels have a cup and a disc; else ratios in the records, of earlier versions, are ignored.

        Raises:
            ProjectError: the folder cannot be read.
        """
        self._layout, self._has_ratio = layout, has_ratio
        self.cases: dict[str, Case] = {}
        self._stored: dict[str, Case] = {}  # as they were last read or written
        self.read_all()

    def read_all(self) -> None:
        """Read all cases again, after another program changed the folder.

        Raises:
            ProjectError: the folder cannot be read.
        """
        records = list_stems(self._layout.cases, ".json")
        masks, predictions = list_stems(self._layout.masks, ".png"), list_stems(self._layout.predictions, ".png")
        predicted = list_stems(self._layout.predictions, ".json")
        self.cases = {
            case_id: self._with_state(
                self._read_or_mark(case_id, has_prediction=case_id in predicted), masks=masks, predictions=predictions
            )
            for case_id in records
        }
        hide_names(self.cases)
        hide_names({case.patient for case in self.cases.values()})

    def put(self, case: Case, *, of_mask: bool = False) -> Case:
        """Write a case's record; what others changed in it since it was read stays, unless it was changed here too.

        Args:
            case: to write.
            of_mask: the mask was written, so what a record says about it is from here.

        Raises:
            WriteError: the record cannot be written.
        """
        check_project(self._layout.root)
        case, data = self._merge(without_halves(case), of_mask=of_mask)
        files.write_json(self._layout.record(case.id), data)
        self._stored[case.id] = case
        self.remember(case)
        return case

    def _merge(self, case: Case, *, of_mask: bool) -> tuple[Case, dict[str, Any]]:
        """Return a case with what others changed in its record, and all that the record holds then."""
        path, stored = self._layout.record(case.id), case.to_json()
        found = self._read_as_data(path)
        if (base := self._stored.get(case.id)) is not None:
            ours = _OF_MASK if of_mask else _SIGNATURE
            before = base.to_json()
            stored |= {
                name: _merge_field(name, found, before[name], value)
                for name, value in stored.items()
                if name not in ours
            }
            case = self._merged_case(case, stored)
            stored = case.to_json()
        return case, found | stored

    def _merged_case(self, case: Case, stored: dict[str, Any]) -> Case:
        if stored == case.to_json():
            return case
        try:
            merged = Case.from_json(stored, self._layout.record(case.id))
        except ProjectError:  # somebody wrote a value there that is none
            return case
        return replace(case, **{name: getattr(merged, name) for name in stored})

    def _read_as_data(self, path: Path) -> dict[str, Any]:
        """Return all that a record holds, also fields that this program does not know."""
        try:
            return json_data.read(path, dict[str, Any], file_names=True)
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            log.warning("%s was damaged while it was open, and is written again: %s", path, error)
            files.set_aside(path, lambda number: path.with_name(f"{path.name}.bad-{number}"))
            return {}

    def hold(self, case: Case) -> Case:
        """Keep a case in memory only, until `put_together` writes it."""
        self.remember(case)
        return case

    def put_together(self, cases: Collection[Case]) -> None:
        """Write many cases as `put` does, flushing their records together.

        Raises:
            WriteError: a record cannot be written.
        """
        check_project(self._layout.root)
        cases = [without_halves(case) for case in cases]
        files.write_together({self._layout.record(case.id): files.encode_json(case.to_json()) for case in cases})
        self._stored |= {case.id: case for case in cases}
        self.remember(*cases)

    def put_all(self, cases: Collection[Case]) -> None:
        """Write the records of known cases as `put` does, flushing them together.

        Raises:
            WriteError: a record cannot be written.
        """
        check_project(self._layout.root)
        merged = [self._merge(case, of_mask=False) for case in cases]
        files.write_together({self._layout.record(case.id): files.encode_json(data) for case, data in merged})
        cases = [case for case, _ in merged]
        self._stored |= {case.id: case for case in cases}
        self.remember(*cases)

    def take_in(self, cases: Collection[Case]) -> None:
        """Know cases as another thread has just written them."""
        self._stored |= {case.id: case for case in cases}
        self.remember(*cases)

    def forget(self, case_id: str) -> None:
        """Drop a case from memory."""
        self.cases.pop(case_id, None)
        self._stored.pop(case_id, None)

    def add(self, case_id: str) -> Case:
        """Read a case that was put back; a damaged record becomes a `Case.with_damage`."""
        has_prediction = self._layout.prediction_record(case_id).exists()
        masks = {case_id} if self._layout.mask(case_id).exists() else set()
        predictions = {case_id} if self._layout.prediction(case_id).exists() else set()
        case = self._read_or_mark(case_id, has_prediction=has_prediction)
        self.cases[case_id] = case = self._with_state(case, masks=masks, predictions=predictions)
        return case

    def remember(self, *cases: Case) -> None:
        """Update cases in memory only."""
        hide_names({case.id for case in cases} | {case.patient for case in cases})
        self.cases |= {case.id: case for case in cases}

    def derive(self, case_id: str) -> Case:
        """Read the case again from its record and files, after another thread or program wrote some of them.

        Raises:
            ProjectError: the record is damaged.
        """
        masks = {case_id} if self._layout.mask(case_id).exists() else set()
        predictions = {case_id} if self._layout.prediction(case_id).exists() else set()
        case = self._with_state(
            self._read_record(case_id, has_prediction=self._layout.prediction_record(case_id).exists()),
            masks=masks,
            predictions=predictions,
        )
        if case != self.cases.get(case_id):
            self.remember(case)
        return case

    def expect(self, case_id: str, *, has_mask: bool, model: str) -> Case:
        """Return the case as it will be once its human mask is written or deleted, and remember it in memory only."""
        predictions = {case_id} if self._layout.prediction(case_id).exists() else set()
        case = replace(self.cases[case_id], state=CaseState.CORRECTED, model=model if has_mask else "")
        masks = {case_id} if has_mask else set()
        self.cases[case_id] = case = self._with_state(case, masks=masks, predictions=predictions)
        return case

    def _with_state(self, case: Case, *, masks: set[str], predictions: set[str]) -> Case:
        """Return the case in the state that follows from its files; only approval is not visible in them."""
        changes: dict[str, Any] = {}  # replaced once: ten thousand cases are read when a project is opened
        if case.vcdr is not None and not (self._has_ratio and case.id in masks):
            changes["vcdr"] = None
        known = case.confidence is not None or case.predicted_vcdr is not None
        if known and case.id not in predictions:
            changes |= {"confidence": None, "predicted_vcdr": None, "unfamiliar": Unfamiliar.NO}
        if case.id in masks:
            state = CaseState.APPROVED if case.state is CaseState.APPROVED else CaseState.CORRECTED
        else:
            state = CaseState.PREDICTED if case.id in predictions else CaseState.NEW
        if state is not case.state:
            changes["state"] = state
        return replace(case, **changes) if changes else case

    def _read_or_mark(self, case_id: str, *, has_prediction: bool) -> Case:
        try:
            return self._read_record(case_id, has_prediction=has_prediction)
        except ProjectError as error:
            log.warning("%s", error)
            return Case.with_damage(case_id, str(error))

    def _read_record(self, case_id: str, *, has_prediction: bool) -> Case:
        path = self._layout.record(case_id)
        case = Case.read(path)
        if case.id != case_id:  # the file was renamed
            case = replace(case, id=case_id)
        self._stored[case_id] = case
        return with_prediction_record(case, self._layout.prediction_record(case_id)) if has_prediction else case


_SIGNATURE = frozenset({"id", "changed_by", "changed_at"})
_OF_MASK = _SIGNATURE | {"state", "model", "vcdr"}
"""Fields that follow from the mask."""


def _merge_field(name: str, found: dict[str, Any], before: object, value: object) -> object:
    """Return a field's value: ours if it was changed here, else the one that is in the record now."""
    if name not in found or found[name] == before:
        return value
    if isinstance(found[name], dict) and isinstance(before, dict) and isinstance(value, dict):  # field by field
        theirs = {key: known for key, known in found[name].items() if value.get(key) == before.get(key)}
        ours = {key: known for key, known in value.items() if known != before.get(key)}
        return theirs | ours
    return found[name] if value == before else value


def list_stems(folder: Path, suffix: str) -> set[str]:
    """Return the names, without suffix, of the folder's files with that suffix; hidden files are skipped.

    Raises:
        ProjectError: the folder cannot be read.
    """
    return {entry.name.removesuffix(suffix) for entry in _visible_files(folder, suffix)}


def _visible_files(folder: Path, suffix: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return [entry for entry in entries if entry.name.endswith(suffix) and not entry.name.startswith(".")]
    except OSError as error:
        raise ProjectError(f"The folder {folder} cannot be read ({error.strerror}). Check its permissions.") from error
