"""WrittenFiles: which files of an output folder earlier runs wrote, so that a run overwrites nothing else.

The ledger vouches for the files of each picture, by their SHA-256. `.run.files` vouches for tables and reports, and for
the files of the one picture that a killed run was writing.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from unet_desktop import files, json_data
from unet_desktop.errors import ProjectError, Remedy, WriteError
from unet_desktop.formats.coco import COCO, COCO_PARTS
from unet_desktop.formats.dicom_seg import SUFFIX
from unet_desktop.images.dicom_header import is_dicom
from unet_desktop.labels import LabelSet
from unet_desktop.plurals import quantity
from unet_desktop.tasks.folders.inputs import Picture
from unet_desktop.tasks.folders.ledger import Entry, Ledger, content_sha256
from unet_desktop.tasks.folders.outputs import Outputs
from unet_desktop.tasks.folders.region_files import label_folders
from unet_desktop.tasks.own_files import is_own, is_torn

RECORD = ".run.files"
_SUMMARIES, _WRITING = "summaries", "writing"
_UNKNOWN = ""
"""In place of a digest: any content."""


class ForeignFileError(WriteError):
    """A file that the program did not write is where it would have to write."""


def picture_files(name: str, outputs: Outputs, labels: LabelSet) -> Iterator[str]:
    """The files that a run may write for a picture of this name, as paths below the output folder."""
    if outputs.masks:
        yield f"masks/{name}.png"
    for folder in label_folders(labels).values():
        if outputs.regions:
            yield f"regions/{folder}/{name}.png"
        if outputs.probabilities != "none":
            yield f"probabilities/{folder}/{name}.png"
    if outputs.overlays:
        yield f"overlays/{name}.jpg"
    if "geojson" in outputs.contours:
        yield f"contours/geojson/{name}.geojson"
    if "coco" in outputs.contours:
        yield f"{COCO_PARTS}/{name}.json"
    if "labelme" in outputs.contours:
        yield f"contours/labelme/{name}.json"
    if outputs.dicom_seg:
        yield f"dicom_seg/{name}{SUFFIX}"


def summary_files(outputs: Outputs) -> tuple[str, ...]:
    """The files that a run may write about all pictures, as paths below the output folder."""
    tables = (f"measurements.{kind}" for kind in outputs.tables)
    reports = (f"report.{kind}" for kind in outputs.reports)
    return (*tables, "errors.csv", *reports, *((COCO,) if "coco" in outputs.contours else ()))


@dataclass(frozen=True, slots=True)
class _Owner:
    """Who wrote a file: the picture's path and SHA-256, and the file's own length and SHA-256."""

    path: str
    picture: str
    length: int
    sha256: str


class WrittenFiles:
    """Tells the files of earlier runs from others."""

    def __init__(self, output: Path, ledger: Ledger, *, replace: bool = False, summaries: Iterable[str] = ()) -> None:
        """Read the record; the ledger stays open elsewhere.

        Args:
            output: the output folder.
            ledger: of it.
            replace: no file counts as foreign.
            summaries: files about all pictures besides those of `summary_files`, as paths below the output folder.
        """
        self._output, self._ledger, self._replace = output, ledger, replace
        self._more = tuple(summaries)
        record = _read_record(output / RECORD)
        self._summaries = record.get(_SUMMARIES, {})
        self._writing = record.get(_WRITING, {})
        self._owners: Mapping[str, _Owner] | None = None
        self._older = RECORD not in _names(output) and any(True for _ in ledger.lines())
        """Whether an older program, which kept no record, wrote here."""

    def refuse_summaries(self, outputs: Outputs) -> None:
        """Refuse tables and reports that the program did not write or that were changed.

        Raises:
            ForeignFileError: naming the first of them.
        """
        _refuse([reason for name in self._names(outputs) if (reason := self._why_summary_is_foreign(name))])

    def refuse_pictures(
        self, pictures: Iterable[Picture], outputs: Outputs, labels: LabelSet, unchanged: Callable[[Picture], bool]
    ) -> None:
        """Refuse a run early that would overwrite others' files.

        Args:
            pictures: those that the run may segment.
            outputs: that it writes.
            labels: of its model.
            unchanged: whether a picture's files must be as they were written, because it is segmented again.

        Raises:
            ForeignFileError: naming the first of them.
        """
        doubtful = self._older or self._ledger.damaged  # then only the content tells, once it is known
        found = []
        for picture in pictures:
            if reason := self._why_picture_is_foreign(picture):
                found.append(reason)
                continue
            for where in picture_files(picture.name, outputs, labels):
                if not _is_there(self._output / where):
                    continue
                if outputs.dicom_seg and where.endswith(SUFFIX) and not is_dicom(picture.path):
                    continue
                if doubtful and self._owner(picture, where) is None:
                    continue
                if reason := self._why_foreign(picture, where, thorough=unchanged(picture)):
                    found.append(reason)
        _refuse(found)

    def why_foreign(self, picture: Picture, contents: Iterable[tuple[str, bytes]]) -> str:
        """Why a picture's files must not be written, as a sentence; empty if they may.

        Files that have the same content already are no reason.
        """
        if self._replace:
            return ""
        if reason := self._why_picture_is_foreign(picture):
            return f"{reason} {_ADVICE_ONE}"
        for where, content in contents:
            target = self._output / where
            if _is_there(target) and (reason := self._why_foreign(picture, where)) and not _holds(target, content):
                return f"{reason} {_ADVICE_ONE}"
        return ""

    def begin(self, contents: Iterable[tuple[str, bytes]]) -> None:
        """Note the files that are about to be written, so that a killed run knows them as its own.

        Raises:
            WriteError: that cannot be noted.
        """
        self._writing = {where: hashlib.sha256(content).hexdigest() for where, content in contents}
        self._save()

    @contextlib.contextmanager
    def summarising(self, outputs: Outputs) -> Iterator[list[str]]:
        """Write tables and reports within this block; yields sentences about others' files that were put aside.

        Raises:
            WriteError: that cannot be noted, or a file cannot be put aside.
        """
        names = self._names(outputs)
        foreign = [] if self._replace else [name for name in names if self._why_summary_is_foreign(name)]
        aside = [self._put_aside(name) for name in foreign]
        self._writing = dict.fromkeys(names, _UNKNOWN)
        self._save()
        try:
            yield aside
        finally:
            present = {name: content_sha256(self._output / name) for name in names if _is_there(self._output / name)}
            rest = {name: digest for name, digest in self._summaries.items() if name not in names}
            self._summaries, self._writing = rest | present, {}
            self._save()

    def _names(self, outputs: Outputs) -> tuple[str, ...]:
        return (*summary_files(outputs), *self._more)

    def _put_aside(self, name: str) -> str:
        path = self._output / name
        aside = files.set_aside(path, lambda number: path.with_name(f"{path.stem}.changed-{number}{path.suffix}"))
        return f"Another program changed {path} during the run; what it wrote is kept as {aside.name}."

    def _save(self) -> None:
        files.write_json(self._output / RECORD, {_SUMMARIES: self._summaries, _WRITING: self._writing})

    def _why_summary_is_foreign(self, name: str) -> str:
        path = self._output / name
        if not _is_there(path):
            return ""
        with contextlib.suppress(OSError):  # a link that leads nowhere is somebody's, too
            if not path.stat().st_size:
                return ""
        known = {found[name] for found in (self._summaries, self._writing) if name in found}
        if not known:
            return "" if self._older and is_own(path) else f"{path} was not written by a run into this folder."
        unchanged = _UNKNOWN in known or content_sha256(path) in known
        return "" if unchanged else f"{path} was changed after the run had written it."

    def _why_picture_is_foreign(self, picture: Picture) -> str:
        """Whether the results under a picture's name are those of another picture."""
        entry = self._ledger.entry(picture.relative)
        if entry is None or entry.problem or _is_of(picture, entry.path, entry.sha256):
            return ""
        return f"{self._output} holds the results of another picture with the same name, {entry.path}."

    def _why_foreign(self, picture: Picture, where: str, *, thorough: bool = True) -> str:
        """Why an existing file must not be overwritten; empty if it may.

        Args:
            picture: the one it would be overwritten for.
            where: below the output folder.
            thorough: read the file to find out whether it was changed.
        """
        path = self._output / where
        try:
            length = path.lstat().st_size
        except OSError:
            return ""
        if not length:
            return ""
        owner = self._owner(picture, where)
        if where in self._writing and content_sha256(path) == self._writing[where]:
            return ""
        if owner is None:
            return f"{path} was not written by a run into this folder."
        if not _is_of(picture, owner.path, owner.picture):
            return f"{path} is the result of another picture, {owner.path}."
        changed = length != owner.length
        if not changed and thorough and owner.sha256:
            changed = content_sha256(path) != owner.sha256
        torn = length < owner.length and is_torn(path)
        return f"{path} was changed after the run had written it." if changed and not torn else ""

    def _owner(self, picture: Picture, where: str) -> _Owner | None:
        entry = self._ledger.entry(picture.relative)
        if entry is not None and where in entry.files:
            return _owner_of(entry, where)
        if self._owners is None:
            self._owners = {
                place: _owner_of(line, place)
                for line in self._ledger.lines()
                for place in line.files
                if _is_there(self._output / place)
            }
        return self._owners.get(where)


