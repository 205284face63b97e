"""Corrections: how much the first proposal of each case had to be changed; the source of the corrective curve.

They are kept in their own file, one line per case, because the next model's prediction replaces the first one. A
missing line can be computed again while prediction and human mask are both on disk.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from unet_desktop import files, growing_files
from unet_desktop.errors import ProjectError, UserError, reason_of
from unet_desktop.json_data import DataError, Share, parse, read_bytes
from unet_desktop.labels import LabelSet
from unet_desktop.masks.compare import compare_masks, mean_over_labels, overlap_or_absence
from unet_desktop.masks.file import read_mask
from unet_desktop.project.case import UNCORRECTED, Case
from unet_desktop.project.layout import Layout
from unet_desktop.project.models import list_models
from unet_desktop.project.predictions import FIRST_PROPOSAL, PredictionRecord, check_digest, read_record

log = logging.getLogger("unet.project")

_LARGEST = 64 << 20
_WRITING = Lock()
"""Held while writing: a job and the window may both record corrections."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A proposal compared with the human mask made from it.

    Attributes:
        case: its id.
        model: weights_sha256 of the model that made the proposal.
        figures: "dice/<label>" and "dice", of the proposal against the human mask; 1 for a label in neither, which is
            a proposal that needed no change. Empty in a line that revokes the case's earlier line, because the
            correction was undone.
        when: the case was first corrected (ISO 8601, UTC); to be shown: the order of lines says which was first.
        seen: the model was trained or selected on this case, so the figures mean little.
    """

    case: str
    model: str
    figures: Mapping[str, Share]
    when: str
    seen: bool = False


def read_corrections(layout: Layout) -> list[Correction]:
    """Return one correction per case, in the order they were corrected; damaged lines are skipped."""
    return list(_read(layout.corrections).values())


def record_corrections(layout: Layout, labels: LabelSet, cases: Iterable[Case]) -> bool:
    """Record those of these cases that are corrected and have a prediction (even a rejected one) on disk.

    Only the first model's proposal counts, because a later model may have been trained on the case; a first proposal
    made without a model says nothing about any. While that
    proposal exists, further changes of the mask update the figures. If a case is uncorrected again, its correction is
    revoked. Any thread may call this.

    Returns:
        whether anything was recorded.

    Raises:
        WriteError: it cannot be written.
    """
    with _WRITING:
        known = _read(layout.corrections)
        fresh = [found for case in cases if (found := _correction(layout, labels, case, known.get(case.id)))]
        if not fresh:
            return False
        seen = cases_seen(layout)
        fresh = [
            replace(row, seen=row.case in seen.get(row.model, ()))
            for row in sorted(fresh, key=lambda row: (row.when, row.case))
        ]
        lines = "".join(json.dumps(asdict(row)) + "\n" for row in fresh)
        _append(layout.corrections, lines.encode())
        return True


def find_correction(
    layout: Layout, labels: LabelSet, case: Case, seen: Mapping[str, frozenset[str]]
) -> Correction | None:
    """Work out the correction of a case that has no line yet; None if there is none. Nothing is written.

    Args:
        layout: of the project.
        labels: of it.
        case: corrected.
        seen: see `cases_seen`.
    """
    found = _correction(layout, labels, case, None)
    return None if found is None else replace(found, seen=case.id in seen.get(found.model, ()))


def _correction(layout: Layout, labels: LabelSet, case: Case, known: Correction | None) -> Correction | None:
    """Return what to record about the case, or None."""
    if case.state in UNCORRECTED:
        return None if known is None else replace(known, figures={})
    if not layout.mask(case.id).exists():  # it is about to be written, and recorded then
        return None
    try:
        path, record_path = layout.prediction(case.id), layout.prediction_record(case.id)
        if not path.exists():
            path, record_path = layout.rejected_prediction(case.id), layout.rejected_record(case.id)
        record = read_record(record_path)
        if record.model == FIRST_PROPOSAL:
            return None
        corrected = _isoformat(layout.mask(case.id).stat().st_mtime)
        if known is not None and known.model != record.model:
            return None
        if _is_older(layout.mask(case.id), corrected, record):  # predicted to compare, not to be corrected
            return None
        check_digest(path, record)
        size = (case.height, case.width)
        proposed, mask = (read_mask(of, labels, size) for of in (path, layout.mask(case.id)))
        figures = _unchanged_share(compare_masks(proposed, mask, labels))
    except (UserError, OSError) as error:  # opening the case reports the problem
        log.info("no correction of %s: %s", case.id, error)
        return None
    if not figures or (known is not None and known.figures == figures):
        return None
    return Correction(case.id, record.model, figures, corrected if known is None else known.when)


def _is_older(mask: Path, corrected: str, record: PredictionRecord) -> bool:
    """Whether a human mask is as it was when the case was predicted; no clock is asked if its digest is recorded."""
    if record.human_sha256 is not None:
        return record.human_sha256 == files.sha256(mask)
    return not record.created or corrected < record.created


def _unchanged_share(metrics: Mapping[str, float]) -> dict[str, float]:
    """How little of a proposal was changed: "dice/<label>" and "dice"."""
    figures = {f"dice/{label}": value for label, value in overlap_or_absence(metrics).items()}
    return figures | mean_over_labels(figures)


def cases_seen(layout: Layout) -> dict[str, frozenset[str]]:
    """Map each model's weights_sha256 to the cases it was trained or validated on."""
    return {
        model.header.weights_sha256: frozenset(
            case for part in ("train_cases", "validation_cases") for case in model.header.data.get(part, ())
        )
        for model in list_models(layout)
    }


def _append(path: Path, data: bytes) -> None:
    if not path.exists():
        files.write_bytes(path, data)
        return
    length = path.stat().st_size
    growing_files.append_bytes(path, b"\n" + data, length)  # the newline ends a truncated line; empty lines are skipped


def count_damaged_lines(layout: Layout) -> int:
    """Return how many lines of the file of corrections are left out, because they are torn or somebody changed them.

    Raises:
        ProjectError: the file cannot be read.
    """
    return len(_split(layout.corrections)[1])


def drop_damaged_lines(layout: Layout) -> None:
    """Write the file of corrections again without lines that cannot be read.

    Raises:
        ProjectError: the file cannot be read. WriteError: it cannot be written.
    """
    with _WRITING:
        files.write_bytes(layout.corrections, b"\n".join(_split(layout.corrections)[0]))


def _split(path: Path) -> tuple[list[bytes], list[bytes]]:
    """Return the lines that can be read, and those that cannot."""
    good: list[bytes] = []
    bad: list[bytes] = []
    try:
        lines = read_bytes(path, _LARGEST).splitlines()
    except FileNotFoundError:
        return [], []
    except (OSError, DataError) as error:
        raise ProjectError(
            f"{path} cannot be read ({reason_of(error)}). Restore it from a backup, or move it away."
        ) from error
    for line in filter(bytes.strip, lines):
        try:
            parse(line, Correction, file_names=True)
            good.append(line)
        except DataError:
            bad.append(line)
    return good, bad


def _read(path: Path) -> dict[str, Correction]:
    """Map each case to its latest correction, unless that was revoked; in the order of the first lines."""
    try:
        lines = read_bytes(path, _LARGEST).splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, DataError) as error:
        log.warning("%s cannot be read: %s", path, error)
        return {}
    found = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            correction = parse(line, Correction, file_names=True)
        except DataError as error:
            log.info("line %d of %s is left out: %s", number, path, error)
            continue
        if correction.figures:
            found[correction.case] = correction  # which keeps the place of the case's first line
        else:
            found.pop(correction.case, None)
    return found


def _isoformat(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
