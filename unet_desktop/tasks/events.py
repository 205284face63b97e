"""The events of the tasks: small frozen values, and for each kind of task the union of what it yields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from unet_desktop.engine.events import Message, StopPoint, TrainEvent
from unet_desktop.plurals import name_some, quantity
from unet_desktop.tasks.changed_cases import CasesRemoved, CasesWritten
from unet_desktop.tasks.import_events import MAX_NAMED, AnnotationsLeftOut, LeftWithoutMask, MasksLeftOut

if TYPE_CHECKING:
    from unet_desktop.tasks.evaluation.result import Evaluation


@dataclass(frozen=True, slots=True)
class ItemDone:
    """One of many items was done, or could not be.

    Attributes:
        name: of the item: a case's id or a file's name.
        done, total: how many items are done, of how many.
        problem: why it could not be done, as a sentence; empty when it was.
        note: what had to be decided for it, as a sentence, or empty.
        picture: the file of its picture, to be shown; None when there is nothing to show.
        mask: the file of its mask; None where none was made.
    """

    name: str
    done: int
    total: int
    problem: str = ""
    note: str = ""
    picture: Path | None = None
    mask: Path | None = None


@dataclass(frozen=True, slots=True)
class ModelSaved:
    """Training saved a model in the project, complete and usable."""

    name: str
    path: Path
    metrics: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FoldsDone:
    """A cross-validation is done.

    Attributes:
        folds: how many there were.
        mean: of each metric over the folds.
        spread: standard deviation of each metric over the folds.
    """

    folds: int
    mean: dict[str, float]
    spread: dict[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class AugmentedSheet:
    """Training pictures as the network sees them, in a grid: (H, W, 3) uint8."""

    pixels: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class FileWritten:
    """A file for the user was written."""

    what: str
    path: Path


@dataclass(frozen=True, slots=True)
class Planned:
    """What a run would do with a picture: segment it, or leave it as it is."""

    name: str
    to_do: bool


@dataclass(frozen=True, slots=True)
class FinishedBefore:
    """An earlier run over folders has finished some of the pictures; this one leaves them as they are.

    Attributes:
        finished: how many pictures.
        total: pictures that this run found.
    """

    finished: int
    total: int

    @property
    def sentence(self) -> str:
        """It in words."""
        were = "was" if self.finished == 1 else "were"
        return f"{self.finished:,} of {quantity(self.total, 'picture')} {were} finished by an earlier run."


@dataclass(frozen=True, slots=True)
class FailedBefore:
    """Some pictures failed in an earlier run over folders; this one does not try them again."""

    failed: int

    @property
    def sentence(self) -> str:
        """It in words."""
        are = "is" if self.failed == 1 else "are"
        return f"{self.failed} failed in an earlier run and {are} not tried again."


@dataclass(frozen=True, slots=True)
class RunDone:
    """A run over folders is done.

    Attributes:
        segmented: pictures that this run segmented.
        failed: pictures that this run could not segment.
        failed_before: pictures that failed in an earlier run and were not tried again.
        skipped: pictures that this run did not touch: failed or finished before, or left for a later run.
    """

    segmented: int
    failed: int
    failed_before: int
    skipped: int


@dataclass(frozen=True, slots=True)
class ExportDone:
    """An export of a project's cases is done.

    Attributes:
        exported: cases that were exported.
        failed: cases that could not be, also those that were asked for by name and have no human mask.
        without_mask: cases that have no human mask.
    """

    exported: int
    failed: int
    without_mask: int


@dataclass(frozen=True, slots=True)
class AdaptationDone:
    """A model has learned from a folder of pictures without masks.

    Attributes:
        parent: name of the model that was adapted.
        model: name of the new model; empty if it was not saved, because it was worse than its parent.
        folder: name of the pictures' folder.
        used: pictures that were learned from.
        examined: pictures that were looked at.
        agreement: label name to the mean Dice between the masks of both models in the pictures used.
        ratios: mean vertical cup-to-disc ratio in them, before and after; None without a cup in a disc.
        dice: mean Dice over the labels on the project's validation cases, before and after.
    """

    parent: str
    model: str
    folder: str
    used: int
    examined: int
    agreement: Mapping[str, float]
    ratios: tuple[float, float] | None
    dice: tuple[float, float]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What changed, in words."""
        before, after = self.dice
        if not self.model:
            return (
                f"{self.parent} was not adapted to {self.folder}: on the project's validation cases Dice would fall "
                f"from {before:.3f} to {after:.3f}. No model was saved. Correct some of these pictures and train.",
            )
        alike = ", ".join(f"{value:.3f} ({name})" for name, value in self.agreement.items())
        lines = [
            f"{self.parent} was adapted to {self.folder}, with {self.used} of the {self.examined} pictures examined: "
            f"{self.model}.",
            f"Dice between the old and the new masks of these pictures: {alike}.",
            f"Dice on the project's validation cases: {before:.3f} before, {after:.3f} after.",
        ]
        if self.ratios is not None:
            lines.insert(
                2, "Mean vertical cup-to-disc ratio in them: {:.2f} before, {:.2f} after.".format(*self.ratios)
            )
        return (*lines, f"To undo this, use {self.parent} again, or delete {self.model}.")


@dataclass(frozen=True, slots=True)
class DeviceFound:
    """One sentence about the device that "auto" means on this computer."""

    text: str


