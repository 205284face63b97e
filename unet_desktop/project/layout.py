"""Layout: the one place that knows every path of a project."""

from __future__ import annotations

import contextlib
import os
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from glob import escape
from pathlib import Path

from unet_desktop.checkpoint_header import SUFFIX

JOURNAL_SUFFIX = ".journal"
TRAINING_SUFFIX = ".training"
_LONGEST_ID = 80
_LONGEST_ID_BYTES = 200
"""File systems limit names to 255 bytes, of which suffixes, numbers and temporaries need some."""
DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}
)
"""Names that Windows treats as devices, whatever suffix follows."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths in a project folder.

    project.json        name, labels, format number
    cases/ID.json       one record per case: where its image is, patient, eye, notes, flags
    images/             images that were copied into the project
    masks/ID.png        human masks: the only ones used for training
    masks/ID.journal    the steps done to a mask since the program started; moved to history/ID/ when it exits normally
    history/ID/         versions: earlier states of the human mask, NUMBER.png with who, when and how in it;
                        steps.past: the journal of the last session that ended normally, for undo
    predictions/ID.png  the model's masks, with ID.json: which model, and how far to trust it;
                        .ID.rejected.png: one that was rejected
    uncertainty/ID.png  where the model is uncertain, coarser than the image
    models/NAME.safetensors
    models/NAME.txt     people's notes on the model
    runs/NAME.csv       metrics of each training run, one line per epoch
    runs/NAME.json      the run's settings and, once it has finished, its metrics for each validation case
    runs/NAME.training  the state of an unfinished training
    corrections.jsonl   how much the first proposal of each case had to be changed, one line per case
    readers/KEY/        the workbook of a reader: a project of the same cases, with the reader's own masks
    readers/names.json  on which computers each reader's name is used
    bin/                removed cases and models with their files, until somebody empties it
    labels/NUMBER.json  a change of the labels, and how they were before;
                        NUMBER.cases.jsonl: the versions that hold the masks as they were before it
    trail.jsonl         who did what to which case or model, one line each; it only grows
    .trail.end          number and digest of its last line, so that an end that is cut off is noticed
    renaming.json       which case is being renamed, only meanwhile
    split.json          which cases (or patients) are in the validation set
    .lock               who has the project open; left behind by a killed program, but then not locked
    """

    root: Path

    @property
    def manifest(self) -> Path:
        """File that makes a folder a project."""
        return self.root / "project.json"

    @property
    def old_index(self) -> Path:
        """Index over the case records that earlier versions kept."""
        return self.root / "catalog.sqlite"

    @property
    def lock(self) -> Path:
        """Lock file, held by the program that may write here."""
        return self.root / ".lock"

    @property
    def split(self) -> Path:
        """File with the train/validation split."""
        return self.root / "split.json"

    @property
    def corrections(self) -> Path:
        """File with the corrections of proposals."""
        return self.root / "corrections.jsonl"

    @property
    def trail(self) -> Path:
        """File that notes who did what, see `trail`."""
        return self.root / "trail.jsonl"

    @property
    def label_changes(self) -> Path:
        """Folder of changes of the labels; made when the first one is made."""
        return self.root / "labels"

    def label_change(self, number: int) -> Path:
        """Return the path of a change of the labels."""
        return self.label_changes / f"{number:04}.json"

    def relabelled_cases(self, number: int) -> Path:
        """Return the path of the list of cases whose masks a change of the labels rewrote."""
        return self.label_changes / f"{number:04}.cases.jsonl"

    @property
    def trail_end(self) -> Path:
        """File that notes the last line of the trail."""
        return self.root / ".trail.end"

    @property
    def bin(self) -> Path:
        """Folder of what was removed; made when something is."""
        return self.root / "bin"

    @property
    def readers(self) -> Path:
        """Folder of readers' workbooks; made for the first one."""
        return self.root / "readers"

    @property
    def reader_names(self) -> Path:
        """File that notes on which computers each reader's name is used."""
        return self.readers / "names.json"

    @property
    def renaming(self) -> Path:
        """File that says which case is being renamed; it is there only meanwhile."""
        return self.root / "renaming.json"

    @property
    def cases(self) -> Path:
        """Folder of case records."""
        return self.root / "cases"

    @property
    def images(self) -> Path:
        """Folder of copied images."""
        return self.root / "images"

    @property
    def masks(self) -> Path:
        """Folder of human masks."""
        return self.root / "masks"

    @property
    def history(self) -> Path:
        """Folder of earlier states of human masks; made when the first one is kept."""
        return self.root / "history"

    @property
    def predictions(self) -> Path:
        """Folder of the models' masks."""
        return self.root / "predictions"

    @property
    def uncertainty(self) -> Path:
        """Folder of the predictions' uncertainty maps."""
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
        """Folder of thumbnails; it can be deleted and is rebuilt."""
        return self.root / ".thumbnails"

    @property
    def folders(self) -> tuple[Path, ...]:
        """Folders that a new project gets."""
        return (self.cases, self.images, self.masks, self.predictions, self.uncertainty, self.models, self.runs)

    @property
    def own_folders(self) -> tuple[Path, ...]:
        """All folders that the program writes to; none of them may be a link."""
        return (*self.folders, self.history, self.label_changes, self.bin, self.readers, self.thumbnails)

    def workbook(self, key: str) -> Path:
        """Return the folder of a reader's workbook."""
        return self.readers / key

    def record(self, case_id: str) -> Path:
        """Return the path of the case's record."""
        return self.cases / f"{case_id}.json"

    def mask(self, case_id: str) -> Path:
        """Return the path of the case's human mask."""
        return self.masks / f"{case_id}.png"

    def journal(self, case_id: str) -> Path:
        """Return the path of the journal of the case's human mask."""
        return self.masks / f"{case_id}{JOURNAL_SUFFIX}"

    def journal_aside(self, case_id: str, number: int) -> Path:
        """Return where a journal that does not match its mask is set aside."""
        return self.masks / f"{case_id}{JOURNAL_SUFFIX}.aside-{number}"

    def mask_aside(self, case_id: str, number: int) -> Path:
        """Return where an unreadable or mismatched mask is set aside."""
        return self.masks / f"{case_id}.png.bad-{number}"

    def versions(self, case_id: str) -> Path:
        """Return the folder of the earlier states of the case's human mask."""
        return self.history / case_id

    def version(self, case_id: str, number: int) -> Path:
        """Return the path of an earlier state of the case's human mask."""
        return self.versions(case_id) / f"{number:06}.png"

    def past_journal(self, case_id: str) -> Path:
        """Return the path of the journal of an earlier session, in which undo can go on."""
        return self.versions(case_id) / "steps.past"

    def prediction(self, case_id: str) -> Path:
        """Return the path of the model's mask of the case."""
        return self.predictions / f"{case_id}.png"

    def prediction_record(self, case_id: str) -> Path:
        """Return the path of the prediction's record."""
        return self.predictions / f"{case_id}.json"

    def uncertainty_map(self, case_id: str) -> Path:
        """Return the path of the prediction's uncertainty map."""
        return self.uncertainty / f"{case_id}.png"

    def rejected_prediction(self, case_id: str) -> Path:
        """Return the path of the case's rejected prediction, kept to be compared with what was drawn instead."""
        return self.predictions / f".{case_id}.rejected.png"

    def rejected_record(self, case_id: str) -> Path:
        """Return the path of the rejected prediction's record."""
        return self.predictions / f".{case_id}.rejected.json"

    def thumbnail(self, case_id: str) -> Path:
        """Return the path of the case's thumbnail."""
        return self.thumbnails / f"{case_id}.jpg"

    def model(self, name: str) -> Path:
        """Return the path of a checkpoint."""
        return self.models / f"{name}{SUFFIX}"

    def model_notes(self, name: str) -> Path:
        """Return the path of the notes on a model."""
        return self.models / f"{name}.txt"

    def run(self, name: str) -> Path:
        """Return the path of the metrics of a model's training run."""
        return self.runs / f"{name}.csv"

    def run_record(self, name: str) -> Path:
        """Return the path of the run's settings and results."""
        return self.runs / f"{name}.json"

    def training_state(self, name: str) -> Path:
        """Return the path of the training state of an unfinished training."""
        return self.runs / f"{name}{TRAINING_SUFFIX}"

    def training_states(self) -> list[Path]:
        """Return the paths of all training states."""
        return sorted(self.runs.glob(f"*{TRAINING_SUFFIX}"))


