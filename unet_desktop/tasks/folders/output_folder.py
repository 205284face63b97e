"""OutputFolder: the files that a run writes; only one run at a time may write to it."""

from __future__ import annotations

import errno
import hashlib
import itertools
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from unet_desktop import files
from unet_desktop.errors import WriteError
from unet_desktop.labels import LabelSet
from unet_desktop.links import refuse_links
from unet_desktop.project.holder import Holder
from unet_desktop.project.layout import Layout
from unet_desktop.project.lock import Lock, try_lock
from unet_desktop.tasks.folders.inputs import Picture
from unet_desktop.tasks.folders.ledger import NAME, Cell, Entry, GrowingLedger, content_sha256, discard_results
from unet_desktop.tasks.folders.outcome import Outcome, Problem, Segmented
from unet_desktop.tasks.folders.outputs import EXPORT_FOLDERS, FOLDERS, Outputs
from unet_desktop.tasks.folders.plan import Work
from unet_desktop.tasks.folders.written_files import RECORD, WrittenFiles, picture_files, summary_files

LOCK = ".run.lock"
_ALL_FOLDERS = (*FOLDERS, *EXPORT_FOLDERS)
_SUMMARY_FILES = ("measurements.", "errors.", "report.", "export.")
"""Prefixes of the names of a run's files in the output folder itself."""
_ABOUT_NAMES = frozenset(
    {
        errno.ENAMETOOLONG,
        errno.EINVAL,  # letters that Windows' file systems refuse
        errno.EILSEQ,
        errno.ENOTDIR,  # a file is where a folder would have to be
        errno.EEXIST,
        errno.EISDIR,
        errno.ELOOP,
    }
)
"""Errors of the file system that concern one name."""


def refuse_taken(path: Path) -> None:
    """Refuse a folder early that `OutputFolder.take` would refuse, without changing anything.

    Raises:
        WriteError: another run has the folder.
    """
    if os.path.lexists(path / LOCK):
        _lock(path).release()


def refuse_blocked(output: Path, outputs: Outputs, labels: LabelSet) -> None:
    """Refuse a run early if something is in the place of a folder or a file that is not about one picture.

    Raises:
        WriteError: naming it.
    """
    for where in picture_files("any", outputs, labels):
        for folder in (Path(where).parents[0], *Path(where).parents[1:-1]):
            _refuse_blocked(output / folder)
    for name in (NAME, RECORD, *summary_files(outputs)):
        if os.path.isdir(output / name):
            raise WriteError(
                f"{output / name} is a folder, but a file of that name has to be written. Move it away, or choose "
                "another output folder."
            )


def _refuse_blocked(folder: Path) -> None:
    if os.path.lexists(folder) and not os.path.isdir(folder):
        raise WriteError(
            f"{folder} is not a folder, but results have to be written into a folder of that name. Move it away, or "
            "choose another output folder."
        )


