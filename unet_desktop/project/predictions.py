"""Predictions: the models' masks of the cases, each with a record of its own beside it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from unet_desktop import files
from unet_desktop.errors import ProjectError
from unet_desktop.labels import LabelSet
from unet_desktop.masks.file import read_mask, write_mask
from unet_desktop.masks.regions import Mask
from unet_desktop.project.case import Case
from unet_desktop.project.json_object import read_object
from unet_desktop.project.layout import Layout
from unet_desktop.project.ratio import vertical_ratio


@dataclass(frozen=True, slots=True)
class PredictionRecord:
    """What is known of a prediction, beside its mask.

    Attributes:
        model: the model's fingerprint.
        confidence: 0..1.
        created: when (ISO 8601, UTC).
        vcdr: vertical cup-to-disc ratio; None where there is none, or in records of older programs.
    """

    model: str = ""
    confidence: float = 0.0
    created: str = ""
    vcdr: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class StoredPrediction:
    """A model's mask of a case: (H, W) uint8, the model's fingerprint, and its confidence 0..1."""

    mask: Mask
    model: str
    confidence: float


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
    return StoredPrediction(mask, record.model, record.confidence)


def write_prediction(
    layout: Layout, labels: LabelSet, case_id: str, mask: Mask, *, model: str, confidence: float
) -> None:
    """Keep a model's mask, then its record.

    Raises:
        WriteError: it cannot be written.
    """
    write_mask(layout.prediction(case_id), mask, labels)
    created = datetime.now(UTC).isoformat(timespec="seconds")
    record = PredictionRecord(model, confidence, created, vertical_ratio(mask, labels))
    files.write_json(layout.prediction_record(case_id), asdict(record))


def read_record(path: Path) -> PredictionRecord:
    """What is known of a prediction; an empty record where there is none.

    Raises:
        ProjectError: it is damaged.
    """
    data = read_object(path)
    model, confidence = data.get("model", ""), data.get("confidence", 0.0)
    created, vcdr = data.get("created", ""), data.get("vcdr")
    texts = isinstance(model, str) and isinstance(created, str)
    if not texts or not isinstance(confidence, int | float) or not isinstance(vcdr, int | float | None):
        raise ProjectError(f"{path} cannot be understood. Restore it from a backup, or predict the case again.")
    return PredictionRecord(model, float(confidence), created, None if vcdr is None else float(vcdr))


def with_record(case: Case, path: Path) -> Case:
    """The case with the figures in its prediction's record; a damaged one gives none, and opening the case says why."""
    try:
        record = read_record(path)
    except ProjectError:
        return replace(case, confidence=None, predicted_vcdr=None)
    return replace(case, confidence=record.confidence, predicted_vcdr=record.vcdr)
