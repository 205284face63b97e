"""Which files of a folder hold annotations, and of which format: by their content, whatever they are called."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from unet_desktop.errors import MaskError
from unet_desktop.formats.annotations import Format
from unet_desktop.formats.coco import COCO_FORMAT
from unet_desktop.formats.cvat import CVAT_FORMAT
from unet_desktop.formats.dicom_seg_reader import SEGMENTATION_FORMAT, is_segmentation
from unet_desktop.formats.geojson import GEOJSON_FORMAT
from unet_desktop.formats.isat import ISAT_FORMAT
from unet_desktop.formats.label_studio import LABEL_STUDIO_FORMAT
from unet_desktop.formats.labelme import LABELME_FORMAT
from unet_desktop.formats.nrrd import NRRD_FORMAT, has_segments
from unet_desktop.formats.numpy_arrays import NPZ_FORMAT, has_labels
from unet_desktop.formats.rootpainter import ROOTPAINTER_FORMAT, find_rootpainter
from unet_desktop.formats.text_contours import CONTOUR_FORMAT
from unet_desktop.formats.yolo import YOLO_FORMAT
from unet_desktop.images.dicom_header import is_dicom
from unet_desktop.images.file_kinds import is_picture, name_kind
from unet_desktop.images.read import SUFFIXES
from unet_desktop.json_data import DataError, read

FORMATS = {
    one.kind: one
    for one in (
        COCO_FORMAT,
        LABELME_FORMAT,
        CVAT_FORMAT,
        GEOJSON_FORMAT,
        ISAT_FORMAT,
        LABEL_STUDIO_FORMAT,
        YOLO_FORMAT,
        CONTOUR_FORMAT,
    )
}
"""By what `file_kinds.name_kind` calls a file."""

_NAMED_ARRAYS = {"NRRD": (has_segments, NRRD_FORMAT), "NumPy arrays (npz)": (has_labels, NPZ_FORMAT)}
"""Arrays that may name labels; those that do not hold numbers, as masks that are pictures do."""
_REFUSED = {
    "CVAT annotations of a video": (
        "this is CVAT XML for video, which follows objects from frame to frame; export the task from CVAT as "
        '"CVAT for images 1.1"'
    ),
    "a ZIP archive": "this is a ZIP archive; unpack it and choose its folder",
    "VGG Image Annotator annotations": "export it from VIA as COCO",
    "Supervisely annotations": "export the project from Supervisely as COCO",
    "a Labelbox export": "export it as COCO",
    "Datumaro annotations": "convert it with Datumaro to COCO",
    "CreateML annotations": "this is CreateML's format, which holds boxes and no regions",
    "ASAP annotations": "export it as GeoJSON",
    "Aperio annotations": "export it as GeoJSON, for example with QuPath",
    "Pascal VOC annotations": (
        "it holds Pascal VOC's boxes, which are no regions; the regions are the pictures in SegmentationClass"
    ),
    "ImageJ regions (ROI)": "open it in QuPath and export GeoJSON",
    "ImageJ regions (ROI archive)": "open it in QuPath and export GeoJSON",
    "a table of run lengths (CSV)": "convert it to COCO",
}


@dataclass(frozen=True, slots=True)
class AnnotationFile:
    """A file of annotations.

    Attributes:
        path: the file.
        format: how it is read; None if it is not read.
        kind: what it is.
        problem: why it is not read and what to do, as a part of a sentence; empty if it is read.
    """

    path: Path
    format: Format | None
    kind: str
    problem: str = ""

    @property
    def sentence(self) -> str:
        """Why it is not read, as a sentence."""
        return f"{self.path} ({self.kind}) was not read: {self.problem}."


def find_annotation_files(place: Path) -> list[AnnotationFile]:
    """Return the annotations of a file or a folder with its subfolders, in order; also those that are not read.

    Raises:
        MaskError: the file is no annotations.
    """
    return [found for found in look_for_annotations(place) if found is not None]


def look_for_annotations(place: Path) -> Iterator[AnnotationFile | None]:
    """Yield the annotations as `find_annotation_files` returns them, and None for each other file.

    Raises:
        MaskError: the file is no annotations.
    """
    if place.is_dir():
        if projects := find_rootpainter(place):
            yield from (AnnotationFile(one, ROOTPAINTER_FORMAT, ROOTPAINTER_FORMAT.kind) for one in projects)
            return
        yield from map(_recognise, _list_files(place))
        return
    found = _recognise(place)
    if found is None:
        kind = "a picture" if is_picture(place) else name_kind(place)
        what = f"it is {kind}" if kind else "its content is of no kind that this program knows"
        raise MaskError(f"{place} holds no annotations: {what}. Choose a file of annotations, or a folder of masks.")
    yield found


def _list_files(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(here, name) for name in sorted(names) if not name.startswith("."))


def _recognise(path: Path) -> AnnotationFile | None:
    if path.suffix.lower() in SUFFIXES or not path.is_file() or is_picture(path):
        return None
    if is_dicom(path):
        known = SEGMENTATION_FORMAT if is_segmentation(path) else None
        return None if known is None else AnnotationFile(path, known, known.kind)
    kind = name_kind(path)
    if (named := _NAMED_ARRAYS.get(kind or "")) is not None and named[0](path):
        return AnnotationFile(path, named[1], named[1].kind)
    if kind is None:
        problem = _find_damage(path)
        return AnnotationFile(path, None, "a JSON file", problem) if problem else None
    if (known := FORMATS.get(kind)) is not None:
        return AnnotationFile(path, known, kind)
    return AnnotationFile(path, None, kind, _REFUSED[kind]) if kind in _REFUSED else None


def _find_damage(path: Path) -> str:
    """What is wrong with a file that is called JSON and is none; nothing for others."""
    if path.suffix.lower() not in {".json", ".geojson"}:
        return ""
    try:
        read(path)
    except DataError as error:
        return str(error)
    except OSError as error:
        return f"it cannot be read ({error.strerror})"
    return ""
