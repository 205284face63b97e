"""Outputs: what a run over folders writes for each picture and for all of them together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from unet_desktop.errors import UserError
from unet_desktop.tasks.folders.csv_dialect import parse_dialect

ProbabilityDepth = Literal["none", "8", "16"]
"""Bits of the probability maps."""
Identifiers = Literal["omit", "hash", "keep"]
"""How tables treat patient, study and laterality of a DICOM file."""
Stereo = Literal["clearer", "both", "whole"]
"""What is segmented of an image that shows two photographs, such as a stereo pair."""
CONTOURS = ("geojson", "coco", "labelme")
TABLES = ("csv", "parquet", "xlsx")
REPORTS = ("html", "pdf")
FOLDERS = ("masks", "regions", "probabilities", "overlays", "contours", "dicom_seg")
"""Folders of per-picture files, below the output folder."""
EXPORT_FOLDERS = ("pictures", "nnunet", "training_set", "rootpainter")
"""Further ones of an export of a project's cases."""
OUTPUT_SUFFIXES = (".png", ".jpg", ".json", ".geojson", ".dcm")
"""Suffixes of per-picture files."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """What a run writes.

    Attributes:
        masks: an indexed PNG per picture.
        regions: a binary PNG per region.
        probabilities: a map per region with this many bits, or none.
        overlays: the picture with its outlines, as JPEG.
        contours: kinds of JSON files, from CONTOURS.
        dicom_seg: a DICOM segmentation for each DICOM picture.
        tables: kinds of tables, from TABLES.
        reports: kinds of reports, from REPORTS.
        identifiers: how tables treat identifiers of DICOM files.
        csv_dialect: see `csv_dialect.parse_dialect`.
        stereo: what is segmented of an image of two photographs: the half of higher confidence, both halves as two
            pictures, or the whole as if it were one photograph.

    Raises:
        UserError: one of them is unknown, or nothing at all is asked for.
    """

    masks: bool = True
    regions: bool = False
    probabilities: ProbabilityDepth = "none"
    overlays: bool = False
    contours: frozenset[str] = frozenset()
    dicom_seg: bool = False
    tables: tuple[str, ...] = ("csv",)
    reports: tuple[str, ...] = ()
    identifiers: Identifiers = "omit"
    csv_dialect: str = "plain"
    stereo: Stereo = "clearer"

    def __post_init__(self) -> None:
        """Refuse unknown choices and an empty set of outputs."""
        _refuse("contours", self.contours, CONTOURS)
        _refuse("table", self.tables, TABLES)
        _refuse("report", self.reports, REPORTS)
        _refuse("probabilities", (self.probabilities,), get_args(ProbabilityDepth))
        _refuse("identifiers", (self.identifiers,), get_args(Identifiers))
        _refuse("stereo", (self.stereo,), get_args(Stereo))
        parse_dialect(self.csv_dialect)
        per_picture = (self.masks, self.regions, self.probabilities != "none", self.overlays, self.contours)
        if not any((*per_picture, self.dicom_seg, self.tables, self.reports)):
            raise UserError("Nothing to write: no masks, no table, no report. Choose at least one of them.")

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders of per-picture files that this run writes, below the output folder."""
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
        """A key for what is written for each picture, regardless of tables and reports; the ledger holds it."""
        of_a_run = {"tables", "reports", "csv_dialect"}
        if self.stereo == "clearer":  # the usual choice, which ledgers of older programs do not name
            of_a_run.add("stereo")
        kept = {name: value for name, value in self.to_json().items() if name not in of_a_run}
        return json.dumps(kept, sort_keys=True)

    def to_json(self) -> dict[str, Any]:
        """As values that JSON can hold."""
        return asdict(self) | {
            "contours": sorted(self.contours),
            "tables": list(self.tables),
            "reports": list(self.reports),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Outputs:
        """Read what `to_json` gave.

        Raises:
            UserError: the data are not outputs.
        """
        try:
            sets = {name: make(data[name]) for name, make in _MAKE.items() if name in data}
            return cls(**(dict(data) | sets))
        except TypeError as error:
            raise UserError(f"The outputs of a run cannot be read ({error}).") from error


_MAKE: Mapping[str, Any] = {"contours": frozenset, "tables": tuple, "reports": tuple}


def _refuse(what: str, asked: object, known: tuple[str, ...]) -> None:
    assert isinstance(asked, tuple | frozenset)
    unknown = sorted(set(asked) - set(known))
    if unknown:
        raise UserError(f'"{unknown[0]}" is not a choice for {what}. Choose from: {", ".join(known)}.')
