"""Predictions: the models' masks of the cases, each with its own record."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from unet_desktop import files
from unet_desktop.errors import MaskError, ProjectError
from unet_desktop.json_data import DataError, Share, read
from unet_desktop.labels import LabelSet
from unet_desktop.masks.file import encode_mask, read_mask, read_plane, write_plane
from unet_desktop.masks.measure import vertical_ratio
from unet_desktop.masks.regions import Mask
from unet_desktop.masks.trust import NO_TRUST, Trust, UncertaintyMap, Unfamiliar
from unet_desktop.project.case import Case
from unet_desktop.project.layout import Layout

log = logging.getLogger("unet.project")

FIRST_PROPOSAL = "first proposal (no model)"
"""Stands in place of a model's weights_sha256 where disc and cup were proposed without a model."""


@dataclass(frozen=True, slots=True)
class PredictionRecord:
    """What is stored about a prediction besides its mask; records of older programs hold less.

    Attributes:
        model: the model's weights_sha256, or `FIRST_PROPOSAL`.
        confidence: 0..1.
        created: ISO 8601, UTC.
        vcdr: vertical cup-to-disc ratio; None if there is none.
        expected_dice: see `Trust`.
        likely_vcdr: see `Trust.vcdr`.
        unfamiliar: see `Trust`.
        unfamiliar_kind: see `Unfamiliar.kind`; programs that know only `unfamiliar` pass over it.
        uncertainty_place: left, top, width and height of the area that the uncertainty map covers, in image pixels;
            None without a map.
        mask_sha256: of the mask's file; empty in records of older programs.
        human_sha256: of the file of the human mask that the case had then, or empty if it had none; None in records of
            older programs.
    """

    model: str = ""
    confidence: Share = 0.0
    created: str = ""
    vcdr: Annotated[float, Meta(ge=0.0)] | None = None
    expected_dice: Mapping[str, Share] = field(default_factory=dict)
    likely_vcdr: tuple[float, float] | None = None
    unfamiliar: bool = False
    unfamiliar_kind: str = ""
    uncertainty_place: tuple[float, float, float, float] | None = None
    mask_sha256: str = ""
    human_sha256: str | None = None

    @property
    def how_unfamiliar(self) -> Unfamiliar:
        """See `Trust.unfamiliar`."""
        return Unfamiliar.read(self.unfamiliar, self.unfamiliar_kind)


@dataclass(frozen=True, slots=True, eq=False)
class StoredPrediction:
    """A model's mask of a case, or one made without a model.

    Attributes:
        mask: (H, W) uint8.
        model: the model's weights_sha256, or `FIRST_PROPOSAL`.
        confidence: 0..1.
        trust: how far to trust it.
        vcdr: its vertical cup-to-disc ratio according to the record; ignored when writing, which measures the mask.
    """

    mask: Mask
    model: str
    confidence: float
    trust: Trust = NO_TRUST
    vcdr: float | None = None

    @property
    def is_first_proposal(self) -> bool:
        """Whether it was made without a model."""
        return self.model == FIRST_PROPOSAL


def load_prediction(layout: Layout, labels: LabelSet, case: Case) -> StoredPrediction | None:
    """Read the model's mask of a case; None if there is none.

    Raises:
        MaskError: damaged, its size differs from the image's, or its record is of another mask. ProjectError: its
            record is damaged.
    """
    path = layout.prediction(case.id)
    if not path.exists():
        return None
    mask = read_mask(path, labels, (case.height, case.width))
    record = read_record(layout.prediction_record(case.id))
    check_digest(path, record)
    interval = None if record.likely_vcdr is None else (record.likely_vcdr[0], record.likely_vcdr[1])
    seen = _read_map(layout.uncertainty_map(case.id), record)
    expected = {labels.current_name(name): dice for name, dice in record.expected_dice.items()}
    trust = Trust(expected, interval, record.how_unfamiliar, seen)
    return StoredPrediction(mask, record.model, record.confidence, trust, record.vcdr)


