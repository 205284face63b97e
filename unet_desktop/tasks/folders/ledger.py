"""Ledger: the outcome of each picture, one line each, written to disk at once.

It is `results.jsonl` in the output folder. A resumed run, the tables and the report read it, so that none of them holds
the rows of all pictures in memory. Only complete lines count; what a killed program left at the end is cut off. Of
several lines about one picture the last one counts. Every line vouches for the files that it names, also one without
`image`, which is what remains of results that were discarded.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePath
from typing import Annotated, BinaryIO

from msgspec import Meta

from unet_desktop import files, growing_files
from unet_desktop.errors import Remedy, WriteError
from unet_desktop.images.stereo import HALF_NAMES
from unet_desktop.json_data import Count, DataError, parse
from unet_desktop.links import open_to_read

NAME = "results.jsonl"
PEOPLE = "people"
"""In place of a model's fingerprint: people made these masks."""
_LONGEST = 4 << 20
"""Bytes of a line."""
Cell = str | bool | Annotated[int, Meta(ge=-(1 << 53), le=1 << 53)] | float | None
_BEGINS = b'{"image": '
"""Start of each line, which follows from the order of attributes of `Entry`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The outcome of one picture.

    Attributes:
        image: see `Picture.relative`.
        name: see `Picture.name`.
        path: absolute path of the file.
        model: fingerprint of the weights, or `PEOPLE`.
        outputs: see `Outputs.of_a_picture`.
        sha256: of the file's content; empty if it could not be read.
        files: paths written below the output folder, with their lengths in bytes.
        digests: the SHA-256 of each of these files, hexadecimal; older programs recorded none.
        row: of the table; empty if the picture failed.
        problem: why the picture failed, as a sentence; otherwise empty.
    """

    image: str
    name: str
    path: str
    model: str
    outputs: str
    sha256: str = ""
    files: Mapping[str, Count] = field(default_factory=dict)
    row: Mapping[str, Cell] = field(default_factory=dict)
    problem: str = ""
    digests: Mapping[str, str] = field(default_factory=dict)

    @property
    def page(self) -> int:
        """Page in the file, from 0; see `Picture.relative`."""
        image = self.image
        for half in HALF_NAMES:
            image = image.removesuffix(f"#{half}")
        file, sign, number = image.rpartition("#")
        return int(number) - 1 if sign and number.isdecimal() and file.endswith(PurePath(self.path).name) else 0


class Ledger:
    """Reads the entries of an output folder; only their positions are held in memory."""

    def __init__(self, path: Path) -> None:
        """Index the file; a missing file has no entries.

        Raises:
            WriteError: it cannot be read, or is not a ledger.
        """
        self._path = path
        self._places: dict[str, int] = {}
        self._end = 0
        self._discarded = 0
        self._file: BinaryIO | None = None
        self.damaged = False
        """Whether a line is missing or cannot be read, so that there may be files without a line."""
        try:
            self._open()
        except FileNotFoundError:
            return
        except OSError as error:
            raise WriteError(f"{path} cannot be read ({error.strerror}). Check its permissions.") from error

    def __len__(self) -> int:
        """Number of pictures with an entry."""
        return len(self._places)

    def entry(self, image: str) -> Entry | None:
        """The entry of a picture, or None."""
        place = self._places.get(image)
        if place is None or self._file is None:
            return None
        self._file.seek(place)
        return _entry(self._file.readline(_LONGEST))

    def entries(self, images: Iterable[str]) -> Iterator[Entry]:
        """The entries of these pictures, in this order; pictures without an entry are skipped."""
        for image in images:
            found = self.entry(image)
            if found is not None:
                yield found

    def lines(self) -> Iterator[Entry]:
        """Every readable line, oldest first, also those that a later one replaces and those of discarded results."""
        if self._file is None:
            return
        place = 0
        while place < self._end:
            self._file.seek(place)
            line = self._file.readline(_LONGEST)
            place += len(line) or self._end
            entry = _entry(line)
            if entry is not None:
                yield entry

    def images(self) -> list[str]:
        """The pictures with an entry, in the order of their first entries."""
        return list(self._places)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def _open(self) -> None:
        """Note the positions of entries, and where the last complete line ends."""
        self._file = open_to_read(self._path)
        torn = b""
        while line := self._file.readline(_LONGEST):
            if not line.endswith(b"\n"):
                torn = line
                break
            entry = _entry(line)
            if entry is None:
                self.damaged = True
            elif entry.image:
                self._places[entry.image] = self._end
            else:
                self._discarded += 1
            self._end += len(line)
        self.damaged |= bool(torn)
        ours = torn.startswith(_BEGINS) or _BEGINS.startswith(torn)
        if not self._places and not self._discarded and (self._end or not ours):
            self._file.close()
            raise WriteError(f"{self._path} is not a list of results. Choose another output folder, or move it away.")


