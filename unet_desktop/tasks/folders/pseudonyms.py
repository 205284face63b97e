"""Pseudonyms: the same for the same patient, and useless to anyone who has only the tables.

A plain hash of a patient's number gives no protection: there are so few numbers that all of them can be hashed. So a
secret key is part of the hash (HMAC, RFC 2104, with SHA-256). The key is in the user's data folder and never in an
output: pseudonyms of one user agree across runs, and on another computer if the key is copied or given there.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

import platformdirs

from unet_desktop import files
from unet_desktop.errors import UserError

VARIABLE = "UNET_DESKTOP_PSEUDONYM_KEY"
"""Environment variable with a key that replaces the user's own, for example for the workers of a cluster."""

_MIN_KEY_LENGTH = 16  # bytes of a key
_DIGITS = 16  # of the hash: among 10 million patients the chance that any two share one is 3 in a million


def key_path() -> Path:
    """Path of the user's own key."""
    return Path(platformdirs.user_data_dir("unet-desktop", appauthor=False)) / "pseudonyms.key"


def require_key() -> None:
    """Create the user's own key if there is none.

    Raises:
        UserError: the key cannot be used. WriteError: it cannot be written.
    """
    path = key_path()
    # An empty file is left if the program is killed while creating it.
    if not os.environ.get(VARIABLE) and not (path.exists() and path.stat().st_size):
        files.make_folder(path.parent)
        files.write_bytes(path, b"")
        path.chmod(0o600)
        files.write_bytes(path, secrets.token_hex(32).encode())  # keeps the mode
    read_key()


def read_key() -> bytes:
    """Read the given key, or the user's own.

    Raises:
        UserError: there is no key, or it is too short.
    """
    given = os.environ.get(VARIABLE, "")
    try:
        key = given.encode() if given else key_path().read_bytes().strip()
    except OSError as error:
        raise UserError(
            f"The key for hashed identifiers {key_path()} cannot be read ({error.strerror}). Copy it here from the "
            f"computer that started the run, or give its content as {VARIABLE}."
        ) from error
    if len(key) < _MIN_KEY_LENGTH:
        where = VARIABLE if given else str(key_path())
        raise UserError(
            f"The key for hashed identifiers in {where} is shorter than {_MIN_KEY_LENGTH} characters. "
            "Give a longer one."
        )
    return key


def pseudonym(kind: str, identifier: str, key: bytes) -> str:
    """16 hexadecimal digits for an identifier of this kind; empty for an empty one."""
    if not identifier:
        return ""
    return hmac.new(key, f"{kind}\0{identifier}".encode(), hashlib.sha256).hexdigest()[:_DIGITS]
