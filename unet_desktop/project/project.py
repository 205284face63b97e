"""Project: a folder of cases, masks, predictions and models, and the only writer of all of them."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypedDict, Unpack

from unet_desktop import files
from unet_desktop.errors import MaskError, ProjectError, WriteError
from unet_desktop.images.dicom_facts import read_facts
from unet_desktop.images.laterality import Eye, guess_eye_from_name
from unet_desktop.images.read import read_image
from unet_desktop.labels import LabelSet
from unet_desktop.masks.file import write_mask
from unet_desktop.masks.measure import vertical_ratio
from unet_desktop.masks.regions import Mask
from unet_desktop.masks.trust import NO_TRUST, Trust
from unet_desktop.project.case import Case, CaseState
from unet_desktop.project.layout import Layout, case_id_for
from unet_desktop.project.manifest import Manifest, read_manifest, write_manifest
from unet_desktop.project.predictions import StoredPrediction, set_prediction_aside, write_prediction
from unet_desktop.project.reading import Reading


class Noted(TypedDict, total=False):
    """What people note of a case, see `Case`; None leaves it as it is."""

    flagged: bool | None
    notes: str | None
    patient: str | None
    eye: Eye | None


class Project(Reading):
    """A project folder that was opened; each thread opens its own. What is read of it is in `Reading`.

    Case records and mask files are the truth; the catalog is an index over them.
    """

    @classmethod
    def create(cls, root: Path, labels: LabelSet, name: str = "") -> Project:
        """Make a project in a new or empty folder.

        Raises:
            ProjectError: the folder holds something already. WriteError: it cannot be written.
        """
        layout = Layout(root)
        if not _is_free(root):
            raise ProjectError(f"{root} is not empty. Choose a new folder, or open the project that is there.")
        for folder in layout.folders:
            files.make_folder(folder)
        manifest = Manifest(name or root.name, labels)
        write_manifest(layout.manifest, manifest)
        return cls(layout, manifest)

    @classmethod
    def open(cls, root: Path) -> Project:
        """Open a project; its index is mended from the folder where they differ.

        Raises:
            ProjectError: no project, or damaged.
        """
        layout = Layout(root)
        manifest = read_manifest(layout.manifest)
        _prepare(layout)
        return cls(layout, manifest)

    def add_image(self, source: Path, *, copy: bool = True, patient: str = "", eye: Eye | None = None) -> Case:
        """Take a picture in as a new case.

        Args:
            source: the picture's file.
            copy: copy it into the project, or refer to it where it is.
            patient: identifier, or empty.
            eye: which eye; None for what the file states (DICOM), or else its name.

        Raises:
            ImageError: not a readable picture. WriteError: the project cannot be written.
        """
        case_id = case_id_for(source.name, set(self._records.cases))
        own = self.layout.images / f"{case_id}{source.suffix.lower()}"
        image = own.relative_to(self.root) if copy else source.resolve()
        case = _new_case(case_id, source, image.as_posix(), patient, eye)
        if copy:
            files.copy_file(source, own)
        try:
            return self._records.put(case)
        except WriteError:  # a picture without a case would be taken for a case's by whoever looks into the folder
            if copy:
                own.unlink(missing_ok=True)
            raise

    def save_mask(self, case_id: str, mask: Mask, *, model: str | None = None) -> Case:
        """Keep a human mask; the case becomes corrected. See `write_mask` and `note_mask`, which it is made of."""
        self.write_mask(case_id, mask)
        return self.note_mask(case_id, mask, model=model)

    def write_mask(self, case_id: str, mask: Mask) -> None:
        """Write the file of a human mask, (H, W) uint8 in the picture's size, and no more: any thread may do this.

        Raises:
            MaskError: of another size. WriteError: it cannot be written.
        """
        _check_size(self.sound_case(case_id), mask)
        write_mask(self.layout.mask(case_id), mask, self.labels)

    def note_mask(self, case_id: str, mask: Mask, *, model: str | None = None) -> Case:
        """Note that a human mask was written, and from which model it started; None leaves what was noted.

        Raises:
            WriteError: it cannot be noted.
        """
        return self._records.put(_signed(self.sound_case(case_id).corrected(vertical_ratio(mask, self.labels), model)))

    def expect(self, case_id: str, *, has_mask: bool, model: str) -> Case:
        """The case as it will be when its human mask is written or deleted; it is known so in memory alone."""
        return self._records.expect(case_id, has_mask=has_mask, model=model)

    def delete_mask(self, case_id: str) -> Case:
        """Take the human mask away; the case is as before anybody worked on it.

        Raises:
            WriteError: it cannot be deleted.
        """
        case = self.sound_case(case_id)
        files.delete_file(self.layout.mask(case_id))
        self._records.put(_signed(replace(case, state=CaseState.NEW, model="", vcdr=None)))
        return self._records.derive(case_id)

    def save_prediction(
        self, case_id: str, mask: Mask, *, model: str, confidence: float, trust: Trust = NO_TRUST
    ) -> Case:
        """Keep a model's mask as a proposal; a human mask is never touched.

        Raises:
            MaskError: of another size. WriteError: it cannot be written.
        """
        _check_size(self.sound_case(case_id), mask)
        write_prediction(self.layout, self.labels, case_id, StoredPrediction(mask, model, confidence, trust))
        return self.refresh(case_id)

    def discard_prediction(self, case_id: str) -> Case:
        """Take the model's mask away (rejected); it is put aside, for it counts among those that had to be changed.

        Raises:
            WriteError: it cannot be put aside.
        """
        set_prediction_aside(self.layout, case_id)
        return self.refresh(case_id)

    def mark(self, case_id: str, *, approved: bool | None = None, **noted: Unpack[Noted]) -> Case:
        """Change what is noted of a case; None leaves a field as it is. Only a corrected case can be approved.

        Raises:
            ProjectError: approved without a mask. WriteError: it cannot be written.
        """
        case = self.sound_case(case_id)
        if approved is not None:
            if not self.layout.mask(case_id).exists():
                raise ProjectError(f"{case_id} has no mask yet. Accept a proposal or draw one, then approve it.")
            case = replace(case, state=CaseState.APPROVED if approved else CaseState.CORRECTED)
        return self._records.put(_signed(replace(case, **_given(noted))))

    def refresh(self, case_id: str) -> Case:
        """Derive the case's state from its files again, after another thread or program wrote some."""
        return self._records.derive(case_id)

    def note_ratios(self, ratios: Mapping[str, float]) -> list[Case]:
        """Know the `best_vcdr` of cases whose files older programs wrote; the index keeps it, the files stay."""
        cases = [
            self.case(case_id).measured(ratio) for case_id, ratio in ratios.items() if case_id in self._records.cases
        ]
        self._records.note(*cases)
        return cases

    def rebuild_catalog(self) -> None:
        """Make the index anew from the folder alone."""
        self._records.rebuild()