class GrowingLedger(Ledger):
    """A ledger that a run appends to; the file is created if missing."""

    def __init__(self, path: Path) -> None:
        """Open the ledger, and cut off an incomplete line that a killed program left at the end.

        Raises:
            WriteError: it cannot be opened, or is not a ledger.
        """
        super().__init__(path)
        try:
            self._grown = growing_files.AppendOnlyFile(path, self._end)
        except BaseException:
            super().close()
            raise
        if self._file is None:
            self._open()

    def add(self, entry: Entry) -> None:
        """Append an entry; it replaces earlier ones of the same picture.

        Raises:
            WriteError: it cannot be written; the earlier entries remain.
        """
        self._places[entry.image] = self._grown.append(_encode(entry))
        self._grown.flush()  # before anything relies on it to tell whose the files are

    def close(self) -> None:
        """Close the files."""
        self._grown.close()
        super().close()


def refuse_other_kind(ledger: Ledger, output: Path, *, of_people: bool) -> None:
    """Refuse to mix what people drew with what a model found in one folder.

    Args:
        ledger: of the folder.
        output: the folder.
        of_people: what is to be written there was drawn by people.

    Raises:
        WriteError: the folder holds results of the other kind.
    """
    last = next(ledger.entries(reversed(ledger.images())), None)
    if last is not None and (last.model == PEOPLE) != of_people:
        what = "the results of a model" if of_people else "masks that people drew, exported from a project"
        raise WriteError(f"{output} holds {what}. Choose another folder.", Remedy.REPLACE)


def discard_results(path: Path) -> None:
    """Discard all entries, but keep in the ledger which files they vouch for; a missing ledger stays missing.

    Raises:
        WriteError: it cannot be written, or is not a ledger.
    """
    with contextlib.closing(Ledger(path)) as ledger:
        last = {where: number for number, entry in enumerate(ledger.lines()) for where in entry.files}

        def rest() -> Iterator[bytes]:
            for number, entry in enumerate(ledger.lines()):
                kept = {where: length for where, length in entry.files.items() if last[where] == number}
                if kept:
                    digests = {where: digest for where, digest in entry.digests.items() if where in kept}
                    yield _encode(replace(entry, image="", files=kept, digests=digests, row={}, problem=""))

        if last:
            files.write_chunks(path, rest())
            return
    files.delete_file(path)


def content_sha256(path: Path) -> str:
    """The file's SHA-256, hexadecimal; empty if it cannot be read."""
    try:
        return files.sha256(path)
    except (OSError, ValueError):  # ValueError: a name that the file system's encoding cannot express
        return ""


def _encode(entry: Entry) -> bytes:
    # File names need not be valid text; escapes preserve lone surrogates too.
    return (json.dumps(asdict(entry), allow_nan=False) + "\n").encode("ascii")


def _entry(line: bytes) -> Entry | None:
    """None if the line is damaged."""
    try:
        entry = parse(line, Entry, file_names=True)
    except DataError:
        return None
    places = (entry.name, *entry.files)  # below the output folder, or they are no place of a result
    return None if any(_leads_out(place) for place in places) else entry


def _leads_out(place: str) -> bool:
    path = PurePath(place)
    return not path.parts or path.is_absolute() or ".." in path.parts or "\0" in place
