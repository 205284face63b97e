"""Convert the values of a DICOM image to 8-bit RGB, by the rules of PS3.3 C.7.6.3, C.11.1 and C.11.2.

Grey values go through the modality transformation, then the file's first window or look-up table, and are inverted if
black is stored as white. Without a window, 8-bit values are shown as they are and others scaled from their actual
range, as for a 16-bit TIFF. Colours are shown as stored; colour profiles are ignored, as for all images.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unet_desktop.images.dicom_header import Header, quiet_pydicom
from unet_desktop.images.value_range import ValueRange, choose_range
from unet_desktop.plurals import quantity

Stored = NDArray[Any]
"""(H, W) or (H, W, samples) of any numeric type."""
Measured = NDArray[Any]
"""float32 for each pixel, or float64 for each possible value."""

_SHORT = 2  # bytes: for such types a table of all possible values is smaller than the image
_ROWS = 128  # rows at a time: numpy's look-up uses 8 bytes per index
_MAX_BITS_AS_THEY_ARE = 8
_MAX_ENTRIES = 1 << 16  # of a palette


def render_frame(values: Stored, header: Header, frame: int, notes: list[str]) -> NDArray[np.uint8]:
    """Render a decoded frame for display.

    Args:
        values: (H, W) grey values or palette indices, or (H, W, 3) RGB, as stored.
        header: of the file.
        frame: its index, from 0.
        notes: receives sentences about decisions made.

    Returns:
        (H, W, 3) uint8 RGB.

    Raises:
        ValueError: its number of channels cannot be shown. Other errors come from pydicom if a table is damaged.
    """
    dataset = header.dataset
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        table = _palette(_all_values(values), dataset)
        return _look_up(table, values)
    if _is_colour_of_8_bits(values, dataset):
        return values
    padding = _padding_range(dataset) if values.ndim == 2 else None
    table_or_values = _all_values(values) if _is_short(values) else values
    measured = _apply_modality(table_or_values, header, frame)
    bright = _brightness(measured, values, padding, header, frame, notes)
    if values.ndim == 2 and _is_inverse(dataset):
        bright = 1.0 - bright
        notes.append("Its lowest value is stored as white.")
    levels = np.round(np.clip(np.nan_to_num(bright), 0.0, 1.0) * 255.0).astype(np.uint8)
    if padding is not None:
        levels[(table_or_values >= padding[0]) & (table_or_values <= padding[1])] = 0
    pixels = _look_up(levels, values) if _is_short(values) else levels
    if pixels.ndim == 2:
        return np.repeat(pixels[:, :, np.newaxis], 3, axis=2)
    if pixels.shape[2] != 3:
        raise ValueError(f"it has {quantity(pixels.shape[2], 'channel')}")
    return pixels


def _is_colour_of_8_bits(values: Stored, dataset: Any) -> bool:
    """Return whether it is 8-bit RGB, as nearly all photographs are; it needs no conversion."""
    whole = int(dataset.get("BitsStored", dataset.BitsAllocated)) == _MAX_BITS_AS_THEY_ARE
    return whole and values.dtype == np.uint8 and values.ndim == 3 and values.shape[2] == 3


def _is_short(values: Stored) -> bool:
    return values.dtype.kind in "ui" and values.dtype.itemsize <= _SHORT


def _all_values(values: Stored) -> Stored:
    """Return (256,) or (65536,): every value of the type, indexed by its bits as an unsigned integer."""
    if not _is_short(values):
        raise ValueError(f"palette of {values.dtype}")
    unsigned = np.dtype(f"u{values.dtype.itemsize}")
    return np.arange(256**values.dtype.itemsize).astype(unsigned).view(values.dtype.newbyteorder("="))


def _as_indices(values: Stored) -> Stored:
    native = np.ascontiguousarray(values, values.dtype.newbyteorder("="))
    return native.view(f"u{values.dtype.itemsize}")


def _look_up(table: NDArray[np.uint8], values: Stored) -> NDArray[np.uint8]:
    """Look up each value in a table over `_all_values`."""
    places = _as_indices(values)
    found = np.empty((*values.shape, *table.shape[1:]), np.uint8)
    for rows in _rows(len(places)):
        found[rows] = table[places[rows]]
    return found


def _rows(height: int) -> Iterator[slice]:
    return (slice(top, top + _ROWS) for top in range(0, height, _ROWS))


def _palette(places: Stored, dataset: Any) -> NDArray[np.uint8]:
    """Return (N, 3) uint8 RGB of the palette at these indices."""
    _check_palette(dataset)
    colours = quiet_pydicom().pixels.apply_color_lut(places, dataset)[:, :3]
    wide = dataset.RedPaletteColorLookupTableDescriptor[2] > _MAX_BITS_AS_THEY_ARE
    return np.asarray(colours >> 8 if wide and colours.dtype.itemsize > 1 else colours, np.uint8)


def _check_palette(dataset: Any) -> None:
    """Refuse segmented palettes (C.7.9.2) that expand to too many entries: a few bytes can stand for any number."""
    kind = np.dtype("<u2" if dataset.RedPaletteColorLookupTableDescriptor[2] > _MAX_BITS_AS_THEY_ARE else "u1")
    for colour in ("Red", "Green", "Blue", "Alpha"):
        data = bytes(dataset.get(f"Segmented{colour}PaletteColorLookupTableData") or b"")
        words = np.frombuffer(data[: len(data) // kind.itemsize * kind.itemsize], kind)
        at = entries = 0
        while at + 1 < len(words):
            segment, length = int(words[at]), int(words[at + 1])
            entries += length
            at += 2 + (length if segment == 0 else 1)
            if segment > 1 or entries > _MAX_ENTRIES:
                raise ValueError("its palette has no end")


def _apply_modality(stored: Stored, header: Header, frame: int) -> Measured:
    """Apply the modality transformation (C.11.1)."""
    if header.dataset.get("ModalityLUTSequence") and stored.dtype.kind in "ui":
        return np.asarray(quiet_pydicom().pixels.apply_modality_lut(stored, header.dataset), np.float64)
    source = header.of_frame(frame, "PixelValueTransformationSequence")
    slope, intercept = float(source.get("RescaleSlope") or 1.0), float(source.get("RescaleIntercept") or 0.0)
    values: Measured = stored.astype(np.float64 if stored.ndim == 1 else np.float32)
    return np.asarray(values * slope + intercept)


def _brightness(
    measured: Measured,
    values: Stored,
    padding: tuple[float, float] | None,
    header: Header,
    frame: int,
    notes: list[str],
) -> Measured:
    """Return brightness, 0 (black) to 1 (white); not clipped."""
    dataset = header.dataset
    grey = dataset.get("SamplesPerPixel", 1) == 1
    source = header.of_frame(frame, "FrameVOILUTSequence")
    if grey and source.get("VOILUTSequence") and measured.ndim == 1:
        notes.append("It is shown through its own look-up table.")
        table = source.VOILUTSequence[0]
        looked_up = quiet_pydicom().pixels.apply_voi(np.round(measured).astype(np.int64), source)
        return np.asarray(looked_up, np.float64) / float(2 ** table.LUTDescriptor[2] - 1)
    window = _find_window(source) if grey else None
    if window is not None:
        centre, width, function = window
        notes.append(f"Its window of {width:g} values around {centre:g} is shown as black to white.")
        return _apply_window(measured, centre, width, function)
    bits = int(dataset.get("BitsStored", dataset.BitsAllocated))
    if bits <= _MAX_BITS_AS_THEY_ARE and not dataset.get("PixelRepresentation") and _is_unscaled(header, frame):
        return measured / float(2**bits - 1)
    shown = _used_range(measured, values, padding, header, frame)
    notes.append(shown.note)
    if shown.high <= shown.low:
        return np.zeros_like(measured)
    return (measured - shown.low) * (1.0 / (shown.high - shown.low))


def _used_range(
    measured: Measured, values: Stored, padding: tuple[float, float] | None, header: Header, frame: int
) -> ValueRange:
    """Return the range to show, in the unit of the measured values.

    It is chosen from the stored values, inverted if the highest is the darkest, so it does not depend on the unit.
    """
    dataset = header.dataset
    known = values if padding is None else values[(values < padding[0]) | (values > padding[1])]
    if dataset.get("ModalityLUTSequence"):
        return choose_range(measured[_as_indices(known)] if measured.ndim == 1 else measured)
    source = header.of_frame(frame, "PixelValueTransformationSequence")
    slope, intercept = float(source.get("RescaleSlope") or 1.0), float(source.get("RescaleIntercept") or 0.0)
    bits = int(dataset.get("BitsStored", dataset.BitsAllocated)) if values.dtype.kind in "ui" else 0
    most = {"u": 2.0**bits - 1, "i": -1.0}.get(values.dtype.kind, 0.0)
    if (slope < 0) == (values.ndim == 2 and _is_inverse(dataset)):
        chosen = choose_range(known, bits)
        ends = chosen.low, chosen.high
    else:
        chosen = choose_range(_invert(known, int(most)), bits)
        ends = most - chosen.low, most - chosen.high
    low, high = sorted(end * slope + intercept for end in ends)
    return ValueRange(low, high)


def _invert(values: Stored, most: int) -> Stored:
    if values.dtype.kind == "f":
        return np.asarray(-values)
    turned = most - values.astype(np.int64)  # values above the stored bits would make it negative
    return np.asarray(turned if most < 0 else np.clip(turned, 0, most), values.dtype)


def _is_unscaled(header: Header, frame: int) -> bool:
    source = header.of_frame(frame, "PixelValueTransformationSequence")
    scaled = float(source.get("RescaleSlope") or 1.0) != 1.0 or float(source.get("RescaleIntercept") or 0.0) != 0.0
    return not scaled and not header.dataset.get("ModalityLUTSequence")


def _find_window(source: Any) -> tuple[float, float, str] | None:
    """Return centre, width and function of the file's first window; None if there is no usable one."""
    centre, width = _first(source.get("WindowCenter")), _first(source.get("WindowWidth"))
    if centre is None or width is None or not math.isfinite(centre) or not math.isfinite(width) or width <= 0:
        return None
    return centre, width, str(source.get("VOILUTFunction") or "LINEAR")


