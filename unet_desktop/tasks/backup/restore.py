"""Check a backup, and restore a project from it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Generator, Iterator
from io import BufferedWriter
from pathlib import Path
from typing import Any

from unet_desktop import files, json_data
from unet_desktop.engine.events import Message, StopPoint
from unet_desktop.errors import ImageError, ProjectError, UserError, WriteError, reason_of
from unet_desktop.images.listing import list_images
from unet_desktop.links import create_new
from unet_desktop.plurals import name_some, quantity
from unet_desktop.project.layout import Layout
from unet_desktop.project.manifest import is_free
from unet_desktop.project.reader import ProjectReader
from unet_desktop.tasks.backup.archive import READ_ERRORS, Entry, FileList, open_archive, read_list
from unet_desktop.tasks.events import BackupEvent, FileWritten, ItemDone

_CHUNK = 1 << 20
_STEP = 32
_TOGETHER = 500
"""Files that are flushed to the disk together."""
_MAX_NAMED = 5


def check_backup(source: Path) -> Iterator[BackupEvent]:
    """Read a whole backup and compare every file with its digest; a damaged file is a problem.

    Raises:
        UserError: it is no backup.
    """
    with open_archive(source) as archive:
        held = read_list(archive, source)
        for done, entry in enumerate(held.files, 1):
            try:
                yield from _unpack(archive, source, entry, None)
                yield ItemDone(entry.path, done, len(held.files))
            except UserError as error:
                yield ItemDone(entry.path, done, len(held.files), problem=str(error))
    yield Message(_describe(held))


def restore_backup(source: Path, folder: Path, *, pictures: Path | None = None) -> Iterator[BackupEvent]:
    """Make a project from a backup; it is complete or absent.

    Every file is compared with its digest. Pictures that are not in the backup are looked for by their content.

    Args:
        source: the backup.
        folder: of the project; it must not exist, or be empty.
        pictures: a folder of pictures, searched with its subfolders.

    Raises:
        UserError: it is no backup or damaged, the folder is not free, or it cannot be written.
    """
    if not is_free(Layout(folder)):
        raise ProjectError(f"{folder} is not empty. Choose a new folder for the project.")
    with open_archive(source) as archive:
        held = read_list(archive, source)
        files.make_folder(folder.parent)
        if shutil.disk_usage(folder.parent).free < held.size:
            raise WriteError(
                f"{folder} could not be written: the project takes {held.size / 1e9:,.1f} GB, and the drive has less "
                "space. Choose another drive."
            )
        with _making(folder) as made:
            yield from _unpack_all(archive, source, held, made)
            yield from _find_pictures(made, pictures)
    yield Message(_describe(held))
    yield FileWritten("project", folder)


@contextlib.contextmanager
def _making(folder: Path) -> Iterator[Path]:
    """Yield a hidden folder that becomes this one if the block succeeds, and is deleted otherwise."""
    try:
        made = Path(tempfile.mkdtemp(files.TEMPORARY_SUFFIX, f".{folder.name[:40]}.", folder.parent))
    except OSError as error:
        raise WriteError(f"{folder} could not be made ({error.strerror}). Choose another place.") from error
    try:
        yield made
        umask = os.umask(0)
        os.umask(umask)
        with contextlib.suppress(OSError):  # network drives without permissions
            os.chmod(made, 0o777 & ~umask)
        for left_over in folder.iterdir() if folder.is_dir() else ():
            left_over.rmdir() if left_over.is_dir() else left_over.unlink()
        if folder.is_dir():
            folder.rmdir()
        files.move_file(made, folder)
    except OSError as error:
        raise WriteError(f"{folder} could not be written ({error.strerror or error}).") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _describe(held: FileList) -> str:
    who = f" by {held.who}" if held.who else ""
    without = "" if held.pictures else ", without pictures"
    return f"The backup of {held.project} was made {held.made}{who}{without}: {quantity(len(held.files), 'file')}."


def _unpack_all(archive: zipfile.ZipFile, source: Path, held: FileList, made: Path) -> Iterator[BackupEvent]:
    layout, total, written = Layout(made), len(held.files), list[Path]()
    for folder in layout.folders:
        files.make_folder(folder)
    for done, entry in enumerate(held.files, 1):
        target = made / entry.path
        yield from _unpack(archive, source, entry, target)
        written.append(target)
        if len(written) == _TOGETHER or done == total:
            files.flush_files(written)
            written.clear()
        yield ItemDone(entry.path, done, total)


def _unpack(archive: zipfile.ZipFile, source: Path, entry: Entry, target: Path | None) -> Iterator[BackupEvent]:
    """Write a file of the backup, or only read it, and compare it with its digest.

    Raises:
        UserError: it is damaged. WriteError: it cannot be written.
    """
    digest, left = hashlib.sha256(), entry.size
    with contextlib.ExitStack() as stack:
        out = None
        if target is not None:
            files.make_folder(target.parent)
            try:
                out = stack.enter_context(BufferedWriter(create_new(target)))
            except OSError as error:
                raise WriteError(f"{target} could not be written ({error.strerror or error}).") from error
        for number, piece in enumerate(_read(archive, source, entry)):
            left -= len(piece)
            if left < 0:
                break
            digest.update(piece)
            if out is not None:
                try:
                    out.write(piece)
                except OSError as error:
                    raise WriteError(f"{target} could not be written ({error.strerror or error}).") from error
            if number % _STEP == _STEP - 1:
                yield StopPoint("read")
    if left or digest.hexdigest() != entry.sha256:
        raise _damage_error(source, entry, "its content is not what was written")
    if target is not None:
        with contextlib.suppress(OSError, OverflowError):
            os.utime(target, ns=(entry.modified, entry.modified))


def _read(archive: zipfile.ZipFile, source: Path, entry: Entry) -> Generator[bytes, None, None]:
    try:
        with archive.open(entry.stored_as) as packed:
            while piece := packed.read(_CHUNK):
                yield piece
    except (zlib.error, *READ_ERRORS) as error:
        raise _damage_error(source, entry, reason_of(error)) from error


def _damage_error(source: Path, entry: Entry, reason: str) -> UserError:
    return UserError(
        f"{source} is damaged: {entry.path} cannot be restored ({reason}). Use another copy of the backup."
    )


def _find_pictures(made: Path, pictures: Path | None) -> Iterator[BackupEvent]:
    """Copy the pictures that are not there from a folder, by their content; name those that are still missing."""
    project = ProjectReader.open(made)
    missing = {case.id: case for case in project.cases() if not case.damage and not case.image_path(made).is_file()}
    if not missing:
        return
    places: dict[str, Path] = {}
    if pictures is not None:
        wanted = {case.sha256 for case in missing.values()}
        try:
            candidates = list_images(pictures, recursive=True)
        except ImageError as error:
            raise ImageError(f"{error} Nothing was restored.") from error
        for done, path in enumerate(candidates, 1):
            with contextlib.suppress(OSError):
                if (digest := files.sha256(path)) in wanted:
                    places.setdefault(digest, path)
            yield ItemDone(path.name, done, len(candidates))
    found = {case_id: places[case.sha256] for case_id, case in missing.items() if case.sha256 in places}
    for done, (case_id, path) in enumerate(found.items(), 1):
        case = missing.pop(case_id)
        image = case.image if _is_own(case.image) else f"images/{case_id}{path.suffix.lower()}"
        files.copy_file(path, made / image)
        if image != case.image:
            _note_picture(Layout(made), case_id, case.image, image)
            for reading in sorted(made.glob("readers/*/project.json")):
                _note_picture(Layout(reading.parent), case_id, case.image, f"../../{image}")
        yield ItemDone(case_id, done, len(found))
    if missing:
        names = name_some(list(missing), _MAX_NAMED)
        sentence = (
            f"{quantity(len(missing), 'picture')} not in the backup and not found: {names}. Open such a case and say "
            "where its picture is, or restore again with the folder of the pictures."
        )
        yield ItemDone(names, 0, len(missing), problem=sentence)


def _is_own(image: str) -> bool:
    """Whether a picture's path is that of a file in the project's own folder of pictures."""
    parts = image.split("/")
    return len(parts) == 2 and parts[0] == "images" and parts[1] not in {"", ".", ".."}


def _note_picture(layout: Layout, case_id: str, before: str, image: str) -> None:
    """Change where the picture of a case is, if it was there."""
    record = layout.record(case_id)
    with contextlib.suppress(OSError, json_data.DataError):
        data = json_data.read(record, dict[str, Any], file_names=True)
        if data.get("image") == before:
            files.write_json(record, data | {"image": image})
