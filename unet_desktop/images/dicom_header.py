"""The header of a DICOM file: how its picture is encoded and where it starts; nothing that names a patient is read."""

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

SUFFIXES = frozenset({".dcm", ".dicom", ".dic"})
"""Of files that are taken for DICOM whatever they hold."""
INSTALL = 'Install what reads it: pip install "unet-desktop[dicom]".'

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
_LEAST_FRAME = 8  # bytes: the head of its item
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
    """What is known of a DICOM picture before it is decoded.

    Attributes:
        dataset: pydicom's dataset of the image attributes alone.
        syntax: the transfer syntax, pydicom's UID.
        height, width: pixels of a frame.
        frames: how many there are.
        start: where the pixel data element starts in the file.
    """

    dataset: Any
    syntax: Any
    height: int
    width: int
    frames: int
    start: int

    def of_frame(self, frame: int, sequence: str) -> Any:
        """The dataset that holds a frame's attributes of that functional group; the whole one where there is none."""
        groups = self.dataset.get("PerFrameFunctionalGroupsSequence") or ()
        shared = self.dataset.get("SharedFunctionalGroupsSequence") or ()
        for group in (*groups[frame : frame + 1], *shared[:1]):
            if items := group.get(sequence):
                return items[0]
        return self.dataset


def is_dicom(path: Path) -> bool:
    """Is it a DICOM file, by its suffix, or by its first bytes where it has none or a number for one?

    Archives name files by numbers, as "IM000001" and "1.2.840.10008.42". Other files are not opened.
    """
    suffix = path.suffix.lower()
    if suffix in SUFFIXES or (suffix and not suffix[1:].isdecimal()):
        return suffix in SUFFIXES
    try:
        with path.open("rb") as file:
            file.seek(_MAGIC_AT)
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def read_header(file: BinaryIO, path: Path) -> Header:
    """The header of an opened DICOM file.

    Raises:
        ImageError: it holds no photograph. Others are for `explain_errors`.
    """
    dataset = read_attributes(file, path, _IMAGE, image=True)
    start = file.tell()
    sop_class = dataset.get("SOPClassUID") or dataset.file_meta.get("MediaStorageSOPClassUID")
    if sop_class in _NO_PHOTOGRAPHS:
        raise ImageError(f"{path} is {_NO_PHOTOGRAPHS[sop_class]}, not a photograph.")
    if "Rows" not in dataset or "Columns" not in dataset or not file.read(1):
        what = f"but: {sop_class.name}" if sop_class else "that this program finds"
        raise ImageError(f"{path} is a DICOM file that holds no picture {what}. Leave it out.")
    syntax, height, width = _syntax(dataset, path), int(dataset.Rows), int(dataset.Columns)
    least = _LEAST_FRAME if syntax.is_encapsulated else max(_frame_bytes(dataset, height, width), 1)
    room = file.seek(0, os.SEEK_END) - start
    frames = max(1, min(int(dataset.get("NumberOfFrames") or 1), room // least))  # whatever it states
    return Header(dataset, syntax, height, width, frames, start)


def read_attributes(file: BinaryIO, path: Path, keywords: tuple[str, ...], *, image: bool = False) -> Any:
    """These attributes of an opened file, and with `image` all of the image's group, up to the pixel data.

    Raises:
        ImageError: it is deflated. Others are for `explain_errors`.
    """
    pydicom = quiet_pydicom()
    tags = [*(pydicom.tag.Tag(keyword) for keyword in keywords), *(_tags_of_the_image() if image else ())]
    file.seek(0)
    return pydicom.dcmread(_InParts(file, path), stop_before_pixels=True, force=True, specific_tags=tags)


class _InParts:
    """An opened file that is never read in one go: pydicom does that only to inflate one, however large it becomes."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file, self._path = file, path
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int | None = None) -> bytes:
        if size is None or size < 0:
            raise ImageError(f"{self._path} is deflated as a whole, as photographs are not. Store it in another way.")
        return self._file.read(size)


@functools.cache
def _tags_of_the_image() -> tuple[int, ...]:
    return tuple(tag for tag in quiet_pydicom().datadict.DicomDictionary if tag >> 16 == _IMAGE_GROUP)


def quiet_pydicom() -> Any:
    """pydicom, kept from writing what it finds in a file, which may name a patient, into log and terminal.

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
    """Whatever goes wrong with a DICOM file becomes one sentence.

    Raises:
        ImageError: always when something does, but for what the operating system says of files.
    """
    try:
        yield
    except (UserError, OSError, MemoryError):
        raise
    except ModuleNotFoundError as error:
        raise ImageError(f"{path} is a DICOM file. {INSTALL}") from error
    except Exception as error:  # pydicom and its decoders raise nearly anything on damaged files
        reason = (str(error).strip().splitlines() or [type(error).__name__])[-1].strip()[:200]  # pydicom's last is why
        raise ImageError(f"{path} is damaged, or no DICOM picture that this program reads ({reason}).") from error


def _syntax(dataset: Any, path: Path) -> Any:
    """The stated transfer syntax, or the one that was found to fit where none is stated."""
    uid = quiet_pydicom().uid
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    if syntax is None:
        implicit, little = dataset.original_encoding
        syntax = uid.ImplicitVRLittleEndian if implicit else uid.ExplicitVRLittleEndian
        return syntax if little else uid.ExplicitVRBigEndian
    if _FILM.fullmatch(syntax):
        raise ImageError(f"{path} holds a film ({syntax.name}). Export its pictures.")
    return syntax


def _frame_bytes(dataset: Any, height: int, width: int) -> int:
    """Of an uncompressed frame."""
    samples = int(dataset.get("SamplesPerPixel", 1))
    length = height * width * samples * int(dataset.get("BitsAllocated", 8)) // 8
    return length * 2 // 3 if dataset.get("PhotometricInterpretation") == "YBR_FULL_422" else length
