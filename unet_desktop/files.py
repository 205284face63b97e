"""Writing files so that the last good state survives: write a temporary, flush, check, then replace."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import logging
import os
import stat
import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import IO

from unet_desktop.errors import WriteError
from unet_desktop.held_folders import check_held
from unet_desktop.links import open_in_place, open_to_read, refuse_links
from unet_desktop.safe_text import replace_halves

log = logging.getLogger("unet.files")

TEMPORARY_SUFFIX = ".unet-tmp"
_STEP = 32 << 20
"""Bytes that even a slow disk writes in well under a second."""
_FLUSHED_AT_ONCE = 16
"""Number of threads; they only wait for the disk."""
_being_written: set[str] = set()
"""Temporaries of this program."""
_CANNOT_FLUSH = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOTTY})
"""What network drives answer that have no such call. The data is with the server; when it is on disk is its affair."""
_CANNOT_FLUSH_FOLDER = _CANNOT_FLUSH | {errno.EBADF, errno.EISDIR, errno.EACCES, errno.EPERM}
"""Also folders that may be written to but not be opened for reading."""
_ABANDONED_AFTER = 3600.0
"""Seconds after which a temporary is surely no longer being written."""


def write_bytes(path: Path, data: bytes | memoryview, *, flush: bool = True, private: bool = False) -> None:
    """Replace the file's content, or leave it unchanged.

    The data is on disk when this returns: a power cut leaves the old content or the new, never a mix. Without `flush`
    this holds only after `flush_files`; until then a power cut may leave an empty file. A `private` file can be read by
    its owner alone.

    Raises:
        WriteError: disk full, no permission, or the folder is gone; the old file is intact.
    """
    _replace(path, [data], flush=flush, private=private)


def move_file(source: Path, target: Path) -> None:
    """Rename a file within its folder, durably; an existing target is replaced.

    Raises:
        WriteError: it cannot be renamed; nothing changed.
    """
    check_held(target)
    try:
        os.replace(source, target)
        _sync_folder(target.parent)
    except OSError as error:
        raise WriteError(f"{source} could not be renamed ({error.strerror}). Check permissions.") from error


def set_aside(path: Path, name: Callable[[int], Path]) -> Path:
    """Rename a file to the `first_free` name in its folder, durably, and return that.

    Raises:
        WriteError: it cannot be renamed.
    """
    aside = first_free(name)
    move_file(path, aside)
    return aside


def first_free(name: Callable[[int], Path]) -> Path:
    """Return the first of the paths for 1, 2, 3, ... at which there is nothing."""
    return next(path for number in count(1) if not (path := name(number)).exists())


def write_in_steps(path: Path, data: Sequence[bytes | memoryview]) -> Iterator[None]:
    """Replace the file's content with these pieces, as `write_bytes` does, yielding wherever writing can be cancelled.

    Each step is flushed before the next, so that no step waits for the whole file.
    """
    pieces = (piece[at : at + _STEP] for piece in data for at in range(0, len(piece), _STEP))
    yield from _write_replacement(path, pieces, flush_each=True)


def write_chunks(path: Path, chunks: Iterable[bytes]) -> None:
    """Replace the file's content with these pieces, as `write_bytes` does, holding one piece in memory at a time.

    Raises:
        WriteError: see `write_bytes`.
    """
    _replace(path, chunks)


def copy_file(source: Path, target: Path, *, flush: bool = True) -> None:
    """Copy a file's content; the target is complete or absent, see `write_bytes`.

    Args:
        source: to copy.
        target: to replace.
        flush: have it on disk when this returns; otherwise call `flush_files` before relying on it.

    Raises:
        WriteError: the source cannot be read, or the target cannot be written.
    """
    _replace(target, _read_chunks(source), flush=flush)


def flush_files(paths: Collection[Path]) -> None:
    """Flush files that were written with `flush=False`, and their names, to disk.

    Many are flushed at a time, because the disk then writes them together, which is many times faster.

    Raises:
        WriteError: one of them cannot be flushed.
    """
    try:
        with ThreadPoolExecutor(_FLUSHED_AT_ONCE) as pool:
            list(pool.map(_flush, paths))
        for folder in {path.parent for path in paths}:
            _sync_folder(folder)
    except OSError as error:
        raise WriteError(f"{error.filename or 'A file'} could not be written ({error.strerror}).") from error


def write_together(contents: Mapping[Path, bytes]) -> None:
    """Write many files, each as `write_bytes` does, flushing all of them before any is renamed.

    Raises:
        WriteError: see `write_bytes`; files that were already renamed are complete.
    """
    unnamed: dict[Path, str] = {}
    made: list[str] = []
    path: Path | None = None
    try:
        for path, data in contents.items():
            handle, unnamed[path] = _make_temporary(path)
            made.append(unnamed[path])
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            if os.stat(unnamed[path]).st_size != len(data):
                raise OSError("not all bytes arrived")
            _copy_mode(unnamed[path], path)
        flush_files([Path(name) for name in unnamed.values()])
        for path in contents:
            os.replace(unnamed[path], path)
            del unnamed[path]
        for folder in {path.parent for path in contents}:
            _sync_folder(folder)
    except OSError as error:
        reason = error.strerror or str(error)
        raise WriteError(f"{path} could not be written ({reason}). Check free space and permissions.") from error
    finally:
        for name in unnamed.values():
            with contextlib.suppress(OSError):
                os.unlink(name)
        _being_written.difference_update(made)


def _flush(path: Path) -> None:
    with open_in_place(path) as file:
        flush_handle(file.fileno())


def _read_chunks(source: Path) -> Iterator[bytes]:
    try:
        with open_to_read(source) as file:
            while chunk := file.read(1 << 20):
                yield chunk
    except OSError as error:
        raise WriteError(f"{source} could not be read for copying ({error.strerror or error}).") from error


def _replace(path: Path, chunks: Iterable[bytes | memoryview], *, flush: bool = True, private: bool = False) -> None:
    for _ in _write_replacement(path, chunks, flush=flush, private=private):
        pass


def _write_replacement(
    path: Path,
    chunks: Iterable[bytes | memoryview],
    *,
    flush: bool = True,
    flush_each: bool = False,
    private: bool = False,
) -> Iterator[None]:
    with replace_file(path, flush=flush, private=private) as file:
        for chunk in chunks:
            file.write(chunk)
            if flush_each:
                file.flush()
                flush_handle(file.fileno())
            yield


@contextlib.contextmanager
def replace_file(path: Path, *, flush: bool = True, private: bool = False) -> Iterator[IO[bytes]]:
    """Yield an open file that replaces this one when the block succeeds, for data too large for memory.

    The block must leave the position at the file's end. See `write_bytes`, also for `flush` and `private`.

    Raises:
        WriteError: disk full, no permission, or the folder is gone; the old file is intact.
    """
    temporary: str | None = None
    made = ""
    try:
        handle, temporary = _make_temporary(path)
        made = temporary
        with os.fdopen(handle, "wb") as file:
            yield file
            length = file.tell()
            file.flush()
            if flush:
                flush_handle(file.fileno())
            written = os.fstat(file.fileno()).st_size
        if written != length:  # seen with full network drives, which report no error
            raise OSError(f"only {written} of {length} bytes arrived")
        if not private:  # a temporary is
            _copy_mode(temporary, path)
        os.replace(temporary, path)
        temporary = None
        if flush:
            _sync_folder(path.parent)
    except OSError as error:
        if os.path.isdir(path):
            raise WriteError(f"{path} could not be written, because it is a folder. Move it away.") from error
        reason = error.strerror or str(error)
        raise WriteError(
            f"{path} could not be written ({reason}). Check free space and permissions; the old file is unchanged."
        ) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        _being_written.discard(made)


def delete_file(path: Path) -> None:
    """Delete a file if it exists.

    Raises:
        WriteError: it cannot be deleted.
    """
    check_held(path)
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        advice = "It is a folder; move it away." if os.path.isdir(path) else "Check its permissions."
        raise WriteError(f"{path} could not be deleted ({error.strerror}). {advice}") from error


def write_text(path: Path, text: str) -> None:
    """Replace the file's content with UTF-8 text, without halves of characters; see `write_bytes`."""
    write_bytes(path, replace_halves(text).encode("utf-8"))


