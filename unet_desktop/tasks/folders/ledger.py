"""Ledger: what became of each picture, a line each, on the disk as soon as it is known.

`results.jsonl` in the output folder. A run that goes on, the tables and the report read it, so none of them holds the
rows of all pictures in memory. A line counts when it is whole; what a killed program left at the end is cut off. Of
several lines on one picture the last counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePath
from typing import Any, BinaryIO

from unet_desktop import files
from unet_desktop.errors import WriteError

NAME = "results.jsonl"
_BEGINS = b'{"image": '
"""Each line, as `Entry` has its attributes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What became of one picture.

    Attributes:
        image: see `Picture.relative`.
        name: see `Picture.name`.
        path: of the file, from the file system's root.
        model: fingerprint of the weights.
        outputs: see `Outputs.of_a_picture`.
        sha256: of the file's content; empty when it could not be read.
        files: what was written below the output folder, to its length in bytes.
        row: of the table; empty when it failed.
        problem: why it failed, as a sentence; empty when it did not.
    """

    image: str
    name: str
    path: str
    model: str
    outputs: str
    sha256: str = ""
    files: Mapping[str, int] = field(default_factory=dict)
    row: Mapping[str, object] = field(default_factory=dict)
    problem: str = ""

    @property
    def page(self) -> int:
        """Of the file, from 0; see `Picture.relative`."""
        file, sign, number = self.image.rpartition("#")
        return int(number) - 1 if sign and number.isdecimal() and file.endswith(PurePath(self.path).name) else 0


class Ledger:
    """The entries of an output folder, to be read; memory holds only where each lies."""

    def __init__(self, path: Path) -> None:
        """Look through the file; one that is not there has no entries.

        Raises:
            WriteError: it cannot be read, or is something else.
        """
        self._path = path
        self._places: dict[str, int] = {}
        self._end = 0
        self._file: BinaryIO | None = None
        try:
            self._open()
        except FileNotFoundError:
            return
        except OSError as error:
            raise WriteError(f"{path} cannot be read ({error.strerror}). Check its permissions.") from error

    def __len__(self) -> int:
        """How many pictures there are entries of."""
        return len(self._places)

    def entry(self, image: str) -> Entry | None:
        """What became of a picture, if anything did."""
        place = self._places.get(image)
        if place is None or self._file is None:
            return None
        self._file.seek(place)
        return _entry(self._file.readline())

    def entries(self, images: Iterable[str]) -> Iterator[Entry]:
        """The entries of these pictures, in that order, where there are any."""
        for image in images:
            found = self.entry(image)
            if found is not None:
                yield found

    def images(self) -> list[str]:
        """The pictures that there are entries of, in the order in which they were first seen."""
        return list(self._places)

    def close(self) -> None:
        """Nothing can be read any more."""
        if self._file is not None:
            self._file.close()

    def _open(self) -> None:
        """Note where entries are, and where the last whole line ends."""
        self._file = self._path.open("rb")
        torn = b""
        for line in self._file:
            if not line.endswith(b"\n"):
                torn = line
                break
            entry = _entry(line)
            if entry is not None:
                self._places[entry.image] = self._end
            self._end += len(line)
        ours = torn.startswith(_BEGINS) or _BEGINS.startswith(torn)
        if not self._places and (self._end or not ours):
            self._file.close()
            raise WriteError(f"{self._path} is not a list of results. Choose another output folder, or move it away.")


class GrowingLedger(Ledger):
    """A ledger that a run puts its entries in; the file is made when it is not there."""

    def __init__(self, path: Path) -> None:
        """As `Ledger`; what a killed program left half-written at the end is cut off.

        Raises:
            WriteError: it cannot be opened, or is something else.
        """
        super().__init__(path)
        self._grown = files.AppendOnlyFile(path, self._end)
        if self._file is None:
            self._open()

    def add(self, entry: Entry) -> None:
        """Put an entry at the end; it replaces an earlier one of the picture.

        Raises:
            WriteError: it cannot be written; the earlier entries stand.
        """
        # File names need not be text; as escapes, halves of characters that some hold are kept, too.
        line = json.dumps(asdict(entry), allow_nan=False) + "\n"
        self._places[entry.image] = self._grown.append(line.encode("ascii"))

    def close(self) -> None:
        """Nothing can be added or read any more."""
        self._grown.close()
        super().close()


def content_sha256(path: Path) -> str:
    """The file's SHA-256, hexadecimal; empty if it cannot be read."""
    try:
        return files.sha256(path)
    except OSError:
        return ""


def _entry(line: bytes) -> Entry | None:
    """None where the line is damaged."""
    try:
        data: dict[str, Any] = json.loads(line.decode("utf-8", "surrogateescape"))
        return Entry(**data)
    except (ValueError, TypeError):
        return None