def _prepare(layout: Layout) -> None:
    for folder in layout.folders:
        files.make_folder(folder)
        files.remove_temporaries(folder)


def _new_case(case_id: str, source: Path, image: str, patient: str, eye: Eye | None) -> Case:
    height, width = read_image(source).pixels.shape[:2]  # all of it: a header alone does not show a torn file
    if eye is None:
        stated = read_facts(source).eye
        eye = guess_eye_from_name(source.name) if stated is Eye.UNKNOWN else stated
    return Case(case_id, image, files.sha256(source), height, width, patient=patient, eye=eye)


def _given(noted: Noted) -> dict[str, Any]:
    return {name: value for name, value in noted.items() if value is not None}


def _check_size(case: Case, mask: Mask) -> None:
    if mask.shape != (case.height, case.width):
        raise MaskError(
            f"The mask for {case.id} has {mask.shape[1]} x {mask.shape[0]} pixels but its picture "
            f"{case.width} x {case.height}. Choose the mask that belongs to it."
        )


def _is_free(root: Path) -> bool:
    try:
        if root.is_file():
            raise ProjectError(f"{root} is a file, not a folder. Choose a new folder for the project.")
        return not root.exists() or (root.is_dir() and not any(root.iterdir()))
    except OSError as error:
        raise ProjectError(f"{root} cannot be looked into ({error.strerror}). Check its permissions.") from error


def _signed(case: Case) -> Case:
    """The case with who changed it and when."""
    try:
        who = getpass.getuser()
    except (KeyError, OSError):  # a container without a user name
        who = ""
    return replace(case, changed_by=who, changed_at=_now())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
