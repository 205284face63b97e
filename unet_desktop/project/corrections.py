"""Corrections: how much the first proposal of each case had to be changed; the corrective curve is made of them.

A line a case in a file of its own, because a prediction is replaced by the next model's and would be forgotten. What
is missing there can be worked out again as long as prediction and human mask both stand on disk.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from unet_desktop import files
from unet_desktop.errors import UserError
from unet_desktop.labels import LabelSet
from unet_desktop.masks.compare import compare_masks
from unet_desktop.masks.file import read_mask
from unet_desktop.project.case import UNCORRECTED, Case
from unet_desktop.project.layout import Layout
from unet_desktop.project.models import list_models
from unet_desktop.project.predictions import read_record

log = logging.getLogger("unet.project")

_WRITING = Lock()
"""A job and the window may both note a correction; neither shall lose the other's."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A proposal against what a human made of it.

    Attributes:
        case: its id.
        model: fingerprint of the model that proposed.
        figures: "dice/<label>" and "dice", of the proposal against the human mask; empty in a line that takes the
            case's former one back, because what was done to it was undone.
        when: the case was first corrected (ISO 8601, UTC).
        seen: the model had learned from this case, or was chosen by it; then the figures say little.
    """

    case: str
    model: str
    figures: Mapping[str, float]
    when: str
    seen: bool = False


def read_corrections(layout: Layout) -> list[Correction]:
    """One a case, in the order in which they were corrected; lines that are torn or foreign are passed over."""
    return sorted(_read(layout.corrections).values(), key=lambda correction: (correction.when, correction.case))


def record_corrections(layout: Layout, labels: LabelSet, cases: Iterable[Case]) -> bool:
    """Note the corrected ones among these cases of which a prediction, maybe a rejected one, is on disk; in any thread.

    The first model that proposed counts: when a case is predicted again later, that model has learned from it. While
    its proposal stands, further changes of the mask replace the figures. Of a case that is uncorrected again, what was
    noted is taken back.

    Returns:
        Whether something was noted.

    Raises:
        WriteError: it cannot be written.
    """
    with _WRITING:
        known = _read(layout.corrections)
        fresh = [found for case in cases if (found := _correction(layout, labels, case, known.get(case.id)))]
        if not fresh:
            return False
        seen = _seen(layout)
        fresh = [replace(row, seen=row.case in seen.get(row.model, ())) for row in fresh]
        lines = "".join(json.dumps(asdict(row)) + "\n" for row in fresh)
        _append(layout.corrections, lines.encode())
        return True


def _correction(layout: Layout, labels: LabelSet, case: Case, known: Correction | None) -> Correction | None:
    """What is to be noted of the case, or None."""
    if case.state in UNCORRECTED:
        return None if known is None else replace(known, figures={})
    if not layout.mask(case.id).exists():  # it is about to be written, and noted then
        return None
    try:
        path, record_path = layout.prediction(case.id), layout.prediction_record(case.id)
        if not path.exists():
            path, record_path = layout.rejected(case.id), layout.rejected_record(case.id)
        record = read_record(record_path)
        corrected = _time(layout.mask(case.id).stat().st_mtime)
        if known is not None and known.model != record.model:
            return None
        if not record.created or corrected < record.created:  # predicted to compare, not to be corrected
            return None
        size = (case.height, case.width)
        proposed, mask = (read_mask(of, labels, size) for of in (path, layout.mask(case.id)))
        figures = {name: value for name, value in compare_masks(proposed, mask, labels).items() if "dice" in name}
    except (UserError, OSError) as error:  # opening the case says what is wrong with it
        log.info("no correction of %s: %s", case.id, error)
        return None
    if not figures or (known is not None and known.figures == figures):
        return None
    return Correction(case.id, record.model, figures, corrected if known is None else known.when)


def _seen(layout: Layout) -> dict[str, frozenset[str]]:
    """Model's fingerprint to the cases that it learned from or was chosen by."""
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
    files.append_bytes(path, b"\n" + data, length)  # after a torn line too; empty lines are passed over


def _read(path: Path) -> dict[str, Correction]:
    """Case to its newest line, unless that takes back what stood before."""
    try:
        lines = path.read_text("utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return {}
    except OSError as error:
        log.warning("%s cannot be read: %s", path, error)
        return {}
    found = {}
    for line in filter(None, lines):
        try:
            correction = _understood(json.loads(line))
        except (ValueError, KeyError, TypeError, RecursionError):
            log.info("%s has a line that cannot be understood", path)
            continue
        found[correction.case] = correction
    return {case: correction for case, correction in found.items() if correction.figures}


def _understood(data: dict[str, Any]) -> Correction:
    figures = {str(name): float(value) for name, value in dict(data["figures"]).items()}
    texts = [data[name] for name in ("case", "model", "when")]
    if not all(isinstance(text, str) for text in texts) or not all(0.0 <= value <= 1.0 for value in figures.values()):
        raise ValueError("not a correction")
    return Correction(data["case"], data["model"], figures, data["when"], bool(data.get("seen", False)))


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
