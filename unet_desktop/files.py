"""Writing files so that the last good state survives: beside, flushed, checked, then replaced."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from unet_desktop.errors import WriteError

TEMPORARY_SUFFIX = ".unet-tmp"
_ABANDONED_AFTER = 3600.0
"""Seconds after which nobody is still writing a temporary."""


def write_bytes(path: Path, data: bytes) -> None:
    """Replace the file's content, or leave it as it was.

    The data is on the disk when this returns: a cut of power shows the old content or the new, never a mix.

    Raises:
        WriteError: no room, no right, or the folder is gone; the old file still stands.
    """
    _replace(path, [data])


def copy_file(source: Path, target: Path) -> None:
    """Copy a file's content; the target is whole or not there. See `write_bytes`.

    Raises:
        WriteError: the source cannot be read, or the target cannot be written.
    """
    _replace(target, _chunks(source))


def _chunks(source: Path) -> Iterator[bytes]:
    try:
        with source.open("rb") as file:
            while chunk := file.read(1 << 20):
                yield chunk
    except OSError as error:
        raise WriteError(f"{source} could not be read for copying ({error.strerror or error}).") from error


def _replace(path: Path, chunks: Iterable[bytes]) -> None:
    temporary: str | None = None
    length = 0
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=TEMPORARY_SUFFIX, dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                file.write(chunk)
                length += len(chunk)
            file.flush()
            os.fsync(file.fileno())
            written = os.fstat(file.fileno()).st_size
        if written != length:  # seen with full network drives, which report no error
            raise OSError(f"only {written} of {length} bytes arrived")
        os.chmod(temporary, _mode_for(path))
        os.replace(temporary, path)
        temporary = None
        _sync_folder(path.parent)
    except OSError as error:
        reason = error.strerror or str(error)
        raise WriteError(
            f"{path} could not be written ({reason}). Check free space and permissions; what was there is unchanged."
        ) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def delete_file(path: Path) -> None:
    """Delete a file if it is there.

    Raises:
        WriteError: it cannot be deleted.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise WriteError(f"{path} could not be deleted ({error.strerror}). Check its permissions.") from error


def write_text(path: Path, text: str) -> None:
    """Replace the file's content with UTF-8 text; see `write_bytes`."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, data: object) -> None:
    """Replace the file's content with indented JSON; see `write_bytes`."""
    write_text(path, json.dumps(data, indent=2, ensure_ascii=False) + "\n")


def make_folder(path: Path) -> None:
    """Make the folder and those above it.

    Raises:
        WriteError: it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(
            f"The folder {path} could not be made ({error.strerror}). Choose another place or check permissions."
        ) from error


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of the file's content; decoders do not notice flipped bytes, this does."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def sweep_temporaries(folder: Path) -> None:
    """Remove what a killed program left while writing in this folder; not what another program writes just now."""
    for stray in folder.glob(f".*{TEMPORARY_SUFFIX}"):
        with contextlib.suppress(OSError):
            if time.time() - stray.stat().st_mtime > _ABANDONED_AFTER:
                stray.unlink()


def _mode_for(path: Path) -> int:
    """The old file's permissions, or what the process's umask allows a new one."""
    try:
        return path.stat().st_mode & 0o777
    except FileNotFoundError:
        umask = os.umask(0)
        os.umask(umask)
        return 0o666 & ~umask


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
