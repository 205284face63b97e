"""What a DICOM file says about its image: eye, pixel size, and, only on request, the patient's identity."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unet_desktop.images.dicom_header import Header, explain_errors, is_dicom, read_attributes, read_header
from unet_desktop.images.laterality import Eye
from unet_desktop.links import open_to_read

_ONE_SIZE = 0.01
"""Relative difference below which pixel sizes count as equal: cameras round them."""


def common_pixel_size(spacings: Iterable[tuple[float, float] | None]) -> float | None:
    """Return millimetres per pixel if all images have square pixels of one size; None if one differs or is unknown.

    Args:
        spacings: (height, width) of each image's pixels, millimetres; None if unknown.
    """
    sides: list[float] = []
    for spacing in spacings:
        if spacing is None:
            return None
        sides += spacing
    if not sides or max(sides) > min(sides) * (1.0 + _ONE_SIZE):
        return None
    return sum(sides) / len(sides)


_EYES = {"R": Eye.RIGHT, "L": Eye.LEFT}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the file says about a frame.

    Attributes:
        eye: which eye it shows.
        spacing: (height, width) of a pixel on the retina in millimetres; None if the file does not say.
    """

    eye: Eye = Eye.UNKNOWN
    spacing: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose image it is: Patient ID (with its issuer, if any) and Study Instance UID; empty if unknown."""

    patient: str = ""
    study: str = ""


def read_facts(path: Path, frame: int = 0) -> Facts:
    """Read what the file says about a frame; empty facts for other file types.

    Pixel Spacing is on the retina (PS3.3 C.8.17.2.1.1: "at the focal plane"). Imager Pixel Spacing is on the camera's
    sensor and Nominal Scanned Pixel Spacing on the scanned film, so neither gives millimetres in the eye.

    Raises:
        ImageError: it cannot be read. OSError: from the file system.
    """
    if not is_dicom(path):
        return Facts()
    with explain_errors(path), open_to_read(path) as file:
        header = read_header(file, path)
        return Facts(_eye(header, frame), _spacing(header, frame))


def read_identity(path: Path) -> Identity:
    """Read whose image it is; empty for other file types. Call it only if the user asked for it.

    Raises:
        ImageError: it cannot be read. OSError: from the file system.
    """
    if not is_dicom(path):
        return Identity()
    with explain_errors(path), open_to_read(path) as file:
        found = read_attributes(file, path, ("PatientID", "IssuerOfPatientID", "StudyInstanceUID"))
        patient, issuer = (str(found.get(name) or "").strip() for name in ("PatientID", "IssuerOfPatientID"))
        study = str(found.get("StudyInstanceUID") or "").strip()
    return Identity(f"{issuer}/{patient}" if issuer and patient else patient, study)


def _eye(header: Header, frame: int) -> Eye:
    side = header.of_frame(frame, "FrameAnatomySequence").get("FrameLaterality")
    side = side or header.dataset.get("ImageLaterality") or header.dataset.get("Laterality")
    return _EYES.get(str(side), Eye.UNKNOWN)


def _spacing(header: Header, frame: int) -> tuple[float, float] | None:
    stated: Any = header.of_frame(frame, "PixelMeasuresSequence").get("PixelSpacing")
    if not isinstance(stated, Sequence) or isinstance(stated, str) or len(stated) != 2:
        return None
    down, across = float(stated[0]), float(stated[1])  # of rows first (PS3.3 10.7.1.3)
    good = all(math.isfinite(side) and side > 0.0 for side in (down, across))
    return (down, across) if good else None