def write_json(path: Path, data: object) -> None:
    """Replace the file's content with indented JSON; see `write_bytes`."""
    write_bytes(path, encode_json(data))


def encode_json(data: object) -> bytes:
    """Return indented JSON in UTF-8, with a line break at its end; escapes hold bytes of names that are not UTF-8."""
    try:
        return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode("utf-8")
    except UnicodeEncodeError:
        return (json.dumps(data, indent=2) + "\n").encode("ascii")


def make_folder(path: Path, *, private: bool = False, inside: Path | None = None) -> None:
    """Create the folder and its parents.

    Args:
        path: of the folder.
        private: open it to its owner alone, even if it was there.
        inside: a folder above it, below which no link may lead elsewhere.

    Raises:
        WriteError: it cannot be created, or is reached through a link.
    """
    check_held(path)
    if inside is not None:
        refuse_links(inside, path)
    try:
        path.mkdir(mode=0o700 if private else 0o777, parents=True, exist_ok=True)
        if private and os.name != "nt" and path.stat().st_mode & 0o077:
            path.chmod(0o700)
    except OSError as error:
        raise WriteError(
            f"The folder {path} could not be created ({error.strerror}). Choose another place or check permissions."
        ) from error


def sha256(path: Path) -> str:
    """Return the hexadecimal SHA-256 of the file's content."""
    digest = hashlib.sha256()
    with open_to_read(path) as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def remove_temporaries(folder: Path, *, alone: bool = False, of: str = "") -> None:
    """Remove temporaries that a killed program left in this folder.

    Args:
        folder: where to look; subfolders are not searched.
        alone: no other program is writing here, so remove all temporaries; else only old ones.
        of: remove only temporaries of files whose names start with this.
    """
    for stray in folder.glob(f".{of}*{TEMPORARY_SUFFIX}"):
        with contextlib.suppress(OSError):
            if os.fspath(stray) in _being_written:  # by another thread; the clock may have jumped
                continue
            if alone or time.time() - stray.stat().st_mtime > _ABANDONED_AFTER:
                stray.unlink()


