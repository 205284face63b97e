"""Case: one image of a project and everything recorded about it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from unet_desktop.errors import ProjectError
from unet_desktop.images.laterality import Eye
from unet_desktop.images.read import MAX_PIXELS
from unet_desktop.json_data import Count, Side, check, read
from unet_desktop.masks.trust import Unfamiliar
from unet_desktop.safe_text import replace_halves


class CaseState(StrEnum):
    """Progress of a case; derived from the files that exist, so it cannot contradict them."""

    NEW = "new"
    PREDICTED = "predicted"
    CORRECTED = "corrected"
    APPROVED = "approved"


UNCORRECTED = frozenset({CaseState.NEW, CaseState.PREDICTED})
"""States of cases that no human has corrected."""


PREDICTION_FIELDS = frozenset({"confidence", "predicted_vcdr", "unfamiliar"})
"""Fields that are stored in the prediction's record, which another thread writes."""
_ELSEWHERE = PREDICTION_FIELDS | {"damage"}
"""Fields that are not stored in the case's own record."""
Point = tuple[float, float]
"""(x, y) in image pixels; pixel (row, column) has its centre at (column + 0.5, row + 0.5)."""
Grade = str | int | float | bool
"""What a person gave for an item of the project's grading form."""
_TEXTS = ("sha256", "patient", "notes", "changed_by", "changed_at", "model")
"""Fields of ordinary text; the path of an image may hold bytes that are no text."""


SHORTEST_EYE, LONGEST_EYE = 10.0, 50.0
"""Axial lengths in millimetres that can be noted."""
AxialLength = Annotated[float, Meta(ge=SHORTEST_EYE, le=LONGEST_EYE)]


@dataclass(frozen=True, slots=True)
class Case:
    """One image of a project.

    Attributes:
        id: unique in the project; the stem of its mask's file name.
        image: path of its image file: relative to the project with forward slashes, or absolute if not copied.
        sha256: of the image file at import.
        height, width: of the upright image, in pixels.
        state: its progress.
        flagged: marked as doubtful; left out of training until the flag is removed.
        patient: the patient's identifier, or empty.
        eye: which eye.
        notes: free text.
        changed_by, changed_at: who last changed its mask or record, and when (ISO 8601, UTC); empty at first.
        model: weights_sha256 of the model that its prediction or accepted mask came from, or empty.
        vcdr: vertical cup-to-disc ratio of the human mask when it was saved, 0 without a cup; None if unknown.
        no_cup: someone said that there is no cup to draw; it says nothing while one is drawn.
        not_annotated: values of labels that were added to the project after work on the case began, and of which its
            mask says nothing until they are drawn in it, or someone says that there are none.
        fovea: where a person placed the centre of the fovea; None if nobody did.
        axial_length_mm: of the eye, as measured; None if unknown.
        assigned_to: names of the readers who are to read it.
        grades: what a person gave for items of the grading form, by their keys; also for items that were since removed.
        confidence: of the prediction, 0..1; None without one.
        predicted_vcdr: vertical cup-to-disc ratio of the prediction; None if unknown.
        unfamiliar: how the image is unlike those the predicting model was trained on.
        damage: why its record cannot be read, as a sentence; then only id and state are known, and nothing of the
            case may be written. Empty if the record is fine.
    """

    id: str
    image: str
    sha256: str
    height: Side
    width: Side
    state: CaseState = CaseState.NEW
    flagged: bool = False
    patient: str = ""
    eye: Eye = Eye.UNKNOWN
    notes: str = ""
    changed_by: str = ""
    changed_at: str = ""
    model: str = ""
    vcdr: Annotated[float, Meta(ge=0.0)] | None = None
    no_cup: bool = False
    not_annotated: tuple[Count, ...] = ()
    fovea: Point | None = None
    axial_length_mm: AxialLength | None = None
    assigned_to: tuple[str, ...] = ()
    grades: dict[str, Grade] = field(default_factory=dict, hash=False)
    confidence: float | None = None
    predicted_vcdr: float | None = None
    unfamiliar: Unfamiliar = Unfamiliar.NO
    damage: str = ""

    @property
    def group(self) -> str:
        """The unit that must not be split between training and validation: the patient if known, else the case."""
        return f"patient:{self.patient}" if self.patient else self.own_group

    @property
    def own_group(self) -> str:
        """The group of the case if its patient is unknown."""
        return f"case:{self.id}"

    @property
    def lacks_cup(self) -> bool:
        """Whether its human mask has a disc and no cup, see `cup_and_disc`."""
        return self.state not in UNCORRECTED and self.vcdr == 0

    @property
    def incomplete(self) -> bool:
        """Whether its human mask lacks a cup and nobody said that there is none."""
        return self.lacks_cup and not self.no_cup

    @property
    def has_first_proposal(self) -> bool:
        """Whether what is proposed for it was made without a model: it has a ratio, and no model's confidence."""
        return self.state is CaseState.PREDICTED and self.confidence is None and self.predicted_vcdr is not None

    @property
    def best_vcdr(self) -> float | None:
        """Vertical cup-to-disc ratio of the human mask if there is one, else of the prediction; None if incomplete."""
        if self.incomplete:
            return None
        return self.predicted_vcdr if self.state in UNCORRECTED else self.vcdr

    def with_mask(self, vcdr: float | None, model: str | None) -> Case:
        """Return the case with a new human mask of this ratio, started from this model (None keeps the recorded one).

        An approval was of the previous mask, so it is dropped.
        """
        return replace(self, state=CaseState.CORRECTED, vcdr=vcdr, model=self.model if model is None else model)

    def without_mask(self) -> Case:
        """Return the case as it is without a human mask.

        What is drawn from now on is drawn with all labels at hand, unless it starts from an older prediction.
        """
        unsaid = () if self.confidence is None else self.not_annotated
        return replace(self, state=CaseState.NEW, model="", vcdr=None, no_cup=False, not_annotated=unsaid)

    def with_ratio(self, ratio: float) -> Case:
        """Return the case with this ratio for its human mask, or for its prediction if there is no human mask."""
        return replace(self, predicted_vcdr=ratio) if self.state in UNCORRECTED else replace(self, vcdr=ratio)

    def image_path(self, root: Path) -> Path:
        """Return where the image file is on this computer."""
        return root / self.image

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain data, without the fields stored in the prediction's record."""
        data = {name: value for name, value in asdict(self).items() if name not in _ELSEWHERE}
        data["fovea"] = None if self.fovea is None else list(self.fovea)  # as it is read again
        data["assigned_to"] = list(self.assigned_to)
        return data

    @classmethod
    def with_damage(cls, case_id: str, sentence: str) -> Case:
        """Return a case whose record cannot be read, with the sentence that says why."""
        return cls(case_id, "", "", 0, 0, damage=sentence)

    @classmethod
    def from_json(cls, data: Any, source: Path) -> Case:
        """Return the case that `to_json` wrote; unknown fields are ignored.

        Raises:
            ProjectError: the record is malformed.
        """
        try:
            return _verify(check(data, cls))
        except ValueError as error:
            raise ProjectError(f"The case record {source} cannot be read ({error}). Restore it.") from error

    @classmethod
    def read(cls, path: Path) -> Case:
        """Read a case's record; unknown fields are ignored.

        Raises:
            ProjectError: the record is missing or malformed.
        """
        try:
            return _verify(read(path, cls, file_names=True))
        except OSError as error:
            raise ProjectError(f"The case record {path} cannot be read ({error.strerror}). Restore it.") from error
        except ValueError as error:
            raise ProjectError(f"The case record {path} cannot be read ({error}). Restore it.") from error