class CaseIds:
    """The ids in use, and ids for new cases: a file's stem in portable characters, made unique.

    Uniqueness ignores upper and lower case, because Windows and macOS do.
    """

    def __init__(self, taken: Iterable[str], of_files: Iterable[str] = ()) -> None:
        """Know these ids, and those that files without a record may belong to, see `ids_of_files`."""
        self._taken = {_fold(case_id) for case_id in taken}
        self._of_files = {_fold(case_id) for case_id in of_files}
        self._numbers: dict[str, int] = {}  # where to go on: a thousand folders may each hold an "image.jpg"

    def add(self, case_id: str) -> None:
        """Note that an id is in use."""
        self._taken.add(_fold(case_id))

    def find(self, file_name: str, is_own: Callable[[str], bool] = lambda _: False) -> str:
        """Return a free id for a file of this name.

        Args:
            file_name: with or without a folder.
            is_own: whether the files that have an id, but no record, are this file's own, as a killed import leaves
                them.
        """
        stem = _portable_stem(file_name)
        key = _fold(stem)
        if self._is_free(stem, key, is_own):
            return stem
        number = self._numbers.get(key, 2)
        while not self._is_free(f"{stem}-{number}", f"{key}-{number}", is_own):
            number += 1
        self._numbers[key] = number
        return f"{stem}-{number}"

    def _is_free(self, case_id: str, key: str, is_own: Callable[[str], bool]) -> bool:
        return key not in self._taken and (key not in self._of_files or is_own(case_id))


