"""NumPy's files: an array of label numbers (npy), or one array for each label by its name (npz)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import numpy as np
from numpy.typing import NDArray

from unet_desktop.errors import MaskError, reason_of
from unet_desktop.formats.annotations import Annotation, Drawn, Entry, Format
from unet_desktop.formats.shapes import Plane
from unet_desktop.images.file_kinds import ZIP_ERRORS
from unet_desktop.images.read import MAX_PIXELS
from unet_desktop.json_data import DataError, read_bytes
from unet_desktop.links import open_to_read

_LARGEST = 8 * MAX_PIXELS + (1 << 20)
_NO_LABELS = frozenset({"arr_0", "mask", "masks", "label", "labels", "seg", "segmentation", "data", "array"})


def read_npy(path: Path) -> NDArray[np.generic]:
    """(H, W): the array of a file, rows first, as NumPy and its users index pictures.

    Raises:
        MaskError: as a part of a sentence.
    """
    try:
        with open_to_read(path) as file:
            return flatten_array(_decode(file.read(_LARGEST + 1)))
    except OSError as error:
        raise MaskError(f"it cannot be read ({error.strerror})") from error
    except DataError as error:
        raise MaskError(f"it cannot be read ({error})") from error


def read_npz(path: Path) -> NDArray[np.generic]:
    """(H, W): the one array of an archive.

    Raises:
        MaskError: there are several; as a part of a sentence.
    """
    arrays = _read_archive(path)
    if len(arrays) != 1:
        raise MaskError(f"it holds {len(arrays)} arrays, not one")
    return next(iter(arrays.values()))


def has_labels(path: Path) -> bool:
    """Whether the arrays of an archive are named for labels."""
    try:
        with ZipFile(path) as archive:
            names = [name.removesuffix(".npy") for name in archive.namelist()]
    except ZIP_ERRORS:
        return False
    return len(names) > 1 or bool(names and names[0].casefold() not in _NO_LABELS)


def look_at_npz(path: Path) -> Iterator[Entry]:
    """Yield the picture of an archive, which has its name.

    Raises:
        MaskError: as a part of a sentence.
    """
    arrays = _read_archive(path)
    sizes = {array.shape for array in arrays.values()}
    if len(sizes) != 1:
        raise MaskError("its arrays are of different sizes")
    height, width = sizes.pop()
    yield Entry(path, size=(height, width), labels=frozenset(arrays))


def read_npz_labels(entry: Entry) -> Annotation:
    """Read an archive: what is not 0 is the label that its array is named for.

    Raises:
        MaskError: as a part of a sentence.
    """
    arrays = _read_archive(entry.path)
    return Annotation(tuple(Drawn(name, Plane(array != 0, whole=True)) for name, array in arrays.items()))


def flatten_array(array: NDArray[np.generic]) -> NDArray[np.generic]:
    """The array without axes of length 1: numbers of two axes.

    Raises:
        MaskError: it has more, or no numbers; as a part of a sentence.
    """
    if array.dtype.kind not in "buif":
        raise MaskError("it does not hold plain numbers")
    flat = array.reshape([length for length in array.shape if length != 1] if array.ndim > 2 else array.shape)
    if flat.ndim != 2 or not flat.size:
        sides = " x ".join(str(length) for length in array.shape) or "no axes"
        raise MaskError(f"it is an array of {sides}, not of two axes; save the plane of each picture as a file")
    return flat


def refuse_large(shape: tuple[int, ...]) -> None:
    """Refuse more numbers than a picture may have pixels.

    Raises:
        MaskError: as a part of a sentence.
    """
    count = 1
    for length in shape:
        count *= int(length)
    if count > MAX_PIXELS:
        raise MaskError(f"it has {count:,} numbers, more than the {MAX_PIXELS // 1_000_000} million that are allowed")


def _decode(data: bytes) -> NDArray[np.generic]:
    file = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(file)
        reader = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = reader(file)
        refuse_large(shape)
        if dtype.hasobject:
            raise MaskError("it holds Python objects, which are not read")
        file.seek(0)
        found: NDArray[np.generic] = np.load(file, allow_pickle=False)
    except MaskError:
        raise
    except Exception as error:  # NumPy's reader of headers raises what Python's parser raises
        raise MaskError("it is damaged or not complete") from error
    return found


def _read_archive(path: Path) -> dict[str, NDArray[np.generic]]:
    try:
        with ZipFile(io.BytesIO(read_bytes(path, _LARGEST))) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _LARGEST:
                raise MaskError("its arrays are larger than a picture may be")
            return {
                entry.filename.removesuffix(".npy"): flatten_array(_decode(archive.read(entry)))
                for entry in archive.infolist()
            }
    except (DataError, OSError) as error:
        raise MaskError(f"it cannot be read ({reason_of(error)})") from error
    except MaskError:
        raise
    except Exception as error:  # zipfile raises what its decompressors raise
        raise MaskError("it is damaged or not complete") from error


NPZ_FORMAT = Format("NumPy arrays (npz)", look_at_npz, read_npz_labels)
