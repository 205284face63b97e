"""Every path of a project is spelled here."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from unet_desktop.checkpoint_header import SUFFIX

JOURNAL_SUFFIX = ".journal"
TRAINING_SUFFIX = ".training"
_LONGEST_ID = 80
_LONGEST_ID_BYTES = 200
"""File systems count bytes and stop at 255; suffixes, numbers and temporaries need some of them."""
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}
)
"""What Windows takes for a device, whatever suffix follows."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things are in a project folder.

    project.json        name, labels, format number
    cases/ID.json       one record a case: where its picture is, patient, eye, notes, flags
    images/             pictures that were copied in
    masks/ID.png        human masks: the only ones that are trained on
    masks/ID.journal    what was done to a mask since the program started; gone once it ended as it should
    predictions/ID.png  the model's masks, with ID.json: from which model, and how far it may be trusted;
                        .ID.rejected.png: one that was rejected
    uncertainty/ID.png  where that model is uncertain, coarser than the picture
    models/NAME.safetensors
    models/NAME.txt     what people note of the model
    runs/NAME.csv       figures of each training run, an epoch a line
    runs/NAME.json      what the run was started with and, once it has finished, its figures of each validation case
    runs/NAME.training  where a training is that has not finished
    corrections.jsonl   how much the first proposal of each case had to be changed, a case a line
    split.json          which cases (or patients) validate
    catalog.sqlite      an index of cases/; it can be deleted and is made again
    .lock               who has the project open; after a program was killed it lies there, held by nobody
    """

    root: Path

    @property
    def manifest(self) -> Path:
        """The file that makes a folder a project."""
        return self.root / "project.json"

    @property
    def catalog(self) -> Path:
        """The index over the case records."""
        return self.root / "catalog.sqlite"

    @property
    def lock(self) -> Path:
        """Held by the program that may write here."""
        return self.root / ".lock"

    @property
    def split(self) -> Path:
        """Which groups of cases validate."""
        return self.root / "split.json"

    @property
    def corrections(self) -> Path:
        """How much proposals had to be changed."""
        return self.root / "corrections.jsonl"

    @property
    def cases(self) -> Path:
        """Folder of case records."""
        return self.root / "cases"

    @property
    def images(self) -> Path:
        """Folder of copied pictures."""
        return self.root / "images"

    @property
    def masks(self) -> Path:
        """Folder of human masks."""
        return self.root / "masks"

    @property
    def predictions(self) -> Path:
        """Folder of the models' masks."""
        return self.root / "predictions"

    @property
    def uncertainty(self) -> Path:
        """Folder of the maps of where the predictions are uncertain."""
        return self.root / "uncertainty"

    @property
    def models(self) -> Path:
        """Folder of checkpoints."""
        return self.root / "models"

    @property
    def runs(self) -> Path:
        """Folder of training logs."""
        return self.root / "runs"

    @property
    def thumbnails(self) -> Path:
        """Folder of small pictures for lists; it can be deleted and is made again."""
        return self.root / ".thumbnails"

    @property
    def folders(self) -> tuple[Path, ...]:
        """All folders that a new project gets."""
        return (self.cases, self.images, self.masks, self.predictions, self.uncertainty, self.models, self.runs)

    def record(self, case_id: str) -> Path:
        """The case's record."""
        return self.cases / f"{case_id}.json"

    def mask(self, case_id: str) -> Path:
        """The case's human mask."""
        return self.masks / f"{case_id}.png"

    def journal(self, case_id: str) -> Path:
        """The steps that were done to the case's human mask."""
        return self.masks / f"{case_id}{JOURNAL_SUFFIX}"

    def journal_aside(self, case_id: str, number: int) -> Path:
        """Where a journal is put that does not fit its mask; kept for whoever wants to look into it."""
        return self.masks / f"{case_id}{JOURNAL_SUFFIX}.aside-{number}"

    def mask_aside(self, case_id: str, number: int) -> Path:
        """Where a mask is put that cannot be read or does not fit; kept for whoever wants to look into it."""
        return self.masks / f"{case_id}.png.bad-{number}"

    def prediction(self, case_id: str) -> Path:
        """The model's mask of the case."""
        return self.predictions / f"{case_id}.png"

    def prediction_record(self, case_id: str) -> Path:
        """From which model the case's prediction is."""
        return self.predictions / f"{case_id}.json"

    def uncertainty_map(self, case_id: str) -> Path:
        """Where the case's prediction is uncertain."""
        return self.uncertainty / f"{case_id}.png"

    def rejected(self, case_id: str) -> Path:
        """The model's mask of the case that somebody rejected, to be compared with what was drawn instead."""
        return self.predictions / f".{case_id}.rejected.png"

    def rejected_record(self, case_id: str) -> Path:
        """From which model that is."""
        return self.predictions / f".{case_id}.rejected.json"

    def thumbnail(self, case_id: str) -> Path:
        """The case's small picture."""
        return self.thumbnails / f"{case_id}.jpg"

    def model(self, name: str) -> Path:
        """A checkpoint by name."""
        return self.models / f"{name}{SUFFIX}"

    def model_notes(self, name: str) -> Path:
        """What people note of the model of that name."""
        return self.models / f"{name}.txt"

    def run(self, name: str) -> Path:
        """Figures of the training run that made the model of that name."""
        return self.runs / f"{name}.csv"

    def run_record(self, name: str) -> Path:
        """What that run was started with, and what it came to."""
        return self.runs / f"{name}.json"

    def training_state(self, name: str) -> Path:
        """Where the training of the model of that name is, until it has finished."""
        return self.runs / f"{name}{TRAINING_SUFFIX}"

    def training_states(self) -> list[Path]:
        """The states of all trainings that have not finished."""
        return sorted(self.runs.glob(f"*{TRAINING_SUFFIX}"))


def case_id_for(file_name: str, taken: set[str]) -> str:
    """An id for a new case: the file's stem in characters that every file system takes, made unique.

    Uniqueness disregards case, because Windows and macOS do.
    """
    stem = unicodedata.normalize("NFC", Path(file_name).stem)  # macOS takes "é" and "e" with an accent for the same
    stem = re.sub(r"[^\w.-]+", "_", stem).strip("._")[:_LONGEST_ID]
    stem = stem.encode("utf-8")[:_LONGEST_ID_BYTES].decode("utf-8", "ignore") or "image"
    if stem.partition(".")[0].casefold() in _DEVICES:
        stem = f"image-{stem}"
    lowered = {name.casefold() for name in taken}
    candidate, number = stem, 2
    while candidate.casefold() in lowered:
        candidate, number = f"{stem}-{number}", number + 1
    return candidate
