"""Holder: who has a project open, as its lock says."""

from __future__ import annotations

import getpass
import json
import os
import secrets
import socket
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from io import FileIO
from pathlib import Path

from unet_desktop.errors import WriteError
from unet_desktop.json_data import Count, DataError, parse
from unet_desktop.links import open_in_place

LONGEST = 4096
"""Bytes that a lock file may hold."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a project open; fields are empty or 0 if they could not be read.

    Attributes:
        user, host: of the program that has it.
        process: its process id.
        since: when it opened the project (ISO 8601, local time with UTC offset).
        token: random text by which the program knows its own lock again.
    """

    user: str = ""
    host: str = ""
    process: Count = 0
    since: str = ""
    token: str = ""

    def __str__(self) -> str:
        """Return text for a sentence, such as "anna on ward-3, process 4711, since 14:05"."""
        if not self.process:
            return "its user could not be determined"
        return f"{self.user or 'someone'} on {self.host}, process {self.process}, since {_clock(self.since)}"


def describe_myself() -> Holder:
    """Return this program as a holder, with a new token."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container without a user name
        user = ""
    since = datetime.now().astimezone().isoformat(timespec="seconds")
    return Holder(user, socket.gethostname(), os.getpid(), since, secrets.token_hex(8))


def read_holder(file: FileIO) -> Holder:
    """Read who a lock file names; an empty holder if it is being written right now, or damaged."""
    try:
        file.seek(0)
        return parse(file.read(LONGEST).rstrip(b"\0 "), Holder)
    except (OSError, DataError):
        return Holder()


def mark(file: FileIO, path: Path, holder: Holder) -> bool:
    """Write a new token into an open lock file and return whether it is seen at the path.

    If not, another file is there, perhaps a copy from a backup that names this program too.
    """
    fresh = replace(holder, token=secrets.token_hex(8))
    try:
        file.seek(0)
        file.truncate(0)
        file.write(json.dumps(asdict(fresh)).encode())
        with open_in_place(path, read_only=True) as found:
            return read_holder(found).token == fresh.token
    except (OSError, WriteError):
        return False


def _clock(since: str) -> str:
    """Return the time of day, with the date unless it is today."""
    try:
        when = datetime.fromisoformat(since).astimezone()
    except (ValueError, OverflowError):
        return "an unknown time"
    return f"{when:%H:%M}" if when.date() == datetime.now().astimezone().date() else f"{when:%Y-%m-%d %H:%M}"
