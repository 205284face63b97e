"""The header of a DICOM file: how its image is encoded and where it starts; nothing that identifies a patient."""

from __future__ import annotations

import functools
import importlib
import logging
import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from unet_desktop.errors import ImageError, UserError
from unet_desktop.links import open_to_read

SUFFIXES = frozenset({".dcm", ".dicom", ".dic"})
"""Suffixes of files that are treated as DICOM whatever they contain."""
INSTALL = 'Install its reader: pip install "unet-desktop[dicom]".'

_MAGIC_AT, _MAGIC = 128, b"DICM"
_IMAGE = (
    "SOPClassUID",
    "ImageLaterality",
    "Laterality",
    "PixelSpacing",
    "ImagerPixelSpacing",
    "NominalScannedPixelSpacing",
    "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence",
    "PresentationLUTShape",
    "ExtendedOffsetTable",
    "ExtendedOffsetTableLengths",
)
_MIN_FRAME = 8  # bytes: the head of its item
_IMAGE_GROUP = 0x0028  # all of it: sizes, bits, look-up tables, windows
_FILM = re.compile(r"1\.2\.840\.10008\.1\.2\.(4\.10[0-8](\.1)?|7\.[0-9])")
"""Transfer syntaxes of MPEG-2, MPEG-4, HEVC and real-time video (PS3.6 A)."""
_NO_PHOTOGRAPHS = {
    "1.2.840.10008.5.1.4.1.1.66.4": "a segmentation",
    "1.2.840.10008.5.1.4.1.1.66.7": "a segmentation",
    "1.2.840.10008.1.3.10": "a directory of other files",
}
"""Objects that may hold pixels, but never a photograph (PS3.4 B.5)."""


@dataclass(frozen=True, slots=True, eq=False)
class Header:
    """What is known about a DICOM image before decoding.

    Attributes:
        dataset: pydicom dataset with the image attributes only.
        syntax: the transfer syntax, a pydicom UID.
        height, width: of a frame, pixels.
        frames: number of frames.
        start: offset of the pixel data element in the file.
    """

    dataset: Any
    syntax: Any
    height: int
    width: int
    frames: int
    start: int

    def of_frame(self, frame: int, sequence: str) -> Any:
        """Return the dataset with a frame's attributes of a functional group; the main dataset if there is none."""
        groups = self.dataset.get("PerFrameFunctionalGroupsSequence") or ()
        shared = self.dataset.get("SharedFunctionalGroupsSequence") or ()
        for group in (*groups[frame : frame + 1], *shared[:1]):
            if items := group.get(sequence):
                return items[0]
        return self.dataset


def is_dicom(path: Path) -> bool:
    """Return whether it is a DICOM file, by its suffix, or by its first bytes if it has no suffix or a numeric one.

    Archives name files by numbers, as "IM000001" and "1.2.840.10008.42". Other files are not opened.
    """
    suffix = path.suffix.lower()
    if suffix in SUFFIXES or (suffix and not suffix[1:].isdecimal()):
        return suffix in SUFFIXES
    try:
        with open_to_read(path) as file:
            file.seek(_MAGIC_AT)
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def read_header(file: BinaryIO, path: Path) -> Header:
    """Read the header of an opened DICOM file.

    Raises:
        ImageError: it holds no photograph. Other errors are handled by `explain_errors`.
    """
    dataset = read_attributes(file, path, _IMAGE, image=True)
    start = file.tell()
    sop_class = dataset.get("SOPClassUID") or dataset.file_meta.get("MediaStorageSOPClassUID")
    if sop_class in _NO_PHOTOGRAPHS:
        raise ImageError(f"{path} is {_NO_PHOTOGRAPHS[sop_class]}, not a photograph.")
    if "Rows" not in dataset or "Columns" not in dataset or not file.read(1):
        what = f" ({sop_class.name})" if sop_class else ""
        raise ImageError(f"{path} is a DICOM file without an image{what}. Leave it out.")
    syntax, height, width = _syntax(dataset, path), int(dataset.Rows), int(dataset.Columns)
    least = _MIN_FRAME if syntax.is_encapsulated else max(_frame_bytes(dataset, height, width), 1)
    room = file.seek(0, os.SEEK_END) - start
    frames = max(1, min(int(dataset.get("NumberOfFrames") or 1), room // least))  # the stated number may be wrong
    return Header(dataset, syntax, height, width, frames, start)


def read_attributes(file: BinaryIO, path: Path, keywords: tuple[str, ...], *, image: bool = False) -> Any:
    """Read these attributes of an opened file, and with `image` the whole image group, up to the pixel data.

    Raises:
        ImageError: it is deflated. Other errors are handled by `explain_errors`.
    """
    pydicom = quiet_pydicom()
    tags = [*(pydicom.tag.Tag(keyword) for keyword in keywords), *(_image_tags() if image else ())]
    file.seek(0)
    return pydicom.dcmread(_NeverWhole(file, path), stop_before_pixels=True, force=True, specific_tags=tags)


class _NeverWhole:
    """An opened file that refuses to be read in one go, which pydicom does only to inflate it, to any size."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file, self._path = file, path
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int | None = None) -> bytes:
        if size is None or size < 0:
            raise ImageError(f"{self._path} is deflated as a whole, which is not supported. Export it uncompressed.")
        return self._file.read(size)


@functools.cache
def _image_tags() -> tuple[int, ...]:
    return tuple(tag for tag in quiet_pydicom().datadict.DicomDictionary if tag >> 16 == _IMAGE_GROUP)


def quiet_pydicom() -> Any:
    """Import pydicom and keep it from writing file contents, which may identify a patient, to log and terminal.

    Raises:
        ModuleNotFoundError: it is not installed.
    """
    pydicom = importlib.import_module("pydicom")
    logging.getLogger("pydicom").propagate = False
    for module in ("pydicom", "highdicom", __name__):
        warnings.filterwarnings("ignore", module=module.replace(".", r"\."))
    return pydicom


@contextmanager
def explain_errors(path: Path) -> Iterator[None]:
    """Turn any error while reading a DICOM file into one sentence.

    Raises:
        ImageError: for every error except those of the operating system.
    """
    try:
        yield
    except (UserError, OSError, MemoryError):
        raise
    except ModuleNotFoundError as error:
        raise ImageError(f"{path} is a DICOM file. {INSTALL}") from error
    except Exception as error:  # pydicom and its decoders raise nearly anything on damaged files
        reason = (str(error).strip().splitlines() or [type(error).__name__])[-1].strip()[:200]  # the last line says why
        raise ImageError(f"{path} is damaged, or not a DICOM image that this program can read ({reason}).") from error


def _syntax(dataset: Any, path: Path) -> Any:
    """Return the stated transfer syntax, or the one pydicom detected if none is stated."""
    uid = quiet_pydicom().uid
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    if syntax is None:
        implicit, little = dataset.original_encoding
        syntax = uid.ImplicitVRLittleEndian if implicit else uid.ExplicitVRLittleEndian
        return syntax if little else uid.ExplicitVRBigEndian
    if _FILM.fullmatch(syntax):
        raise ImageError(f"{path} is a video ({syntax.name}). Export its frames as images.")
    return syntax


def _frame_bytes(dataset: Any, height: int, width: int) -> int:
    """Return the size of an uncompressed frame in bytes."""
    samples = int(dataset.get("SamplesPerPixel", 1))
    length = height * width * samples * int(dataset.get("BitsAllocated", 8)) // 8
    return length * 2 // 3 if dataset.get("PhotometricInterpretation") == "YBR_FULL_422" else length
