"""Case: one picture of a project and what is known of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from unet_desktop.errors import ProjectError
from unet_desktop.images.laterality import Eye


class CaseState(StrEnum):
    """How far a case is; derived from which files there are, so it cannot contradict them."""

    NEW = "new"
    PREDICTED = "predicted"
    CORRECTED = "corrected"
    APPROVED = "approved"


UNCORRECTED = frozenset({CaseState.NEW, CaseState.PREDICTED})
"""States of cases that no human has worked on."""


PREDICTION_FIELDS = frozenset({"confidence", "predicted_vcdr", "unfamiliar"})
"""Fields of a case that stand in its prediction's record, which another thread writes."""
_ELSEWHERE = PREDICTION_FIELDS | {"damage"}
"""Fields of a case that do not stand in its record."""


@dataclass(frozen=True, slots=True)
class Case:
    """One picture of a project.

    Attributes:
        id: unique in the project; the stem of its mask's file name.
        image: path of its picture: relative to the project with forward slashes, or absolute when referred to.
        sha256: of the picture's file at import.
        height, width: of the upright picture, in pixels.
        state: how far it is.
        flagged: somebody doubts it; it is left out of training until the flag is taken away.
        patient: the patient's identifier, or empty.
        eye: which eye.
        notes: free text.
        changed_by, changed_at: who changed its mask or record last, and when (ISO 8601, UTC); empty at first.
        model: weights' fingerprint of the model that its prediction or accepted mask came from, or empty.
        vcdr: vertical cup-to-disc ratio of the human mask when it was saved; None where it is not known.
        confidence: of the prediction, 0..1; None without one.
        predicted_vcdr: vertical cup-to-disc ratio of the prediction; None where it is not known.
        unfamiliar: the picture is unlike those that the predicting model learned from.
        damage: why its record cannot be understood, as a sentence; then only id and state are known, and nothing of
            the case may be written. Empty for a sound one.
    """

    id: str
    image: str
    sha256: str
    height: int
    width: int
    state: CaseState = CaseState.NEW
    flagged: bool = False
    patient: str = ""
    eye: Eye = Eye.UNKNOWN
    notes: str = ""
    changed_by: str = ""
    changed_at: str = ""
    model: str = ""
    vcdr: float | None = None
    confidence: float | None = None
    predicted_vcdr: float | None = None
    unfamiliar: bool = False
    damage: str = ""

    @property
    def group(self) -> str:
        """What must not be torn apart between training and validation: the patient where known, else the case."""
        return f"patient:{self.patient}" if self.patient else self.own_group

    @property
    def own_group(self) -> str:
        """The group that the case is when its patient is not known."""
        return f"case:{self.id}"

    @property
    def best_vcdr(self) -> float | None:
        """Vertical cup-to-disc ratio of the human mask where there is one, else of the prediction."""
        return self.predicted_vcdr if self.state in UNCORRECTED else self.vcdr

    def with_mask(self, vcdr: float | None, model: str | None) -> Case:
        """The case with another human mask, of that ratio and that model's origin (None leaves what was noted).

        An approval was of the mask before, so it goes.
        """
        return replace(self, state=CaseState.CORRECTED, vcdr=vcdr, model=self.model if model is None else model)

    def with_ratio(self, ratio: float) -> Case:
        """The case with that ratio of its human mask, or of its prediction where nobody has drawn one."""
        return replace(self, predicted_vcdr=ratio) if self.state in UNCORRECTED else replace(self, vcdr=ratio)

    def image_path(self, root: Path) -> Path:
        """Where the picture is on this computer."""
        return root / self.image

    def to_json(self) -> dict[str, Any]:
        """The record as plain data; what the prediction's own record says is left to that."""
        return {name: value for name, value in asdict(self).items() if name not in _ELSEWHERE}

    @classmethod
    def with_damage(cls, case_id: str, sentence: str) -> Case:
        """A case of which no more is known than that its record cannot be understood, and why."""
        return cls(case_id, "", "", 0, 0, damage=sentence)

    @classmethod
    def from_json(cls, data: Any, source: Path) -> Case:
        """The case that `to_json` wrote; unknown fields are passed over.

        Raises:
            ProjectError: the record has another form.
        """
        try:
            names = {field.name for field in fields(cls)} - _ELSEWHERE
            known = {name: data[name] for name in names if name in data}
            known["state"] = CaseState(known.get("state", "new"))
            known["eye"] = Eye(known.get("eye", ""))
            case = cls(**known)
            _check(case)
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            raise ProjectError(f"The case record {source} cannot be understood ({error}). Restore it.") from error
        return case


def _check(case: Case) -> None:
    texts = (case.id, case.image, case.sha256, case.patient, case.notes, case.changed_by, case.changed_at, case.model)
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("a text is not a text")
    if not all(type(number) is int and number > 0 for number in (case.height, case.width)):
        raise ValueError("its size is no size")
    if case.vcdr is not None and (type(case.vcdr) not in {int, float} or not case.vcdr >= 0):
        raise ValueError("its cup-to-disc ratio is no ratio")
    if not isinstance(case.flagged, bool):
        raise ValueError("flagged is neither true nor false")
    if case.id != Path(case.id).name or case.id in {"", ".."}:
        raise ValueError(f"{case.id!r} is no name of a case")