def _verify(case: Case) -> Case:
    """Return the case without fields that its own record does not hold; refuse what types do not tell.

    Raises:
        ValueError: a field is of no use.
    """
    if case.height * case.width > MAX_PIXELS:
        raise ValueError(f"its picture of {case.width} x {case.height} pixels is larger than any that can be opened")
    if os.path.basename(case.id) != case.id or case.id in {"", ".", ".."} or "\0" in case.id:
        raise ValueError(f"{case.id[:40]!a} is not a valid case name")
    if "\0" in case.image or not _is_path(case.image):
        raise ValueError(f'field "image": {case.image[:40]!a} cannot be a path')
    for name, text in _texts(case):
        if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
            raise ValueError(f'field "{name}": the text {text[:40]!a} holds half of a character')
    if case.damage or case.confidence is not None or case.predicted_vcdr is not None or case.unfamiliar:
        return replace(case, damage="", confidence=None, predicted_vcdr=None, unfamiliar=Unfamiliar.NO)
    return case


def without_halves(case: Case) -> Case:
    """Return the case with U+FFFD in place of halves of characters in its texts: its record could not be read again."""
    if all(text.isascii() for _, text in _texts(case)):
        return case
    texts: dict[str, Any] = {name: replace_halves(getattr(case, name)) for name in _TEXTS}
    grades = {
        replace_halves(key): replace_halves(grade) if isinstance(grade, str) else grade
        for key, grade in case.grades.items()
    }
    return replace(case, grades=grades, **texts)


def _texts(case: Case) -> Iterator[tuple[str, str]]:
    """Yield each field of ordinary text with its name."""
    yield from ((name, getattr(case, name)) for name in _TEXTS)
    yield from (("assigned_to", name) for name in case.assigned_to)
    for key, grade in case.grades.items():
        yield "grades", key
        if isinstance(grade, str):
            yield "grades", grade


def _is_path(image: str) -> bool:
    """Whether the file system can have such a path."""
    try:
        return image.isascii() or bool(os.fsencode(image))
    except UnicodeEncodeError:
        return False
