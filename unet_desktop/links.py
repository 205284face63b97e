"""Links: files are written in place and folders written into only where no link leads elsewhere.

A project or an output folder may come from somebody else. A link in it, such as `.lock` or `masks`, would otherwise
make the program destroy a file outside. Replacing a file (`files.write_bytes`) replaces a link and needs no check.
"""

from __future__ import annotations

import errno
import os
import stat
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from unet_desktop.errors import WriteError

_BINARY = getattr(os, "O_BINARY", 0) | getattr(os, "O_NOINHERIT", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""O_NONBLOCK: a named pipe that was put in the file's place must not make the program wait."""
_SPECIAL = "it is a pipe, a device or a socket, not a file"


class SpecialFileError(OSError):
    """What is read is not a regular file."""


def is_link(path: Path) -> bool:
    """Return whether the path is a symbolic link or, on Windows, a junction; False if there is nothing."""
    try:
        return _leads_elsewhere(os.lstat(path))
    except OSError:
        return False


def open_in_place(path: Path, *, create: bool = False, append: bool = False, read_only: bool = False) -> FileIO:
    """Open a file to read and write it in place, but not through a link and not anything but a regular file.

    Args:
        path: of the file.
        create: create it if there is none.
        append: write at the file's end, wherever that is then.
        read_only: open it for reading only.

    Raises:
        WriteError: it is a link, a pipe, a device or a folder. OSError: it cannot be opened.
    """
    _refuse_special(path)  # a device must not even be opened, and Windows has no O_NOFOLLOW
    access = os.O_RDONLY if read_only else os.O_RDWR | (os.O_CREAT if create else 0) | (os.O_APPEND if append else 0)
    try:
        handle = os.open(path, access | _NO_LINK | _BINARY, 0o666)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _link_error(path) from error
        raise
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise _special_error(path)
    return FileIO(handle, "rb" if read_only else "r+b")


def open_to_read(path: Path) -> BinaryIO:
    """Open a regular file for reading, through links; never wait for the other end of a pipe.

    Raises:
        SpecialFileError: it is a pipe, a device or a socket. OSError: it cannot be opened.
    """
    if os.name == "nt":
        return path.open("rb")
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_CLOEXEC", 0))
    except OSError as error:
        if error.errno in {errno.ENXIO, errno.EOPNOTSUPP}:  # a socket, which cannot even be opened
            raise SpecialFileError(errno.EINVAL, _SPECIAL, str(path)) from error
        raise
    mode = os.fstat(handle).st_mode
    if stat.S_ISREG(mode):
        return open(handle, "rb")
    os.close(handle)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    raise SpecialFileError(errno.EINVAL, _SPECIAL, str(path))


def create_new(path: Path) -> FileIO:
    """Create a file that must not exist yet, which one program alone can do; a link counts as a file.

    Raises:
        FileExistsError: there is one. OSError: it cannot be created.
    """
    return FileIO(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _BINARY, 0o666), "r+b")


def refuse_links(root: Path, folder: Path) -> None:
    """Refuse to write into a folder below the root if it, or one on the way to it, is a link.

    The root itself may be a link: the user chose it.

    Raises:
        WriteError: there is a link.
    """
    at = root
    for part in folder.relative_to(root).parts:
        at = at / part
        if is_link(at):
            raise _link_error(at)


def _refuse_special(path: Path) -> None:
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return
    if _leads_elsewhere(status):
        raise _link_error(path)
    if not stat.S_ISREG(status.st_mode):
        raise _special_error(path)


def _leads_elsewhere(status: os.stat_result) -> bool:
    if stat.S_ISLNK(status.st_mode):
        return True
    junction = getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", None)  # Windows
    return junction is not None and getattr(status, "st_reparse_tag", 0) == junction


def _special_error(path: Path) -> WriteError:
    return WriteError(f"{path} is not an ordinary file, so nothing is written to it. Move it away, then try again.")


def _link_error(path: Path) -> WriteError:
    try:
        target = f" to {os.readlink(path)}"
    except OSError:
        target = ""
    return WriteError(
        f"{path} is a link{target}, and nothing is written through links. Replace it by an ordinary file or folder, "
        "or delete it, then try again."
    )
