"""Project: a folder of cases, masks, predictions and models that this program may change; `ProjectReader` only reads.

Case records and mask files are the truth.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from glob import escape
from pathlib import Path
from typing import Any, Self, TypedDict, Unpack

from unet_desktop import files
from unet_desktop.errors import MaskError, ProjectError, WriteError
from unet_desktop.images.laterality import Eye
from unet_desktop.labels import LabelSet
from unet_desktop.links import refuse_links
from unet_desktop.masks.file import write_mask
from unet_desktop.masks.measure import vertical_ratio
from unet_desktop.masks.regions import Mask
from unet_desktop.masks.trust import NO_TRUST, Trust
from unet_desktop.project.bin import CASE, Removed, move_to_bin, restore
from unet_desktop.project.case import LONGEST_EYE, SHORTEST_EYE, Case, Grade, Point
from unet_desktop.project.case_batch import CaseBatch
from unet_desktop.project.case_events import mark_events, mask_event
from unet_desktop.project.guard import check_project
from unet_desktop.project.layout import CaseIds, Layout, files_of_case, ids_of_files
from unet_desktop.project.manifest import Manifest, is_free, new_identity, read_manifest, write_manifest
from unet_desktop.project.marks import Annotations, apply_marks, sign
from unet_desktop.project.new_case import holds_copy, new_case, refuse_picture_in_workbook
from unet_desktop.project.predictions import (
    StoredPrediction,
    set_prediction_aside,
    write_prediction,
)
from unet_desktop.project.settings_writer import SettingsWriter
from unet_desktop.project.trail import Act, Event, append
from unet_desktop.project.versions import VersionStep, keep_present_mask, keep_saved_mask
from unet_desktop.safe_text import escape_controls


class Grading(TypedDict, total=False):
    """What people measure and grade in a case, see `Case`; None removes a value."""

    fovea: Point | None
    axial_length_mm: float | None
    grades: Mapping[str, Grade | None]


class Project(SettingsWriter):
    """A project that this program may change; the only writer of its folder."""

    read_only = False
    _batch: CaseBatch | None = None
    _written: tuple[Case, ...] = ()

    @classmethod
    def create(cls, root: Path, labels: LabelSet, name: str = "") -> Self:
        """Make a project in a new or empty folder, or in one where a program was killed while making one.

        Raises:
            ProjectError: the folder is not empty. WriteError: it cannot be written.
        """
        layout = Layout(root)
        if not is_free(layout):
            raise ProjectError(f"{root} is not empty. Choose a new folder, or open the project that is there.")
        for folder in layout.folders:
            files.make_folder(folder)
        manifest = Manifest(
            escape_controls(name or root.name), labels, identity=new_identity()
        )  # a folder's name may hold bytes that are no text
        write_manifest(layout.manifest, manifest)
        return cls(layout, manifest)

    @classmethod
    def open(cls, root: Path) -> Self:
        """Open a project.

        Raises:
            ProjectError: not a project, or damaged. WriteError: one of its folders is a link.
        """
        layout = Layout(root)
        manifest = read_manifest(layout.manifest)
        for folder in layout.own_folders:
            refuse_links(root, folder)
        for folder in layout.folders:
            files.make_folder(folder)
            files.remove_temporaries(folder)
        with contextlib.suppress(OSError):  # of earlier versions; it repeated the records, and nothing reads it now
            layout.old_index.unlink(missing_ok=True)
        return cls(layout, manifest)

    def writable(self) -> Project:
        """Return the project itself."""
        return self

    @contextmanager
    def adding_many(self) -> Iterator[None]:
        """Within the block, flush added cases and their masks together, about every second.

        A power cut or a killed program loses at most the last second of them, which can be added again.

        Raises:
            WriteError: the last ones cannot be written.
        """
        self._batch = CaseBatch(self._records, self.layout)
        try:
            yield
        finally:
            batch, self._batch = self._batch, None
            self._written += batch.write()

    def is_adding(self, case_id: str) -> bool:
        """Whether a case was added within `adding_many` and is not on disk yet."""
        return self._batch is not None and case_id in self._batch

    def take_written(self) -> tuple[Case, ...]:
        """Return the cases that were written within `adding_many` since this was last asked."""
        written, self._written = self._written, ()
        return written

    def add_image(
        self,
        source: Path,
        *,
        copy: bool = True,
        patient: str = "",
        eye: Eye | None = None,
        notes: str = "",
        **given: Unpack[Grading],
    ) -> Case:
        """Add an image as a new case.

        Args:
            source: the image file.
            copy: copy it into the project; else refer to it where it is.
            patient: identifier, or empty.
            eye: which eye; None to take what the file states (DICOM), or else its name.
            notes: free text.
            given: what is known of it, see `grade`.

        Raises:
            ImageError: not a readable image. ProjectError: as `grade`. WriteError: the project cannot be written.
        """
        check_project(self.root)
        refuse_picture_in_workbook(self.workbook, source)
        if self._batch is not None and self._batch.is_due:
            self._written += self._batch.write()
        case_id = self._find_id(source)
        own = self.layout.images / f"{case_id}{source.suffix.lower()}"
        image = own.relative_to(self.root) if copy else source.resolve()
        case = _grade(replace(new_case(case_id, source, image.as_posix(), patient, eye), notes=notes), given)
        if copy:
            files.copy_file(source, own, flush=self._batch is None)
        if self._batch is not None:
            self._batch.note(Event(Act.CREATED, case_id))
            return self._batch.add(case, own if copy else None)
        try:
            self._records.put(case)
        except WriteError:  # an image without a record would look like a case to whoever opens the folder
            if copy:
                with contextlib.suppress(WriteError):
                    files.delete_file(own)
            raise
        append(self.layout, Event(Act.CREATED, case_id))
        return case

    def _find_id(self, source: Path) -> str:
        is_own = partial(holds_copy, self.layout, source)
        if self._batch is not None:
            return self._batch.find_id(source.name, is_own)
        return CaseIds(self._records.cases, ids_of_files(self.layout)).find(source.name, is_own)

    def save_mask(self, case_id: str, mask: Mask, *, model: str | None = None, step: VersionStep | None = None) -> Case:
        """Save a human mask; the case becomes corrected. A mask that is there is kept as a version first.

        Args:
            case_id: the case.
            mask: (H, W) uint8 in the image's size.
            model: weights_sha256 of the model it came from, or empty; None keeps the recorded one.
            step: how it came to be, to keep it as a version too; None for a mask that a person is still working on.

        Raises:
            MaskError: of a different size. WriteError: it cannot be written.
        """
        before = self.sound_case(case_id)
        _check_size(before, mask)
        keep_present_mask(self.layout, self.labels, before)
        case = self.note_mask(case_id, self.write_mask(case_id, mask), model=model)
        if step is not None:
            batch = self._batch if self._batch is not None and case_id in self._batch else None
            written = keep_saved_mask(self.layout, self.labels, case, mask, step, flush=batch is None)
            if batch is not None and written is not None:
                batch.add(case, written)
        return case

    def write_mask(self, case_id: str, mask: Mask) -> float | None:
        """Write only the file of a human mask, (H, W) uint8 in the image's size; allowed in any thread.

        Returns:
            the mask's `vertical_ratio`, for `note_mask`.

        Raises:
            MaskError: of a different size. WriteError: it cannot be written.
        """
        check_project(self.root)
        _check_size(self.sound_case(case_id), mask)
        path, batch = self.layout.mask(case_id), self._batch
        if batch is not None and case_id in batch:
            write_mask(path, mask, self.labels, flush=False)
            batch.add(self.case(case_id), path)
        else:
            write_mask(path, mask, self.labels)
        return vertical_ratio(mask, self.labels)

    def note_mask(self, case_id: str, ratio: float | None, *, model: str | None = None) -> Case:
        """Record that a human mask of this ratio was written, and its model; None keeps the recorded model.

        Raises:
            WriteError: the record cannot be written.
        """
        case = sign(self.sound_case(case_id).with_mask(ratio, model))
        if self._batch is not None and case_id in self._batch:
            self._batch.note(mask_event(self.layout, case))
            return self._batch.add(case)
        case = self._records.put(case, of_mask=True)
        append(self.layout, mask_event(self.layout, case))
        return case

    def delete_mask(self, case_id: str) -> Case:
        """Delete the human mask; the case is as it was before anybody worked on it.

        Raises:
            WriteError: it cannot be deleted.
        """
        check_project(self.root)
        case = self.sound_case(case_id)
        files.delete_file(self.layout.mask(case_id))
        self._records.put(sign(case.without_mask()), of_mask=True)
        append(self.layout, Event(Act.CLEARED, case_id))
        return self._records.derive(case_id)

    def save_prediction(
        self, case_id: str, mask: Mask, *, model: str, confidence: float, trust: Trust = NO_TRUST
    ) -> Case:
        """Save a model's mask as a proposal; a human mask is never touched.

        Raises:
            MaskError: of a different size. WriteError: it cannot be written.
        """
        check_project(self.root)
        _check_size(self.sound_case(case_id), mask)
        write_prediction(self.layout, self.labels, case_id, StoredPrediction(mask, model, confidence, trust))
        return self.refresh(case_id)

    def discard_prediction(self, case_id: str) -> Case:
        """Reject the model's mask; the file is set aside, because the corrective curve counts it.

        Raises:
            WriteError: it cannot be set aside.
        """
        check_project(self.root)
        existed = self.layout.prediction(case_id).exists()
        set_prediction_aside(self.layout, case_id)
        if existed:
            append(self.layout, Event(Act.REJECTED, case_id))
        return self.refresh(case_id)

    def mark(self, case_id: str, *, approved: bool | None = None, **annotations: Unpack[Annotations]) -> Case:
        """Change what is noted about a case; None leaves a field unchanged. Only a corrected case can be approved.

        Raises:
            ProjectError: approved without a mask. WriteError: it cannot be written.
        """
        before = self.sound_case(case_id)
        self._records.put(apply_marks(self.layout, self.form, before, approved, annotations))
        append(self.layout, *mark_events(before, self.case(case_id)))
        return self.case(case_id)

    def mark_many(
        self, given: Mapping[str, Annotations], *, approved: bool | None = None
    ) -> tuple[list[Case], list[str]]:
        """Mark many cases, by their ids, as `mark` does, flushing their records together.

        Returns:
            the changed cases, and a sentence for each that cannot be changed.

        Raises:
            WriteError: they cannot be written.
        """
        marked, problems, events = list[Case](), list[str](), list[Event]()
        for case_id, noted in given.items():
            try:
                before = self.sound_case(case_id)
                marked.append(case := apply_marks(self.layout, self.form, before, approved, noted))
                events += mark_events(before, case)
            except ProjectError as error:
                problems.append(str(error))
        self._records.put_all(marked)
        append(self.layout, *events)
        return [self.case(case.id) for case in marked], problems

    def grade(self, case_id: str, **given: Unpack[Grading]) -> Case:
        """Note fovea, axial length or grades of a case; grades that are not given stay, None removes a value.

        Raises:
            ProjectError: a value cannot be, such as a fovea outside the picture. WriteError: it cannot be written.
        """
        before = self.sound_case(case_id)
        after = _grade(before, given)
        if after != before:
            self._records.put(sign(after))
            append(self.layout, *mark_events(before, self.case(case_id)))
        return self.case(case_id)

    def remove_case(self, case_id: str) -> Removed:
        """Move a case with all of its files to the bin, also one with a damaged record.

        Raises:
            ProjectError: there is none. WriteError: it cannot be moved.
        """
        case, layout = self.case(case_id), self.layout
        shared = any(other.image == case.image for other in self._records.cases.values() if other.id != case_id)
        own = files_of_case(layout, case_id, "" if shared else case.image)
        if case.damage:  # which picture is its own can only be told by the name
            own += [path for path in layout.images.glob(f"{escape(case_id)}.*") if path.stem == case_id]
        removed = move_to_bin(layout, CASE, case_id, own)
        self._records.forget(case_id)
        with contextlib.suppress(WriteError):  # it is made again when it is wanted
            files.delete_file(layout.thumbnail(case_id))
        return removed

    def restore_removed(self, removed: Removed) -> None:
        """Put a case, a model or files from the bin back.

        Raises:
            ProjectError: something else is in their place. WriteError: they cannot be moved.
        """
        restore(self.layout, removed)
        if removed.kind == CASE:
            self._records.add(removed.name)

    def read_again(self) -> None:
        """Read all cases from the folder again, after another program changed it.

        Raises:
            ProjectError: the folder cannot be read.
        """
        self._records.read_all()


def _check_size(case: Case, mask: Mask) -> None:
    if mask.shape != (case.height, case.width):
        raise MaskError(
            f"The mask for {case.id} has {mask.shape[1]} x {mask.shape[0]} pixels but its picture "
            f"{case.width} x {case.height}. Choose the mask that belongs to it."
        )


def _check_grading(case: Case, fovea: Point | None, axial_length_mm: float | None) -> None:
    if fovea is not None and not (0 <= fovea[0] <= case.width and 0 <= fovea[1] <= case.height):
        raise ProjectError(f"The fovea must lie in the picture of {case.id}, {case.width} x {case.height} pixels.")
    if axial_length_mm is not None and not SHORTEST_EYE <= axial_length_mm <= LONGEST_EYE:
        raise ProjectError(f"An axial length must be from {SHORTEST_EYE:g} to {LONGEST_EYE:g} mm.")


def _grade(case: Case, given: Grading) -> Case:
    """Return the case with what was given; None removes a value.

    Raises:
        ProjectError: a value cannot be.
    """
    changes: dict[str, Any] = dict(given)
    _check_grading(case, given.get("fovea"), given.get("axial_length_mm"))
    if "grades" in given:
        merged = {**case.grades, **given["grades"]}
        changes["grades"] = {key: grade for key, grade in merged.items() if grade is not None}
    return replace(case, **changes)