def _apply_window(measured: Measured, centre: float, width: float, function: str) -> Measured:
    """Apply a window: PS3.3 C.11.2.1.2 (linear), C.11.2.1.3.1 (sigmoid) and C.11.2.1.3.2 (linear exact)."""
    if function == "SIGMOID":
        with np.errstate(over="ignore"):
            return np.asarray(1.0 / (1.0 + np.exp((measured - centre) * (-4.0 / width))))
    if function == "LINEAR_EXACT":
        return (measured - centre) * (1.0 / width) + 0.5
    span = max(width - 1.0, 1e-6)  # a window of one value is a threshold
    return (measured - (centre - 0.5)) * (1.0 / span) + 0.5


def _padding_range(dataset: Any) -> tuple[float, float] | None:
    """Return the range of padding values, which stand for no measurement (C.7.5.1.1.2); None if there is none."""
    first = dataset.get("PixelPaddingValue")
    if first is None:
        return None
    last = dataset.get("PixelPaddingRangeLimit", first)
    return min(float(first), float(last)), max(float(first), float(last))


def _is_inverse(dataset: Any) -> bool:
    return bool(dataset.PhotometricInterpretation == "MONOCHROME1" or dataset.get("PresentationLUTShape") == "INVERSE")


def _first(value: Any) -> float | None:
    if value is None or value == "":
        return None
    return float(value) if isinstance(value, str | float | int) else float(value[0])
