"""Reading: what is read of an open project; `Project` adds what is written."""

from __future__ import annotations

from pathlib import Path

from unet_desktop.errors import ProjectError
from unet_desktop.images.listing import natural_key
from unet_desktop.labels import LabelSet
from unet_desktop.masks.file import read_mask
from unet_desktop.masks.regions import Mask
from unet_desktop.project.case import Case
from unet_desktop.project.layout import Layout
from unet_desktop.project.manifest import Manifest
from unet_desktop.project.predictions import StoredPrediction, load_prediction
from unet_desktop.project.records import CaseRecords


class Reading:
    """The cases, masks and predictions of an open project."""

    read_only = False

    def __init__(self, layout: Layout, manifest: Manifest) -> None:
        """Use `Project.open` or `Project.create`."""
        self.layout = layout
        self.name = manifest.name
        self.labels: LabelSet = manifest.labels
        self.mm_per_pixel = manifest.mm_per_pixel
        self._records = CaseRecords(layout, read_only=self.read_only)

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self.layout.root

    def cases(self) -> list[Case]:
        """All cases in natural order of their ids."""
        return sorted(self._records.cases.values(), key=lambda case: natural_key(case.id))

    def case(self, case_id: str) -> Case:
        """The case of that id.

        Raises:
            ProjectError: there is none.
        """
        try:
            return self._records.cases[case_id]
        except KeyError:
            raise ProjectError(f'The project has no case "{case_id}".') from None

    def sound_case(self, case_id: str) -> Case:
        """The case of that id, for whoever reads its files or changes anything of it.

        Raises:
            ProjectError: there is none, or its record is damaged.
        """
        case = self.case(case_id)
        if case.damage:
            raise ProjectError(case.damage)
        return case

    def image_path(self, case_id: str) -> Path:
        """Where the case's picture is on this computer.

        Raises:
            ProjectError: its record is damaged.
        """
        return self.sound_case(case_id).image_path(self.root)

    def cases_by_hash(self) -> dict[str, Case]:
        """All cases by the SHA-256 of their pictures."""
        return {case.sha256: case for case in self._records.cases.values() if not case.damage}

    def load_mask(self, case_id: str) -> Mask | None:
        """(H, W) uint8 human mask, or None when there is none.

        Raises:
            MaskError: damaged, or of another size than its picture.
        """
        case = self.sound_case(case_id)
        path = self.layout.mask(case_id)
        return read_mask(path, self.labels, (case.height, case.width)) if path.exists() else None

    def load_prediction(self, case_id: str) -> StoredPrediction | None:
        """The model's mask, or None when there is none.

        Raises:
            MaskError: damaged, or of another size than its picture. ProjectError: its record is damaged.
        """
        return load_prediction(self.layout, self.labels, self.sound_case(case_id))