class OutputFolder:
    """The folder that a run writes to."""

    def __init__(
        self, path: Path, lock: Lock, ledger: GrowingLedger, *, replace: bool, summaries: Iterable[str]
    ) -> None:
        """For `take` only."""
        self.path, self.ledger = path, ledger
        self.written = WrittenFiles(path, ledger, replace=replace, summaries=summaries)
        self.hidden_problem = ""
        """Stands in the ledger for any problem, where files must not hold the names and paths in its sentence."""
        self._lock = lock

    @classmethod
    def take(
        cls, path: Path, *, anew: bool = False, replace: bool = False, summaries: Iterable[str] = ()
    ) -> OutputFolder:
        """Lock the folder for this run, creating it if missing, and delete half-written files of a killed run.

        Args:
            path: of the folder.
            anew: discard the results of earlier runs.
            replace: overwrite files whoever wrote them.
            summaries: files about all pictures that are written besides those of every run.

        Raises:
            WriteError: it cannot be made or written, or another run has locked it.
        """
        files.make_folder(path)
        for name in _ALL_FOLDERS:
            refuse_links(path, path / name)
        lock = _lock(path)
        try:
            _delete_temporaries(path)
            if anew:
                discard_results(path / NAME)
            return cls(path, lock, GrowingLedger(path / NAME), replace=replace, summaries=summaries)
        except BaseException:
            lock.release()
            raise

    def write(self, picture: Picture, outcome: Outcome, work: Work) -> Outcome:
        """Write a picture's files, then its ledger entry, which certifies them.

        Returns:
            the outcome; a problem if one of the files would replace one that is not ours, or the file system refuses
            its name; then none of them is left.

        Raises:
            WriteError: something else cannot be written; the picture counts as not done.
        """
        entry = Entry(
            image=picture.relative,
            name=picture.name,
            path=os.path.abspath(picture.path),
            model=work.model,
            outputs=work.outputs,
        )
        if isinstance(outcome, Segmented):
            reason = self.written.why_foreign(picture, outcome.files)
            outcome = Problem(reason) if reason else self._write_files(outcome)
        if isinstance(outcome, Problem):
            sentence = self.hidden_problem or outcome.sentence
            self.ledger.add(replace(entry, sha256=content_sha256(picture.path), problem=sentence))
            return outcome
        lengths = {where: len(content) for where, content in outcome.files}
        digests = {where: hashlib.sha256(content).hexdigest() for where, content in outcome.files}
        row = cast("Mapping[str, Cell]", outcome.row)
        self.ledger.add(replace(entry, sha256=str(row["sha256"]), files=lengths, digests=digests, row=row))
        return outcome

    def _write_files(self, outcome: Segmented) -> Outcome:
        self.written.begin(outcome.files)
        written: list[Path] = []
        for where, content in outcome.files:
            target = self.path / where
            try:
                files.make_folder(target.parent, inside=self.path)
                files.write_bytes(target, content)
            except (WriteError, UnicodeEncodeError) as error:
                reason = self._why_name_is_refused(error)
                if reason is None:
                    raise
                _refuse_blocked(self.path / Path(where).parts[0])  # it is not the picture's name that is to blame
                for path in written:
                    files.delete_file(path)
                if os.path.isdir(target):
                    return Problem(
                        f"{target} is a folder, so the result of this picture cannot be written. Move it away, or "
                        "choose another output folder."
                    )
                return Problem(
                    f"{target} cannot be written, because the file system refuses this name ({reason}). Rename the "
                    "picture or its folder, or choose an output folder with a shorter path or on another drive."
                )
            written.append(target)
        return outcome

    def _why_name_is_refused(self, error: WriteError | UnicodeEncodeError) -> str | None:
        """The reason of the file system, or None if the name is not to blame and other pictures would fail too."""
        if isinstance(error, UnicodeEncodeError):  # the file system's encoding has no such letters
            return str(error)
        cause = error.__cause__
        if not isinstance(cause, OSError):
            return None
        # Network drives and Windows call refused names missing.
        blamed = cause.errno in _ABOUT_NAMES or (cause.errno == errno.ENOENT and self.path.is_dir())
        return (cause.strerror or str(cause)) if blamed else None

    def entries(self, pictures: Sequence[Picture]) -> Iterator[Entry]:
        """The entries of these pictures, in their order, then those of earlier runs whose results are still here.

        Entries whose name now belongs to another picture are left out: their files have been replaced.
        """
        owners = {picture.name: picture.relative for picture in pictures}
        present = dict.fromkeys(owners.values())
        for entry in self.ledger.entries(
            [*present, *(image for image in self.ledger.images() if image not in present)]
        ):
            gone = entry.image not in present and entry.problem and not os.path.exists(entry.path)
            if owners.get(entry.name, entry.image) == entry.image and not gone:
                yield entry

    def close(self) -> None:
        """Release the folder for other runs."""
        self.ledger.close()
        self._lock.release()


def _lock(path: Path) -> Lock:
    lock = try_lock(path / LOCK)
    if isinstance(lock, Holder):
        raise WriteError(
            f"Another run is writing to {path} ({lock}). Wait until it has ended, stop it, or choose another folder."
        )
    return lock


def _delete_temporaries(path: Path) -> None:
    """Delete half-written files of this run, but not those of projects and other outputs in and below the folder."""
    for name in _SUMMARY_FILES:
        files.remove_temporaries(path, alone=True, of=name)
    for folder, below, _ in itertools.chain.from_iterable(os.walk(path / name) for name in _ALL_FOLDERS):
        if (Path(folder) / LOCK).exists() or Layout(Path(folder)).manifest.exists():
            below.clear()
        else:
            files.remove_temporaries(Path(folder), alone=True)
