"""ProjectReader: an open project whose cases, masks and predictions can be read and not changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Self

from unet_desktop.errors import ProjectError, WriteError
from unet_desktop.images.listing import natural_key
from unet_desktop.labels import LabelSet
from unet_desktop.masks.file import read_mask
from unet_desktop.masks.measure import cup_and_disc
from unet_desktop.masks.regions import Mask
from unet_desktop.project.case import Case
from unet_desktop.project.layout import Layout
from unet_desktop.project.manifest import Manifest, read_manifest
from unet_desktop.project.predictions import (
    StoredPrediction,
    load_prediction,
)
from unet_desktop.project.records import CaseRecords, list_stems

if TYPE_CHECKING:
    from unet_desktop.project.project import Project


class ProjectReader:
    """The cases, masks and predictions of an open project; nothing on disk is written.

    Each thread opens its own.
    """

    read_only = True
    obstacle = ""
    """Why the project cannot be changed here, as a sentence; empty in a `Project`."""

    def __init__(self, layout: Layout, manifest: Manifest) -> None:
        """Use `open` (or `Project.create`)."""
        self.layout = layout
        self.name = manifest.name
        self.labels: LabelSet = manifest.labels
        self.mm_per_pixel = manifest.mm_per_pixel
        self.degrees_per_pixel = manifest.degrees_per_pixel
        self.form = manifest.form
        self.identity = manifest.identity
        self.label_change, self.has_unfinished_labels = manifest.label_change, manifest.unfinished
        self.workbook = manifest.workbook
        has_ratio = cup_and_disc(manifest.labels) is not None
        self._records = CaseRecords(layout, has_ratio=has_ratio)

    @classmethod
    def open(cls, root: Path) -> Self:
        """Open a project for reading.

        Raises:
            ProjectError: not a project, or damaged.
        """
        layout = Layout(root)
        return cls(layout, read_manifest(layout.manifest))

    def writable(self) -> Project:
        """Return this project as one that can be changed.

        Raises:
            WriteError: it was opened for reading, because another program has it or it must not be written to.
        """
        raise WriteError(self.obstacle or f"The project {self.root} was opened for reading only.")

    def reopen(self) -> Self:
        """Read the project again.

        Raises:
            ProjectError: it is damaged.
        """
        fresh = type(self).open(self.root)
        fresh.obstacle = self.obstacle
        return fresh

    @property
    def manifest(self) -> Manifest:
        """Settings of the whole project."""
        return Manifest(
            self.name,
            self.labels,
            self.mm_per_pixel,
            self.degrees_per_pixel,
            self.form,
            self.identity,
            self.label_change,
            self.has_unfinished_labels,
            self.workbook,
        )

    @property
    def records(self) -> CaseRecords:
        """The records of the cases."""
        return self._records

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self.layout.root

    def cases(self) -> list[Case]:
        """Return all cases in natural order of their ids."""
        return sorted(self._records.cases.values(), key=lambda case: natural_key(case.id))

    def case(self, case_id: str) -> Case:
        """Return the case with that id.

        Raises:
            ProjectError: there is none.
        """
        try:
            return self._records.cases[case_id]
        except KeyError:
            raise ProjectError(f'The project has no case "{case_id}".') from None

    def sound_case(self, case_id: str) -> Case:
        """Return the case with that id, for reading its files or changing it.

        Raises:
            ProjectError: there is none, or its record is damaged.
        """
        case = self.case(case_id)
        if case.damage:
            raise ProjectError(case.damage)
        return case

    def image_path(self, case_id: str) -> Path:
        """Return where the case's image is on this computer.

        Raises:
            ProjectError: its record is damaged.
        """
        return self.sound_case(case_id).image_path(self.root)

    def cases_by_hash(self) -> dict[str, Case]:
        """Return all undamaged cases by the SHA-256 of their image files."""
        return {case.sha256: case for case in self._records.cases.values() if not case.damage}

    def load_mask(self, case_id: str) -> Mask | None:
        """Return the human mask, (H, W) uint8, or None if there is none.

        Raises:
            MaskError: damaged, or its size differs from the image's.
        """
        case = self.sound_case(case_id)
        path = self.layout.mask(case_id)
        return read_mask(path, self.labels, (case.height, case.width)) if path.exists() else None

    def load_prediction(self, case_id: str) -> StoredPrediction | None:
        """Return the model's mask, or None if there is none.

        Raises:
            MaskError: damaged, or its size differs from the image's. ProjectError: its record is damaged.
        """
        return load_prediction(self.layout, self.labels, self.sound_case(case_id))

    def expect(self, case_id: str, *, has_mask: bool, model: str) -> Case:
        """Return the case as it will be once its human mask is written or deleted, and remember it in memory only."""
        return self._records.expect(case_id, has_mask=has_mask, model=model)

    def refresh(self, case_id: str) -> Case:
        """Derive the case's state from its files again, after another thread or program wrote some."""
        return self._records.derive(case_id)

    def take_in(self, cases: Collection[Case]) -> None:
        """Know cases that another thread has just written, without reading them."""
        self._records.take_in(cases)

    def read_new(self) -> list[Case]:
        """Read the cases that another thread added since the project was read, and what it says of its pixels.

        Raises:
            ProjectError: the folder cannot be read.
        """
        self.mm_per_pixel = read_manifest(self.layout.manifest).mm_per_pixel
        known = self._records.cases
        return [self._records.add(stem) for stem in list_stems(self.layout.cases, ".json") if stem not in known]

    def take_out(self, ids: Iterable[str]) -> None:
        """Forget cases that another thread has just removed."""
        for case_id in ids:
            self._records.forget(case_id)

    def note_ratios(self, ratios: Mapping[str, float]) -> list[Case]:
        """Set the `best_vcdr` of cases whose records lack it, in memory only."""
        cases = [
            self.case(case_id).with_ratio(ratio) for case_id, ratio in ratios.items() if case_id in self._records.cases
        ]
        self._records.remember(*cases)
        return cases