def _mode_for(path: Path) -> int:
    """Return the old file's permissions, or those that the umask gives a new file."""
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        status = None
    if status is not None and stat.S_ISREG(status.st_mode):
        return status.st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask


def _sync_folder(folder: Path) -> None:
    """Make new names in the folder durable, where the file system can; Windows has no such call and needs none.

    Raises:
        WriteError: the drive failed; the files have their new content.
    """
    if os.name == "nt":
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno not in _CANNOT_FLUSH_FOLDER:
            raise WriteError(
                f"The drive reported an error for the folder {folder} ({error.strerror}). What was just written there "
                "can be read, but may be lost when the computer stops. Check the drive."
            ) from error
        log.debug("%s cannot be flushed: %s", folder, error)


def flush_handle(handle: int) -> None:
    """Have what was written to this open file on disk, where the file system can flush.

    Raises:
        OSError: the drive failed.
    """
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _CANNOT_FLUSH:
            raise
        log.debug("a file cannot be flushed: %s", error)


def _make_temporary(path: Path) -> tuple[int, str]:
    check_held(path)
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=TEMPORARY_SUFFIX, dir=path.parent)
    _being_written.add(name)
    return handle, name


def _copy_mode(temporary: str, path: Path) -> None:
    """Give the temporary the permissions of the file that it replaces, where the file system has permissions."""
    try:
        os.chmod(temporary, _mode_for(path))
    except OSError as error:
        if error.errno not in {*_CANNOT_FLUSH, errno.EPERM}:
            raise
        log.debug("%s keeps its own permissions: %s", path, error)