_ADVICE_ONE = "It is left as it is: move it away, or choose another output folder."


def _refuse(reasons: list[str]) -> None:
    if not reasons:
        return
    count = len(reasons) - 1
    more = f" {quantity(count, 'more file is', 'more files are')} in the way too." if count else ""
    raise ForeignFileError(
        f"{reasons[0]}{more} Nothing was overwritten. Choose another output folder, or move what is there away.",
        Remedy.REPLACE,
    )


def _owner_of(entry: Entry, where: str) -> _Owner:
    return _Owner(entry.path, entry.sha256, entry.files[where], entry.digests.get(where, ""))


def _is_of(picture: Picture, path: str, sha256: str) -> bool:
    """Whether results of the file at this path, with this content then, are those of the picture.

    They are if it is the same file, whatever it holds now, or has the same content, wherever it is now.
    """
    if os.path.abspath(picture.path) == path:
        return True
    with contextlib.suppress(OSError, ValueError):
        if os.path.samefile(picture.path, path):
            return True
    return bool(sha256) and content_sha256(picture.path) == sha256


def _holds(path: Path, content: bytes) -> bool:
    return content_sha256(path) == hashlib.sha256(content).hexdigest()


def _is_there(path: Path) -> bool:
    """Whether there is something that writing would replace; folders refuse on their own."""
    try:
        return not stat.S_ISDIR(path.lstat().st_mode)
    except (OSError, ValueError):
        return False


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _read_record(path: Path) -> dict[str, dict[str, str]]:
    """The record; empty if there is none or it is damaged."""
    try:
        data = json_data.read_object(path) if path.is_file() else {}
    except ProjectError:
        return {}
    return {
        part: {str(name): str(digest) for name, digest in found.items()}
        for part, found in data.items()
        if isinstance(found, dict)
    }
