"""Files of label numbers that are no pictures: NIfTI, NRRD, npy and npz, as mask files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unet_desktop.errors import MaskError
from unet_desktop.formats.nifti import read_nifti
from unet_desktop.formats.nrrd import read_nrrd
from unet_desktop.formats.numpy_arrays import read_npy, read_npz
from unet_desktop.images.dicom_header import is_dicom
from unet_desktop.images.file_kinds import name_kind
from unet_desktop.images.read import SUFFIXES
from unet_desktop.masks.mask_content import MaskContent, find_white, read_content

_READERS: dict[str, Callable[[Path], NDArray[np.generic]]] = {
    "NIfTI": read_nifti,
    "NIfTI (compressed)": read_nifti,
    "NRRD": read_nrrd,
    "a NumPy array (npy)": read_npy,
    "NumPy arrays (npz)": read_npz,
}
FIRST_AXIS = dict.fromkeys(_READERS, "yx") | {"NIfTI": "xy", "NIfTI (compressed)": "xy", "NRRD": "xy"}
"""Which axis is first in the files of a kind: x or y."""


def array_kind(path: Path) -> str:
    """What kind of array a file holds; nothing for pictures and other files."""
    if path.suffix.lower() in SUFFIXES or is_dicom(path):
        return ""
    kind = name_kind(path)
    return kind if kind in _READERS else ""


def read_mask_file(path: Path, swapped: frozenset[Path] = frozenset()) -> MaskContent:
    """Decode a mask file: a picture, or an array.

    Args:
        path: the file.
        swapped: files whose axes are the other way round than their format has them.

    Raises:
        MaskError: it cannot be read.
    """
    kind = array_kind(path)
    if not kind:
        return read_content(path)
    try:
        values = _READERS[kind](path)
    except MaskError as error:
        raise MaskError(f"The mask {path} ({kind}) was not read: {error}.") from error
    values = values.astype(np.uint8) if values.dtype.kind == "b" else values.astype(values.dtype.newbyteorder("="))
    if path in swapped:
        values = np.ascontiguousarray(values.T)
    return MaskContent(path, values, white=find_white(values))
