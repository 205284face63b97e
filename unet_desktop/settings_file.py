"""The settings on this computer: one JSON file, which its owner alone can read; no Qt, and nothing in it is run.

Each program writes only what it changed, so two windows keep each other's choices.
"""

from __future__ import annotations

import functools
import hashlib
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, overload

import platformdirs

from unet_desktop import files, json_data
from unet_desktop.errors import WriteError
from unet_desktop.old_settings import read_old_settings

log = logging.getLogger("unet.settings")

T = TypeVar("T")


def settings_path() -> Path:
    """Return the path of the settings on this computer."""
    return platformdirs.user_config_path("unet-desktop", appauthor=False) / "settings.json"


@functools.lru_cache(maxsize=256)
def case_key(root: Path, case_id: str) -> str:
    """Return what stands for a case in the settings, where its name might tell a patient's."""
    return hashlib.sha256(f"{root.resolve()}\0{case_id}".encode("utf-8", "surrogatepass")).hexdigest()[:24]


def project_key(root: Path) -> str:
    """Return what stands for a project in the settings, where it need not be named."""
    return case_key(root, "")


class SettingsFile:
    """Named values; what cannot be read is said in `problems` and counts as not set."""

    def __init__(self, path: Path | None = None) -> None:
        """Read the file; where there is none, the settings of versions that stored them as an ini file.

        Args:
            path: of the file; None for that of this computer's user.
        """
        self.path = settings_path() if path is None else path
        self.problems: list[str] = []
        found = self._read()
        self._values = _without_names(read_old_settings(self.path.parent)) if found is None else found

    @overload
    def get(self, name: str, kind: type[T]) -> T | None: ...
    @overload
    def get(self, name: str, kind: Any) -> Any: ...
    def get(self, name: str, kind: Any) -> Any:
        """Return a value of this type; None if it is not set, or is something else."""
        value = self._values.get(name)
        if value is None:
            return None
        try:
            return json_data.check(value, kind)
        except json_data.DataError as error:
            self._note(f'The setting "{name}" in {self.path} is not used, because it is wrong ({error}).')
            return None

    def refresh(self) -> None:
        """Read what other programs stored meanwhile."""
        found = self._read()
        if found is not None:
            self._values = found

    def put(self, changes: Mapping[str, Any], *, flush: bool = False) -> None:
        """Store these values; None removes one. If the file cannot be written, they are kept in memory.

        Args:
            changes: plain data.
            flush: have it on disk when this returns, even if the power fails then.
        """
        self.refresh()
        values = {name: value for name, value in (self._values | dict(changes)).items() if value is not None}
        self._values = values
        try:
            files.make_folder(self.path.parent, private=True)
            files.write_bytes(self.path, files.encode_json(values), flush=flush, private=True)
        except WriteError as error:
            log.warning("%s", error)

    def _read(self) -> dict[str, Any] | None:
        """The values in the file; None if it does not exist. A damaged file is put aside."""
        try:
            return json_data.read(self.path, dict[str, Any], file_names=True)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._note(f"The settings {self.path} cannot be read ({error.strerror}). Check their permissions.")
            return None
        except json_data.DataError as error:
            self._put_aside(str(error))
            return None

    def _put_aside(self, reason: str) -> None:
        path = self.path
        try:
            aside = files.set_aside(path, lambda number: path.with_name(f"{path.name}.damaged-{number}"))
        except WriteError as error:
            self._note(f"The settings {self.path} are damaged ({reason}). {error}")
            return
        self._note(
            f"The settings {self.path} are damaged ({reason}). They were put aside as {aside.name}, and the program "
            "starts with those of a new installation."
        )

    def _note(self, sentence: str) -> None:
        if sentence not in self.problems:
            self.problems.append(sentence)
            log.warning("%s", sentence)


def _without_names(old: dict[str, Any]) -> dict[str, Any]:
    """Put keys in place of the names of cases, which earlier versions stored."""
    found = dict(old)
    try:
        if "last_cases" in old:
            last = json_data.check(old["last_cases"], dict[str, str])
            found["last_cases"] = {root: case_key(Path(root), case) for root, case in last.items()}
        if "unfinished_shapes" in old:
            shapes = json_data.check(old["unfinished_shapes"], list[list[Any]])
            found["unfinished_shapes"] = [[case_key(Path(str(one[0])), str(one[1])), *one[2:]] for one in shapes]
    except (ValueError, IndexError):  # also a path with a NUL
        for name in ("last_cases", "unfinished_shapes"):
            found.pop(name, None)
    return found
