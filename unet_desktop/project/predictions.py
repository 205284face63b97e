"""Predictions: the models' masks of the cases, each with a record of its own beside it."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from unet_desktop import files
from unet_desktop.errors import MaskError, ProjectError
from unet_desktop.files import read_json_object
from unet_desktop.labels import LabelSet
from unet_desktop.masks.file import read_mask, read_plane, write_mask, write_plane
from unet_desktop.masks.measure import vertical_ratio
from unet_desktop.masks.regions import Mask
from unet_desktop.masks.trust import NO_TRUST, Trust, UncertaintyMap
from unet_desktop.project.case import Case
from unet_desktop.project.layout import Layout

log = logging.getLogger("unet.project")


@dataclass(frozen=True, slots=True)
class PredictionRecord:
    """What is known of a prediction, beside its mask; records of older programs say less.

    Attributes:
        model: the model's fingerprint.
        confidence: 0..1.
        created: when (ISO 8601, UTC).
        vcdr: vertical cup-to-disc ratio; None where there is none.
        expected_dice: see `Trust`.
        likely_vcdr: see `Trust.vcdr`.
        unfamiliar: see `Trust`.
        uncertainty_place: left, top, width and height of what the map of uncertainty covers; None without a map.
    """

    model: str = ""
    confidence: float = 0.0
    created: str = ""
    vcdr: float | None = None
    expected_dice: Mapping[str, float] = field(default_factory=dict)
    likely_vcdr: tuple[float, ...] | None = None
    unfamiliar: bool = False
    uncertainty_place: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class StoredPrediction:
    """A model's mask of a case.

    Attributes:
        mask: (H, W) uint8.
        model: the model's fingerprint.
        confidence: 0..1.
        trust: how far it may be trusted.
        vcdr: its vertical cup-to-disc ratio as the record has it; writing measures the mask.
    """

    mask: Mask
    model: str
    confidence: float
    trust: Trust = NO_TRUST
    vcdr: float | None = None


def load_prediction(layout: Layout, labels: LabelSet, case: Case) -> StoredPrediction | None:
    """The model's mask, or None when there is none.

    Raises:
        MaskError: damaged, or of another size than its picture. ProjectError: its record is damaged.
    """
    path = layout.prediction(case.id)
    if not path.exists():
        return None
    mask = read_mask(path, labels, (case.height, case.width))
    record = read_record(layout.prediction_record(case.id))
    interval = None if record.likely_vcdr is None else (record.likely_vcdr[0], record.likely_vcdr[1])
    seen = _read_map(layout.uncertainty_map(case.id), record)
    trust = Trust(record.expected_dice, interval, record.unfamiliar, seen)
    return StoredPrediction(mask, record.model, record.confidence, trust, record.vcdr)


def set_prediction_aside(layout: Layout, case_id: str) -> None:
    """Take a model's mask away but keep it for the corrective curve, in place of what was put aside before.

    Raises:
        WriteError: it cannot be renamed.
    """
    for path, aside in (
        (layout.prediction(case_id), layout.rejected(case_id)),
        (layout.prediction_record(case_id), layout.rejected_record(case_id)),
    ):
        if path.exists():
            files.move_file(path, aside)
    files.delete_file(layout.uncertainty_map(case_id))


def write_prediction(layout: Layout, labels: LabelSet, case_id: str, prediction: StoredPrediction) -> None:
    """Keep a model's mask, then the map of its uncertainty, then its record.

    Raises:
        WriteError: it cannot be written.
    """
    trust, seen = prediction.trust, prediction.trust.uncertainty
    write_mask(layout.prediction(case_id), prediction.mask, labels)
    if seen is None:
        files.delete_file(layout.uncertainty_map(case_id))
    else:
        files.make_folder(layout.uncertainty)
        write_plane(layout.uncertainty_map(case_id), seen.plane)
    record = PredictionRecord(
        prediction.model,
        prediction.confidence,
        datetime.now(UTC).isoformat(timespec="seconds"),
        vertical_ratio(prediction.mask, labels),
        {name: round(dice, 4) for name, dice in trust.expected_dice.items()},
        None if trust.vcdr is None else tuple(round(end, 4) for end in trust.vcdr),
        trust.unfamiliar,
        None if seen is None else (seen.left, seen.top, seen.width, seen.height),
    )
    files.write_json(layout.prediction_record(case_id), asdict(record))


def read_record(path: Path) -> PredictionRecord:
    """What is known of a prediction; an empty record where there is none.

    Raises:
        ProjectError: it is damaged.
    """
    data = read_json_object(path)
    try:
        vcdr, expected = data.get("vcdr"), data.get("expected_dice", {})
        return PredictionRecord(
            _of_type(str, data.get("model", "")),
            _number(data.get("confidence", 0.0)),
            _of_type(str, data.get("created", "")),
            None if vcdr is None else _number(vcdr),
            {name: _number(dice) for name, dice in _of_type(dict, expected).items()},
            _numbers(data.get("likely_vcdr"), 2),
            _of_type(bool, data.get("unfamiliar", False)),
            _numbers(data.get("uncertainty_place"), 4),
        )
    except ValueError as error:
        raise ProjectError(
            f"{path} cannot be understood ({error}). Restore it from a backup, or predict the case again."
        ) from error


def with_prediction_record(case: Case, path: Path) -> Case:
    """The case with the figures in its prediction's record; a damaged one gives none, and opening the case says why."""
    try:
        record = read_record(path)
    except ProjectError:
        return replace(case, confidence=None, predicted_vcdr=None, unfamiliar=False)
    return replace(case, confidence=record.confidence, predicted_vcdr=record.vcdr, unfamiliar=record.unfamiliar)


def _read_map(path: Path, record: PredictionRecord) -> UncertaintyMap | None:
    """A map that cannot be read is missed by nobody who corrects masks, so it keeps no case closed."""
    if record.uncertainty_place is None:
        return None
    try:
        plane = read_plane(path)
    except MaskError as error:
        log.warning("%s", error)
        return None
    left, top, width, height = record.uncertainty_place
    return UncertaintyMap(plane, left, top, width, height)


Kind = TypeVar("Kind")


def _of_type(kind: type[Kind], value: object) -> Kind:
    if not isinstance(value, kind):
        raise ValueError(f"{value!r} is not what it should be")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is no number")
    return float(value)


def _numbers(value: object, count: int) -> tuple[float, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != count:
        raise ValueError(f"{value!r} are not {count} numbers")
    return tuple(_number(number) for number in value)
