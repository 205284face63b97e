"""Outputs: what a run over a folder writes for each picture and over all of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from unet_desktop.errors import UserError

Probabilities = Literal["none", "8", "16"]
"""Bits of the probability maps."""
Identifiers = Literal["omit", "hash", "keep"]
"""What becomes of patient, study and laterality that a DICOM file states."""
CONTOURS = ("geojson", "coco", "labelme")
TABLES = ("csv", "parquet", "xlsx")
REPORTS = ("html", "pdf")
FOLDERS = ("masks", "regions", "probabilities", "overlays", "contours", "dicom_seg")
"""All that pictures' files go to, below the output folder."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """What a run writes; made from flags or check boxes.

    Attributes:
        masks: an indexed PNG a picture.
        regions: one binary PNG a region.
        probabilities: maps of so many bits a region, or none.
        overlays: the picture with its outlines, as JPEG.
        contours: kinds of JSON, of CONTOURS.
        dicom_seg: a DICOM segmentation for each DICOM picture.
        tables: kinds of table, of TABLES.
        reports: kinds of report, of REPORTS.
        identifiers: of DICOM files, in tables.

    Raises:
        UserError: one of them is not known, or nothing at all is asked for.
    """

    masks: bool = True
    regions: bool = False
    probabilities: Probabilities = "none"
    overlays: bool = False
    contours: frozenset[str] = frozenset()
    dicom_seg: bool = False
    tables: tuple[str, ...] = ("csv",)
    reports: tuple[str, ...] = ()
    identifiers: Identifiers = "omit"

    def __post_init__(self) -> None:
        """Refuse what nobody could write."""
        _refuse("contours", self.contours, CONTOURS)
        _refuse("table", self.tables, TABLES)
        _refuse("report", self.reports, REPORTS)
        _refuse("probabilities", (self.probabilities,), get_args(Probabilities))
        _refuse("identifiers", (self.identifiers,), get_args(Identifiers))
        per_picture = (self.masks, self.regions, self.probabilities != "none", self.overlays, self.contours)
        if not any((*per_picture, self.dicom_seg, self.tables, self.reports)):
            raise UserError("Nothing is asked for: no masks, no table, no report. Ask for at least one of them.")

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders that pictures' files go to, below the output folder."""
        asked = {
            "masks": self.masks,
            "regions": self.regions,
            "probabilities": self.probabilities != "none",
            "overlays": self.overlays,
            "contours": bool(self.contours),
        }
        return tuple(name for name, so in asked.items() if so)

    @property
    def of_a_picture(self) -> str:
        """A text that is equal where the same is written for each picture, whatever tables and reports follow."""
        kept = {name: value for name, value in self.to_json().items() if name not in {"tables", "reports"}}
        return json.dumps(kept, sort_keys=True)

    def to_json(self) -> dict[str, Any]:
        """As values that JSON knows."""
        return asdict(self) | {
            "contours": sorted(self.contours),
            "tables": list(self.tables),
            "reports": list(self.reports),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Outputs:
        """What `to_json` gave.

        Raises:
            UserError: it is something else.
        """
        try:
            sets = {name: make(data[name]) for name, make in _MAKE.items() if name in data}
            return cls(**(dict(data) | sets))
        except TypeError as error:
            raise UserError(f"What a run is to write cannot be understood ({error}).") from error


_MAKE: Mapping[str, Any] = {"contours": frozenset, "tables": tuple, "reports": tuple}


def _refuse(what: str, asked: object, known: tuple[str, ...]) -> None:
    assert isinstance(asked, tuple | frozenset)
    unknown = sorted(set(asked) - set(known))
    if unknown:
        raise UserError(f'"{unknown[0]}" is no choice for {what}. Choose of: {", ".join(known)}.')