def files_of_case(layout: Layout, case_id: str, image: str) -> list[Path]:
    """Return the paths of all files that belong to a case, its record first; not all of them need exist.

    Args:
        layout: paths of the project.
        case_id: the case.
        image: its `Case.image`, or empty; a picture that was not copied into the project does not belong to it.
    """
    own = [layout.root / image] if image and not Path(image).is_absolute() else []
    return [
        layout.record(case_id),
        *(path for path in own if path.parent == layout.images),
        layout.mask(case_id),
        layout.journal(case_id),
        *sorted(layout.masks.glob(f"{escape(case_id)}{JOURNAL_SUFFIX}.aside-*")),
        *sorted(layout.masks.glob(f"{escape(case_id)}.png.bad-*")),
        layout.prediction(case_id),
        layout.prediction_record(case_id),
        layout.uncertainty_map(case_id),
        layout.rejected_prediction(case_id),
        layout.rejected_record(case_id),
        layout.versions(case_id),
    ]


def ids_of_files(layout: Layout) -> set[str]:
    """Return the ids to which files in the project may belong, even if they have no record.

    A new case must not take one: the mask that a deleted record left behind would become another picture's. Because an
    id may hold dots, "a.b.png" counts for "a.b" and for "a".
    """
    found = set()
    folders = (layout.images, layout.masks, layout.predictions, layout.uncertainty, layout.history, layout.bin)
    for folder in folders:
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name.lstrip(".")
                if folder == layout.bin:
                    name = name.partition("-")[2]
                    found.add(name)
                while "." in name:
                    name = name.rpartition(".")[0]
                    found.add(name)
                if folder == layout.history:
                    found.add(entry.name)
    return found


def _fold(case_id: str) -> str:
    return unicodedata.normalize("NFC", case_id).casefold()


def case_id_for(file_name: str, taken: Iterable[str]) -> str:
    """Return an id for one new case, see `CaseIds`."""
    return CaseIds(taken).find(file_name)


def _portable_stem(file_name: str) -> str:
    stem = unicodedata.normalize("NFC", Path(file_name).stem)  # macOS treats "é" and "e" + combining accent as equal
    stem = re.sub(r"[^\w.-]+", "_", stem).strip("._")[:_LONGEST_ID]
    stem = stem.encode("utf-8")[:_LONGEST_ID_BYTES].decode("utf-8", "ignore") or "image"
    return f"image-{stem}" if stem.partition(".")[0].casefold() in DEVICES else stem
