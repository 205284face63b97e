"""Value range: which values of a picture with more than 8 bits are shown as black and as white.

A photograph must look the same whether it was saved with 8 bits or with more. So a picture that uses its bit depth is
shown from 0 to the maximum of that depth. Other pictures are shown from their lowest to their highest value, without
the outermost ones (a single hot pixel would make the rest black).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[Any]
"""Of any shape and numeric type."""

_BITS = (8, 10, 12, 14, 16, 24, 32)
"""Bit depths that cameras and programs store in wider types."""
_FLOAT_TOPS = (1.0, 255.0, 1023.0, 4095.0, 16383.0, 65535.0)
"""Usual values of white in floating-point pictures."""
_MIN_HIGH_SHARE = 0.4
"""Share of a depth's maximum that the brightest pixels reach if the picture uses that depth."""
_MIN_SPAN_SHARE = 0.25
"""Share of a depth's maximum between the darkest and the brightest pixels."""
_OUTSIDE = 1000
"""One in this many values is ignored at either end."""
_MIN_VALUES = 64
"""With fewer values none is ignored."""
_MAX_SAMPLE = 1 << 20
"""Values that are examined."""
_MIN_LEVELS = 16
"""Fewer distinct values do not tell the depth they came from."""
_WHOLE_BYTES = (256, 257)
"""Factors by which programs widen 8 bits to 16: a zero byte, or the same byte twice."""
_AT_ONCE = 8_000_000
"""Values that are converted at once."""


@dataclass(frozen=True, slots=True)
class ValueRange:
    """The values shown as black and as white."""

    low: float
    high: float

    @property
    def note(self) -> str:
        """The range as a sentence."""
        return f"Its values from {self.low:g} to {self.high:g} are shown as black to white."


def show_values(values: Values, notes: list[str], bits: int = 0) -> NDArray[np.uint8]:
    """Scale values to uint8 by `choose_range`, and append the range to the notes."""
    chosen = choose_range(values, bits)
    notes.append(chosen.note)
    return scale_to_8_bits(values, chosen)


def choose_range(values: Values, bits: int = 0) -> ValueRange:
    """Choose black and white.

    Args:
        values: all channels of the picture; NaN and infinity are ignored.
        bits: the integers' bit depth if it is less than their type's; 0 for the type's.
    """
    known = np.sort(_sample(values))
    if not known.size:
        return ValueRange(0.0, 0.0)
    outside = max(1, known.size // _OUTSIDE) if known.size >= _MIN_VALUES else 0
    inner = known[outside : known.size - outside]
    if inner[0] == inner[-1]:
        inner = known
    low, high = float(inner[0]), float(inner[-1])
    if known.dtype.kind == "i" and low < 0:
        return _signed_range(low, high, bits or known.dtype.itemsize * 8)
    if low >= 0 and (top := _white(inner, low, high, bits)) is not None:
        return ValueRange(0.0, top)
    return ValueRange(low, high)


def scale_to_8_bits(values: Values, shown: ValueRange) -> NDArray[np.uint8]:
    """Scale to 0..255; values outside the range are clipped, NaN becomes black.

    Returns:
        uint8 in the shape of the values.
    """
    scaled = np.zeros(values.shape, np.uint8)
    if shown.high <= shown.low or not values.size:
        return scaled
    if values.dtype.kind in "ui" and values.dtype.itemsize <= 2 and values.size > 1 << 16:
        return _look_up(values, shown)
    rows = max(1, _AT_ONCE // max(1, values[0].size))
    for top in range(0, len(values), rows):
        scaled[top : top + rows] = _scale(values[top : top + rows], shown)
    return scaled


def _scale(values: Values, shown: ValueRange) -> NDArray[np.uint8]:
    short = values.dtype.itemsize <= 2 or values.dtype == np.float32
    with np.errstate(invalid="ignore", over="ignore"):
        numbers: Values = values.astype(np.float32 if short else np.float64)
        levels = (numbers - shown.low) * (255.0 / (shown.high - shown.low))
        return np.asarray(np.round(np.clip(np.nan_to_num(levels, nan=0.0), 0.0, 255.0)), np.uint8)


def _look_up(values: Values, shown: ValueRange) -> NDArray[np.uint8]:
    native = np.ascontiguousarray(values, values.dtype.newbyteorder("="))
    unsigned = np.dtype(f"u{native.dtype.itemsize}")
    table = _scale(np.arange(256**unsigned.itemsize).astype(unsigned).view(native.dtype), shown)
    return np.asarray(np.take(table, native.view(unsigned)), np.uint8)


def _sample(values: Values) -> Values:
    step = max(1, int(np.sqrt(values.size / _MAX_SAMPLE)))
    some = values[::step, ::step] if values.ndim > 1 else values[:: step * step]
    some = some.ravel()
    if some.dtype.kind != "f":
        return some
    some = some.astype(np.float64)
    return np.asarray(some[np.isfinite(some)])


def _signed_range(low: float, high: float, bits: int) -> ValueRange:
    """Return the range of signed integers: the whole type if most of it is used, and always for 8 bits."""
    least, most = -(2.0 ** (bits - 1)), 2.0 ** (bits - 1) - 1
    if bits <= 8 or high - low >= _MIN_HIGH_SHARE * (most - least):
        return ValueRange(least, most)
    return ValueRange(low, high)


def _white(inner: Values, low: float, high: float, bits: int) -> float | None:
    """Return the maximum of the depth that the values use; None if they use only a small part of every depth."""
    levels = np.unique(inner)
    if inner.dtype.kind == "f":
        tops: tuple[float, ...] = _FLOAT_TOPS
        if len(levels) >= _MIN_LEVELS and high <= 1.0 and _are_whole(levels * 255.0):
            return 1.0
    else:
        step = int(np.gcd.reduce(levels))
        enough = len(levels) >= _MIN_LEVELS and high <= 255.0 * step
        if enough and (step in _WHOLE_BYTES or (step > 1 and high >= _MIN_HIGH_SHARE * 255.0 * step)):
            return 255.0 * step
        most = 2.0 ** (bits or inner.dtype.itemsize * 8 - (inner.dtype.kind == "i")) - 1
        tops = (*(2.0**depth - 1 for depth in _BITS if 2.0**depth - 1 < most), most)
    top = next((top for top in tops if high <= top), None)
    if top is None or high < _MIN_HIGH_SHARE * top or high - low < _MIN_SPAN_SHARE * top:
        return None
    return top


def _are_whole(values: Values) -> bool:
    return bool(np.abs(values - np.round(values)).max() < 1e-3)
