"""DICOM segmentations of others: binary, fractional (from half the maximum on) and label maps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from unet_desktop.errors import ImageError, MaskError, reason_of
from unet_desktop.formats.annotations import Annotation, Drawn, Entry, Format
from unet_desktop.formats.numpy_arrays import refuse_large
from unet_desktop.formats.shapes import Plane
from unet_desktop.images.dicom_header import INSTALL, explain_errors, is_dicom, quiet_pydicom
from unet_desktop.links import open_to_read

_SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"
_BY_NUMBER = "1.2.840.10008.5.1.4.1.1.66.7"


def is_segmentation(path: Path) -> bool:
    """Whether a file is a DICOM segmentation; False if pydicom is missing, too."""
    if not is_dicom(path):
        return False
    try:
        with open_to_read(path) as file:
            found = quiet_pydicom().dcmread(file, stop_before_pixels=True, specific_tags=["SOPClassUID"])
        return str(found.get("SOPClassUID", "")) in {_SEGMENTATION, _BY_NUMBER}
    except Exception:  # noqa: BLE001  # pydicom raises what its parts raise; then it is no segmentation
        return False


def look_at_segmentation(path: Path) -> Iterator[Entry]:
    """Yield the picture of a segmentation: the one that it refers to, or that has the file's name.

    Raises:
        MaskError: as a part of a sentence.
    """
    found = _read(path, pixels=False)
    with _as_damage():
        labels = frozenset(name for _, name in _segments(found))
        entry = Entry(path, size=(int(found.Rows), int(found.Columns)), labels=labels, refers_to=_refers_to(found))
    yield entry


def read_segmentation(entry: Entry) -> Annotation:
    """Read the segments.

    Raises:
        MaskError: as a part of a sentence.
    """
    found = _read(entry.path, pixels=True)
    with _as_damage():
        refuse_large((int(found.get("NumberOfFrames") or 1), int(found.Rows), int(found.Columns)))
        frames = np.asarray(found.pixel_array)
        frames = frames[None] if frames.ndim == 2 else frames
        numbers = None if found.SOPClassUID == _BY_NUMBER else [_segment_of(found, at) for at in range(len(frames))]
        half = 1
        if str(found.get("SegmentationType", "")) == "FRACTIONAL":
            half = max(1, (int(found.get("MaximumFractionalValue") or 1) + 1) // 2)
        segments = _segments(found)
    drawn = []
    for number, name in segments:
        if numbers is None:
            plane = (frames == number).any(axis=0)
        else:
            mine = [frame >= half for frame, owner in zip(frames, numbers, strict=True) if owner == number]
            plane = np.any(mine, axis=0) if mine else np.zeros(frames.shape[1:], bool)
        drawn.append(Drawn(name, Plane(plane, whole=True)))
    return Annotation(tuple(drawn))


@contextmanager
def _as_damage() -> Iterator[None]:
    """Call it damage if attributes are missing or cannot be read: pydicom reads them late."""
    try:
        yield
    except MaskError:
        raise
    except Exception as error:  # pydicom raises what its parts raise
        raise MaskError("it is damaged or not complete") from error


def _read(path: Path, *, pixels: bool) -> Any:
    try:
        with explain_errors(path), open_to_read(path) as file:
            return quiet_pydicom().dcmread(file, stop_before_pixels=not pixels)
    except ModuleNotFoundError as error:
        raise MaskError(f"DICOM segmentations cannot be read here. {INSTALL}") from error
    except (ImageError, OSError) as error:
        raise MaskError(f"it cannot be read ({reason_of(error)})") from error


def _segments(found: Any) -> list[tuple[int, str]]:
    return [(int(one.SegmentNumber), str(one.get("SegmentLabel", ""))) for one in found.get("SegmentSequence", ())]


def _segment_of(found: Any, frame: int) -> int:
    """The segment's number of a frame, which may be said for all frames at once."""
    groups = [found.PerFrameFunctionalGroupsSequence[frame], *found.get("SharedFunctionalGroupsSequence", ())]
    for group in groups:
        if "SegmentIdentificationSequence" in group:
            return int(group.SegmentIdentificationSequence[0].ReferencedSegmentNumber)
    return 1


def _refers_to(found: Any) -> str:
    for series in found.get("ReferencedSeriesSequence", ()):
        for instance in series.get("ReferencedInstanceSequence", ()):
            return str(instance.get("ReferencedSOPInstanceUID", ""))
    return ""


SEGMENTATION_FORMAT = Format("DICOM segmentation", look_at_segmentation, read_segmentation)
