"""Write a project as one file, also while somebody works in it."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
import zipfile
from collections.abc import Generator, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from unet_desktop import __version__, files, person
from unet_desktop.engine.events import StopPoint
from unet_desktop.errors import ProjectError, Remedy, UserError, WriteError
from unet_desktop.file_identity import FileIdentity, identity_of
from unet_desktop.links import open_to_read
from unet_desktop.project.layout import Layout
from unet_desktop.project.manifest import read_manifest
from unet_desktop.tasks.backup.archive import FORMAT, LIST, Entry, FileList, open_archive, read_list
from unet_desktop.tasks.backup.contents import Source, list_contents
from unet_desktop.tasks.events import BackupEvent, FileWritten, ItemDone

_CHUNK = 1 << 20
_STEP = 32
"""Chunks between two points at which writing can be stopped."""
_ROUNDS = 4
"""How often files that changed meanwhile are read again."""
_PACKED = frozenset({".json", ".jsonl", ".csv", ".txt"})
"""Suffixes of files that compression makes smaller; the others are compressed already."""


def back_up(root: Path, target: Path, *, pictures: bool = True, replace_other: bool = False) -> Iterator[BackupEvent]:
    """Write a project to one file, which is complete or absent.

    Pictures that are outside the project's folder are put into it.

    Args:
        root: the project's folder; it is only read.
        target: the file, outside the project.
        pictures: include the pictures; without them, the bin is left out too.
        replace_other: overwrite a file that is not a backup of this project.

    Raises:
        UserError: not a project, or the file cannot be written; a file that was there is intact.
    """
    manifest = read_manifest(Layout(root).manifest)
    check_target(root, target, replace_other=replace_other)
    files.make_folder(target.parent)
    files.remove_temporaries(target.parent, of=target.name[:40])
    with files.replace_file(target) as file, zipfile.ZipFile(file, "w") as archive:
        packer = _Packer(root, archive, pictures=pictures)
        yield from packer.pack(target)
        data = FileList(
            FORMAT,
            f"U-Net Desktop {__version__}",
            manifest.name,
            manifest.identity,
            datetime.now(UTC).isoformat(timespec="seconds"),
            person.read_name(),
            pictures,
            tuple(packer.entries.values()),
        )
        archive.writestr(LIST, files.encode_json(asdict(data)), zipfile.ZIP_DEFLATED)
    yield FileWritten("backup", target)


def check_target(root: Path, target: Path, *, replace_other: bool = False) -> None:
    """Make sure that a backup of this project may be written to this file.

    Raises:
        UserError: it is in the project, a folder, or a file that is no backup of the project.
    """
    if target.resolve().is_relative_to(root.resolve()):
        raise WriteError(f"{target} is in the project itself. Choose a place outside {root}, best on another drive.")
    if target.is_dir():
        raise WriteError(f"{target} is a folder. Give the name of a file in it, such as {target / 'project.zip'}.")
    if replace_other or not target.exists():
        return
    try:
        with open_archive(target) as archive:
            held = read_list(archive, target)
    except UserError as error:
        raise WriteError(
            f"{target} exists and is not a backup of this project. Nothing was overwritten. Choose another name.",
            Remedy.REPLACE,
        ) from error
    manifest = read_manifest(Layout(root).manifest)
    if (held.identity or held.project) != (manifest.identity or manifest.name):
        raise WriteError(
            f"{target} is a backup of another project, {held.project}. Nothing was overwritten. Choose another name.",
            Remedy.REPLACE,
        )


class _ReadError(Exception):
    """A file of the project cannot be read."""

    def __init__(self, error: OSError) -> None:
        super().__init__(error.strerror or str(error))
        self.is_gone = isinstance(error, FileNotFoundError)


class _Packer:
    """Packs the files of a project; those that change meanwhile are packed again."""

    def __init__(self, root: Path, archive: zipfile.ZipFile, *, pictures: bool) -> None:
        self._root, self._archive, self._pictures = root, archive, pictures
        self._seen: dict[str, FileIdentity | None] = {}
        self.entries: dict[str, Entry] = {}

    def pack(self, target: Path) -> Iterator[BackupEvent]:
        """Pack everything.

        Raises:
            ProjectError: the project has gone. WriteError: the drive has not enough space.
        """
        contents = list_contents(self._root, pictures=self._pictures)
        sources, done = contents.sources, 0
        self._refuse_absence()
        yield from self._refuse_full_drive(sources, target)
        for sentence in contents.left_out:
            yield ItemDone(sentence, 0, len(sources), problem=sentence)
        for round_number in range(_ROUNDS):
            total = done + len(sources)
            for source in sources:
                done += 1
                problem = yield from self._pack_file(source, round_number)
                yield ItemDone(source.path, done, total, problem=problem)
            present = list_contents(self._root, pictures=self._pictures).sources
            self._refuse_absence()
            for path in self.entries.keys() - {source.path for source in present}:
                del self.entries[path]
            sources = [source for source in present if self._has_changed(source)]
            if not sources:
                return
        sentence = f"{sources[0].path} kept changing while the backup was written. Make another one when nobody works."
        yield ItemDone(sources[0].path, done, done, problem=sentence)

    def _has_changed(self, source: Source) -> bool:
        return source.path not in self._seen or self._seen[source.path] != identity_of(source.place)

    def _refuse_full_drive(self, sources: list[Source], target: Path) -> Iterator[BackupEvent]:
        needed = 0
        for number, source in enumerate(sources):
            identity = identity_of(source.place)
            needed += 0 if identity is None else identity[2]
            if number % 1000 == 0:
                yield StopPoint("read")
        if shutil.disk_usage(target.parent).free < needed:
            raise WriteError(
                f"{target} could not be written: the files take {needed / 1e9:,.1f} GB, and the drive has less space. "
                "Choose another drive."
            )

    def _pack_file(self, source: Source, round_number: int) -> Generator[BackupEvent, None, str]:
        """Pack a file and return a sentence if it could not be read."""
        self._seen[source.path] = identity_of(source.place)
        name = f"later/{round_number}/{source.path}" if round_number else source.path
        name = name.encode("utf-8", "backslashreplace").decode("utf-8")  # bytes of names that are no text
        digest, size, modified = hashlib.sha256(), 0, (self._seen[source.path] or (0,))[0]
        try:
            with self._archive.open(_describe(name, modified), "w", force_zip64=True) as packed:
                for number, piece in enumerate(_read(source)):
                    digest.update(piece)
                    size += len(piece)
                    packed.write(piece)
                    if number % _STEP == _STEP - 1:
                        yield StopPoint("read")
        except _ReadError as error:
            self.entries.pop(source.path, None)
            self._refuse_absence()
            if error.is_gone and source.changes:  # somebody removed it meanwhile
                return ""
            return f"{source.place} cannot be read ({error}), so it is not in the backup."
        self.entries[source.path] = Entry(
            source.path, size, digest.hexdigest(), modified, "" if name == source.path else name
        )
        return ""

    def _refuse_absence(self) -> None:
        if not Layout(self._root).manifest.is_file():
            raise ProjectError(
                f"The project folder {self._root} was moved or removed, or its drive is not connected, so no backup "
                "was written. Connect the drive, then try again."
            )


def _read(source: Source) -> Iterator[bytes]:
    try:
        if source.image:
            yield source.read_changed_record()
            return
        with open_to_read(source.place) as file:
            while piece := file.read(_CHUNK):
                yield piece
    except OSError as error:
        raise _ReadError(error) from error


def _describe(name: str, modified: int) -> zipfile.ZipInfo:
    try:
        moment = time.localtime(modified / 1e9)[:6]
    except (OverflowError, OSError, ValueError):
        moment = (1980, 1, 1, 0, 0, 0)
    info = zipfile.ZipInfo(name, moment if 1980 <= moment[0] <= 2107 else (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED if os.path.splitext(name)[1] in _PACKED else zipfile.ZIP_STORED
    info.external_attr = (0o100644) << 16
    return info
