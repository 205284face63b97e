"""Person: the name under which a person's work is noted in projects, asked once and kept on this computer.

It is never the computer account's name. Empty means that nobody gave one.
"""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import platformdirs

from unet_desktop import files
from unet_desktop.errors import WriteError

VARIABLE = "UNET_DESKTOP_NAME"
"""Environment variable that names the person, for scripts; it goes before what is kept."""
MAX_LENGTH = 80


def name_path() -> Path:
    """Return the path of the file that holds the name."""
    return Path(platformdirs.user_config_dir("unet-desktop", appauthor=False)) / "name.txt"


def read_name() -> str:
    """Return the person's name; empty if nobody gave one."""
    given = os.environ.get(VARIABLE)
    if given is not None:
        return clean_name(given)
    try:
        if not name_path().is_file():
            return ""
        with name_path().open("rb") as file:
            return clean_name(file.read(4 * MAX_LENGTH).decode("utf-8", "ignore"))
    except OSError:
        return ""


def was_asked() -> bool:
    """Return whether the person was asked for a name, or a script gave one; the answer may have been to give none."""
    return VARIABLE in os.environ or name_path().exists()


def keep_name(name: str) -> None:
    """Keep the person's name on this computer; empty for none.

    Raises:
        WriteError: it cannot be written.
    """
    files.make_folder(name_path().parent, private=True)
    files.write_bytes(name_path(), f"{clean_name(name)}\n".encode(), private=True)


def clean_name(name: str) -> str:
    """Return a name as one line of printable characters, no longer than `MAX_LENGTH`."""
    printable = "".join(letter if letter.isprintable() else " " for letter in name)
    return " ".join(printable.split())[:MAX_LENGTH]


def computer_id() -> str:
    """Return a random name for this person's computer, made when it is first asked for; empty if it cannot be kept.

    By it the same name of two people is noticed. It says nothing about the computer.
    """
    path = name_path().with_name("computer-id.txt")
    try:
        if path.is_file():
            with path.open("rb") as file:
                known = file.read(64).decode("ascii", "ignore").strip()
            if known:
                return known
        fresh = uuid.uuid4().hex
        files.make_folder(path.parent, private=True)
        files.write_bytes(path, f"{fresh}\n".encode(), private=True)
    except (OSError, WriteError):
        return ""
    return fresh
