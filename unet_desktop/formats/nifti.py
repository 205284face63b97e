"""NIfTI of one plane: label numbers, the first axis along the rows of pixels (x), the second down the columns (y).

That is the order in which ITK, nnU-Net and ITK-SNAP store a picture. The header's orientation is left out: it says
where a patient's left and front are, which a photograph does not have.
"""

from __future__ import annotations

import importlib
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unet_desktop.errors import MaskError, reason_of
from unet_desktop.formats.annotations import require
from unet_desktop.formats.numpy_arrays import flatten_array, refuse_large
from unet_desktop.images.read import MAX_PIXELS
from unet_desktop.json_data import DataError, read_bytes

_LARGEST = 8 * MAX_PIXELS + (1 << 20)
_VERSION_2 = b"n+2\0"


def read_nifti(path: Path) -> NDArray[np.generic]:
    """(H, W): the plane of a file, compressed or not.

    Raises:
        MaskError: nibabel is missing, or as a part of a sentence.
    """
    try:
        nibabel: Any = importlib.import_module("nibabel")
    except ModuleNotFoundError as error:
        raise require("nibabel", "NIfTI") from error
    importlib.import_module("nibabel.imageglobals").logger.disabled = True  # it writes to the terminal
    try:
        data = _inflate(read_bytes(path, _LARGEST))
    except (DataError, OSError, zlib.error) as error:
        raise MaskError(f"it cannot be read ({reason_of(error)})") from error
    if data[344:348] == b"ni1\0":
        raise MaskError("its header and its numbers are in two files; save it as one file (.nii)")
    kind = nibabel.Nifti2Image if data[4:8] == _VERSION_2 else nibabel.Nifti1Image
    try:
        image = kind.from_bytes(data)
        refuse_large(image.shape)
        array = np.asarray(image.dataobj)
    except MaskError:
        raise
    except Exception as error:  # nibabel raises what its parts raise
        raise MaskError("it is damaged or not complete") from error
    return np.ascontiguousarray(flatten_array(array).T)


def _inflate(data: bytes) -> bytes:
    if not data.startswith(b"\x1f\x8b"):
        return data
    unpacker = zlib.decompressobj(wbits=31)
    found = unpacker.decompress(data, _LARGEST)
    if not unpacker.eof:
        raise MaskError("it is not complete" if not unpacker.unconsumed_tail else "it is larger than a picture may be")
    return found