def check_digest(path: Path, record: PredictionRecord) -> None:
    """Make sure that the record is of this mask: a program may have been killed between writing one and the other.

    Raises:
        MaskError: it is of another mask.
    """
    try:
        if record.mask_sha256 in {"", files.sha256(path)}:
            return
    except OSError as error:
        raise MaskError(f"The mask {path} cannot be read ({error.strerror or error}).") from error
    raise MaskError(
        f"The prediction {path} is not the one that its record describes: the program was interrupted between the two, "
        "or another program changed it. Predict the case again."
    )


def set_prediction_aside(layout: Layout, case_id: str) -> None:
    """Set a model's mask aside for the corrective curve, replacing one set aside before.

    Raises:
        WriteError: it cannot be renamed.
    """
    for path, aside in (
        (layout.prediction(case_id), layout.rejected_prediction(case_id)),
        (layout.prediction_record(case_id), layout.rejected_record(case_id)),
    ):
        if path.exists():
            files.move_file(path, aside)
    files.delete_file(layout.uncertainty_map(case_id))


def write_prediction(layout: Layout, labels: LabelSet, case_id: str, prediction: StoredPrediction) -> None:
    """Write a model's mask, then its uncertainty map, then its record.

    Raises:
        WriteError: it cannot be written.
    """
    trust, seen = prediction.trust, prediction.trust.uncertainty
    encoded = encode_mask(prediction.mask, labels)
    files.write_bytes(layout.prediction(case_id), encoded)
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
        None if trust.vcdr is None else (round(trust.vcdr[0], 4), round(trust.vcdr[1], 4)),
        bool(trust.unfamiliar),
        trust.unfamiliar.kind,
        None if seen is None else (seen.left, seen.top, seen.width, seen.height),
        hashlib.sha256(encoded).hexdigest(),
        _digest_of(layout.mask(case_id)),
    )
    files.write_json(layout.prediction_record(case_id), asdict(record))


def _digest_of(path: Path) -> str:
    try:
        return files.sha256(path)
    except OSError:
        return ""


def read_record(path: Path) -> PredictionRecord:
    """Read a prediction's record; an empty record if the file does not exist.

    Raises:
        ProjectError: the record is damaged.
    """
    try:
        return read(path, PredictionRecord)
    except FileNotFoundError:
        return PredictionRecord()
    except OSError as error:
        raise ProjectError(f"{path} cannot be read ({error.strerror}). Check its permissions.") from error
    except DataError as error:
        raise ProjectError(
            f"{path} cannot be read ({error}). Restore it from a backup, or predict the case again."
        ) from error


def is_from_model(layout: Layout, case: Case) -> bool:
    """Whether the case has a model's prediction, not only a first proposal; its confidence must be up to date."""
    if not layout.prediction(case.id).exists():
        return False
    if case.confidence is not None:  # a first proposal has none
        return True
    try:
        return read_record(layout.prediction_record(case.id)).model != FIRST_PROPOSAL
    except ProjectError:  # opening the case reports the damage
        return True


def with_prediction_record(case: Case, path: Path) -> Case:
    """Return the case with the values in its prediction's record; a damaged record gives none.

    Opening the case reports the damage. A first proposal has no confidence.
    """
    try:
        record = read_record(path)
    except ProjectError:
        return replace(case, confidence=None, predicted_vcdr=None, unfamiliar=Unfamiliar.NO)
    confidence = None if record.model == FIRST_PROPOSAL else record.confidence
    return replace(case, confidence=confidence, predicted_vcdr=record.vcdr, unfamiliar=record.how_unfamiliar)


def _read_map(path: Path, record: PredictionRecord) -> UncertaintyMap | None:
    """Read the uncertainty map; None if it cannot be read, because masks can be corrected without it."""
    if record.uncertainty_place is None:
        return None
    try:
        plane = read_plane(path)
    except MaskError as error:
        log.warning("%s", error)
        return None
    left, top, width, height = record.uncertainty_place
    return UncertaintyMap(plane, left, top, width, height)
