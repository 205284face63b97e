"""Session: the project and the case that are open; a failed opening leaves both as they were."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Unpack

from PySide6.QtCore import QObject, Signal

from unet_desktop.errors import ImageError, MaskError
from unet_desktop.gui.accesses import Accesses
from unet_desktop.gui.unsaved import UnsavedMasks
from unet_desktop.images.read import Image, read_image
from unet_desktop.masks.regions import Mask
from unet_desktop.project.access import Access
from unet_desktop.project.case import UNCORRECTED, Case
from unet_desktop.project.models import Model, list_models
from unet_desktop.project.project import Noted, Project


@dataclass(frozen=True, slots=True, eq=False)
class OpenCase:
    """A case with its picture and human mask, both read and matching.

    Attributes:
        case: what is known of it.
        image: its picture.
        mask: (H, W) uint8, or None when nobody has drawn one.
        model: fingerprint of the model whose prediction the mask started from, or empty.
    """

    case: Case
    image: Image
    mask: Mask | None
    model: str


class Session(QObject):
    """What is open. It reads; the only thing it writes is what is noted of a case.

    Signals:
        leaving: the open case is about to be left for another one; save it soon.
        leaving_project: all cases are about to be left, or read again; save what is to be saved now.
        project_changed: another project is open, or none.
        case_changed: another case is open, or none.
        cases_changed: there are other cases than before.
        case_updated(case_id): what is known of one case changed.
        models_changed: the list of models or the one in use changed.
        scale_changed: the project's pixels measure something else now.
    """

    leaving = Signal()
    leaving_project = Signal()
    project_changed = Signal()
    case_changed = Signal()
    cases_changed = Signal()
    case_updated = Signal(str)
    models_changed = Signal()
    scale_changed = Signal()

    def __init__(self, unsaved: UnsavedMasks, parent: QObject | None = None) -> None:
        """Start with nothing open."""
        super().__init__(parent)
        self.access: Access | None = None
        self.project: Project | None = None
        self.open: OpenCase | None = None
        self.models: list[Model] = []
        self.model_in_use: Path | None = None
        self.case_ids: list[str] = []
        self._corrected: int | None = None
        self._unsaved, self._accesses = unsaved, Accesses(unsaved)
        self._stuck: str | None = None  # the case that could not be opened last

    @property
    def counts(self) -> tuple[int, int]:
        """(corrected, all) cases of the project."""
        if self._corrected is None:
            states = [] if self.project is None else [self.project.case(case_id).state for case_id in self.case_ids]
            self._corrected = sum(state not in UNCORRECTED for state in states)
        return self._corrected, len(self.case_ids)

    @property
    def case_id(self) -> str | None:
        """Id of the open case."""
        return None if self.open is None else self.open.case.id

    def open_project(self, root: Path) -> None:
        """Open a project and no case of it yet.

        Raises:
            ProjectError: no project, or damaged; what was open stays open.
        """
        self.leaving_project.emit()  # before reading: what it writes may belong to this very project
        self._swap_project(self._accesses.enter(root))

    def close_project(self) -> None:
        """Leave the project; the window shows its first page."""
        self.leaving_project.emit()
        self._swap_project(None)

    def shutdown(self) -> None:
        """Let other programs have what is open; the window is gone."""
        self._accesses.leave()

    def reload_cases(self) -> None:
        """Read the project's cases again after a job added some.

        Raises:
            ProjectError: the project is damaged; the cases known before stay.
        """
        if self.project is None:
            return
        self.leaving_project.emit()  # before reading, which would miss what it writes
        self.project = type(self.project).open(self.project.root)
        self._list_cases()
        self.cases_changed.emit()
        self.refresh_models()

    def rebuild_index(self) -> None:
        """Make the project's index anew from its folder; a case that is gone from there is closed.

        Raises:
            UserError: the project is damaged or cannot be written.
        """
        if self.project is None:
            return
        self.leaving_project.emit()
        self.project.rebuild_catalog()
        self._list_cases()
        self.cases_changed.emit()
        if self.case_id is not None and self.case_id not in self.case_ids:
            self.open = None
            self.case_changed.emit()
        elif self.case_id is not None:
            self.take(self.project.case(self.case_id))

    def open_case(self, case_id: str) -> None:
        """Open a case; picture and mask are both read before anything is swapped.

        Raises:
            UserError: picture or mask cannot be read or do not fit; what was open stays open.
        """
        if self.project is None:
            return
        if case_id == self.case_id:
            self._stuck = None
            return
        self._stuck = case_id
        staged = self._stage(self.project, case_id)
        self._stuck = None
        self.leaving.emit()
        self.open = replace(staged, case=self.project.case(case_id))
        self.case_changed.emit()

    def step(self, offset: int) -> str | None:
        """Id of the case that many places on in the list, or None at its end.

        It goes on from a case that could not be opened, or nobody could ever step past that one.
        """
        ids, start = self.case_ids, self._stuck or self.case_id
        place = ids.index(start) + offset if start in ids else 0
        return ids[place] if 0 <= place < len(ids) else None

    def next_uncorrected(self) -> str | None:
        """Id of the next case that no human has worked on, going round as `step` goes; None when there is no other."""
        ids, start = self.case_ids, self._stuck or self.case_id
        place = ids.index(start) if start in ids else -1
        for case_id in ids[place + 1 :] + ids[: max(place, 0)]:
            if self.project is not None and self.project.case(case_id).state in UNCORRECTED:
                return case_id
        return None

    def start_from_open(self) -> None:
        """Step from the open case again, after another one could not be opened."""
        self._stuck = None

    def mark(self, *, approved: bool | None = None, **noted: Unpack[Noted]) -> None:
        """Note something of the open case; None leaves it as it is.

        Raises:
            UserError: approved without a mask, or the record cannot be written.
        """
        if self.project is not None and self.case_id is not None:
            self.take(self.project.mark(self.case_id, approved=approved, **noted))

    def take(self, case: Case) -> None:
        """Note what the project says of a case now."""
        if self.open is not None and self.open.case.id == case.id:
            self.open = replace(self.open, case=case)
        self._corrected = None
        self.case_updated.emit(case.id)

    def refresh_models(self, in_use: Path | None = None) -> None:
        """List the models again; the newest is in use unless another is chosen and still there."""
        self.models = [] if self.project is None else list_models(self.project.layout)
        paths = [model.path for model in self.models]
        if in_use is not None:
            self.model_in_use = in_use
        if self.model_in_use not in paths:
            self.model_in_use = paths[0] if paths else None
        self.models_changed.emit()

    def _stage(self, project: Project, case_id: str) -> OpenCase:
        case = project.case(case_id)
        image = read_image(project.image_path(case_id))
        height, width = image.pixels.shape[:2]
        if (height, width) != (case.height, case.width):
            raise ImageError(
                f"The picture of {case_id} has {width} x {height} pixels now but had {case.width} x {case.height} "
                "when it was added. Put the original picture back."
            )
        unsaved = self._unsaved.find(project.root, case_id)
        mask = project.load_mask(case_id) if unsaved is None else unsaved.copy_of_mask()
        if mask is not None and mask.shape != (height, width):
            raise MaskError(f"The mask of {case_id} has another size than its picture. Put the matching one back.")
        noted = case.model if unsaved is None else unsaved.model
        return OpenCase(case, image, mask, "" if mask is None else noted)

    def _list_cases(self) -> None:
        self.case_ids = [] if self.project is None else [case.id for case in self.project.cases()]
        self._corrected = None

    def _swap_project(self, access: Access | None) -> None:
        project = None if access is None else access.project
        self.access, self.project, self.open, self.model_in_use, self._stuck = access, project, None, None, None
        self._list_cases()
        self.project_changed.emit()
        self.case_changed.emit()
        self._accesses.keep(access)
        self.refresh_models()