@dataclass(frozen=True, slots=True)
class DemoResult:
    """How well the demo's model did on the synthetic photographs that it had not seen.

    Attributes:
        pictures: how many photographs.
        means: mean of each metric over them.
    """

    pictures: int
    means: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class FramesLeftOut:
    """Animations and stacks of which only the first frame is read.

    Attributes:
        pictures: names, and numbers of frames.
    """

    pictures: tuple[tuple[str, int], ...]

    @property
    def sentence(self) -> str:
        """It in words."""
        names = name_some([f"{name} ({quantity(frames, 'frame')})" for name, frames in self.pictures], MAX_NAMED)
        return f"Only the first frame is segmented of {names}. Save the other frames as files to segment them."


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """Something in a project that is not as it should be.

    Attributes:
        sentence: what is wrong, with which file.
        remedy: what repairing it does, as a sentence; empty if the program cannot repair it.
        done: the same in the past tense.
        repaired: that was done.
    """

    sentence: str
    remedy: str = ""
    done: str = ""
    repaired: bool = False

    @property
    def line(self) -> str:
        """It in one line."""
        if not self.remedy:
            return self.sentence
        if self.repaired:
            return f"{self.sentence} Repaired: {self.done}"
        return f"{self.sentence} Can be repaired: {self.remedy}"


@dataclass(frozen=True, slots=True)
class CaseDisagreement:
    """How much readers differ in a case.

    Attributes:
        name: the case's id.
        readers: how many have drawn it.
        dice: of the two masks that agree least, mean over the labels.
        ratio_range: largest minus smallest vertical cup-to-disc ratio; None where fewer than two can be measured.
    """

    name: str
    readers: int
    dice: float
    ratio_range: float | None


@dataclass(frozen=True, slots=True)
class ReadersCompared:
    """The cases that two readers or more have drawn, those that differ most first."""

    cases: tuple[CaseDisagreement, ...]


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """One measure of how well readers agree.

    Attributes:
        first, second: the readers; differences are first minus second.
        kind: two readers, one at two times, a reader with the project, or all readers.
        period: all cases, or a month.
        measure: what is measured, in words.
        cases: number of cases.
        value: of the measure.
        low, high: its 95 % confidence interval, or the limits of agreement; None where there is none.
    """

    first: str
    second: str
    kind: str
    period: str
    measure: str
    cases: int
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class ReadersAgreement:
    """How well the readers of a project agree.

    Attributes:
        project: its name.
        rows: of the table.
        evaluations: of the masks of each pair.
    """

    project: str
    rows: tuple[AgreementRow, ...]
    evaluations: tuple[Evaluation, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckRemark:
    """Something odd about a mask or a picture, which may be meant.

    Attributes:
        file: its path in the project.
        what: what is odd, as a part of a sentence.
    """

    file: str
    what: str

    @property
    def line(self) -> str:
        """It in one line."""
        return f"{self.file}: {self.what}."


ImportEvent: TypeAlias = (
    ItemDone | CasesWritten | Message | StopPoint | LeftWithoutMask | MasksLeftOut | AnnotationsLeftOut | FileWritten
)
"""Of importing pictures, masks or the results of a folder run."""
TrainingTaskEvent: TypeAlias = TrainEvent | FoldsDone | ModelSaved
"""Of training in a project, also by cross-validation."""
AdaptationEvent: TypeAlias = TrainEvent | ItemDone | AdaptationDone | ModelSaved
"""Of adapting a model to a folder of pictures."""
FolderEvent: TypeAlias = (
    Message | StopPoint | Planned | FramesLeftOut | FinishedBefore | FailedBefore | ItemDone | FileWritten | RunDone
)
"""Of a run over folders of pictures."""
ExportEvent: TypeAlias = Message | StopPoint | ItemDone | FileWritten | ExportDone
"""Of exporting the cases of a project."""
EvaluationEvent: TypeAlias = "ItemDone | Message | StopPoint | Evaluation | FileWritten"
"""Of comparing two readers and writing the result."""
CheckEvent: TypeAlias = ItemDone | StopPoint | CheckFinding | CheckRemark | Message
"""Of checking and repairing a project."""
BackupEvent: TypeAlias = ItemDone | Message | StopPoint | FileWritten
"""Of writing a project to one file, checking such a file and restoring a project from it."""
CollectEvent: TypeAlias = ItemDone | Message
"""Of bringing readers' copies of a project together."""
ConsensusEvent: TypeAlias = ItemDone
"""Of making masks of several readers' masks."""
AgreementEvent: TypeAlias = ItemDone | StopPoint | ReadersAgreement | FileWritten
"""Of comparing the readers of a project."""
DisagreementEvent: TypeAlias = ItemDone | ReadersCompared
"""Of looking where readers differ."""
ManyCasesEvent: TypeAlias = CasesWritten | CasesRemoved
"""Of changing, removing or restoring many cases."""
TaskEvent: TypeAlias = (
    "ImportEvent | TrainingTaskEvent | AdaptationEvent | FolderEvent | EvaluationEvent | CheckEvent | ExportEvent"
    " | BackupEvent | DisagreementEvent | AgreementEvent | ManyCasesEvent | AugmentedSheet | DeviceFound | DemoResult"
)
"""Of any task: what the terminal follows and the window's jobs pass on."""
