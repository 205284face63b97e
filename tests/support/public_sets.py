"""Tiny folders in the layouts of public sets."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from unet_desktop.tasks.events import ItemDone

SIZE = (60, 80)


def eye_mask(shift: int = 0) -> np.ndarray:
    """A disc with a cup: 0 background, 1 rim, 2 cup; another expert's cup begins `shift` pixels lower."""
    mask = np.zeros(SIZE, np.uint8)
    mask[20:44, 30:54] = 1
    mask[26 + shift : 38, 36:48] = 2
    return mask


def save(path: Path, values: np.ndarray) -> None:
    """Write pixels as the file's suffix says, in new folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Pillow.fromarray(values).save(path)


def photograph(path: Path, seed: int) -> None:
    """Write a picture of noise."""
    save(path, np.random.default_rng(seed).integers(0, 255, (*SIZE, 3), np.uint8))


def problems(events: Iterable[object]) -> list[str]:
    """What could not be imported."""
    return [event.problem for event in events if isinstance(event, ItemDone) and event.problem]


def save_matlab(path: Path, name: str, values: np.ndarray, *, compress: bool = True, order: str = "<") -> None:
    """Write a matrix of bytes as a MATLAB file of level 5."""

    def element(kind: int, data: bytes) -> bytes:
        return struct.pack(f"{order}II", kind, len(data)) + data + b"\0" * (-len(data) % 8)

    small = struct.pack(f"{order}I", len(name) << 16 | 1) if len(name) <= 4 else b""
    matrix = element(6, struct.pack(f"{order}II", 9, 0)) + element(5, struct.pack(f"{order}2i", *values.shape))
    matrix += small + name.encode().ljust(4, b"\0") if small else element(1, name.encode())
    whole = element(14, matrix + element(2, values.tobytes(order="F")))
    if compress:
        packed = zlib.compress(whole)
        whole = struct.pack(f"{order}II", 15, len(packed)) + packed
    path.parent.mkdir(parents=True, exist_ok=True)
    version = struct.pack(f"{order}H", 0x0100)
    path.write_bytes(b"MATLAB 5.0 MAT-file".ljust(124) + version + (b"IM" if order == "<" else b"MI") + whole)
