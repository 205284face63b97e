"""What cases, patients and readers are called in an export: by their names, or by pseudonyms from a key file."""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from unet_desktop import files
from unet_desktop.errors import UserError
from unet_desktop.json_data import DataError, read_bytes
from unet_desktop.project.case import Case
from unet_desktop.safe_text import escape_controls
from unet_desktop.tasks.export.request import KeyFile
from unet_desktop.tasks.folders.inputs import Picture
from unet_desktop.tasks.folders.ledger import Ledger
from unet_desktop.tasks.folders.pseudonyms import pseudonym, read_key, require_key

_HEADINGS = ["pseudonym_of", "name", "pseudonym"]
_LARGEST = 256 << 20


@dataclass(frozen=True, slots=True)
class NamedCase:
    """A case as an export names it.

    Attributes:
        case: of the project.
        source: the file of its picture.
        picture: what the exported files and tables call it. With pseudonyms its path leads nowhere, because files of
            the export must not say where the picture is.
        name: of the case.
        patient: empty if unknown.
        reader: who last changed it.
    """

    case: Case
    source: Path
    picture: Picture
    name: str
    patient: str
    reader: str


def plain_names(cases: Iterable[Case], root: Path) -> list[NamedCase]:
    """Name cases, patients and readers as the project does."""
    named = []
    for case in cases:
        source = case.image_path(root)
        picture = Picture(source, 0, f"{case.id}{source.suffix.lower()}", case.id)
        named.append(NamedCase(case, source, picture, case.id, case.patient, case.changed_by))
    return named


def pseudonyms(cases: Iterable[Case], root: Path, key_file: KeyFile) -> list[NamedCase]:
    """Name cases, patients and readers by pseudonyms, sorted by them, and write the key file, which only grows.

    Names that are in the key file keep their pseudonyms; new ones are numbered in random order, because the order of
    the names would tell something about them.

    Raises:
        UserError: the key file is something else, or the secret key cannot be used. WriteError: it cannot be written.
    """
    table = _KeyTable(key_file)
    cases = list(cases)
    for kind, names in (
        ("case", [case.id for case in cases]),
        ("patient", [case.patient for case in cases]),
        ("reader", [case.changed_by for case in cases]),
    ):
        table.add(kind, names)
    table.write()
    named = []
    for case in cases:
        name = table.find("case", case.id)
        picture = Picture(Path(Path(case.image).anchor or "/") / f"{name}.png", 0, f"{name}.png", name)
        patient, reader = table.find("patient", case.patient), table.find("reader", case.changed_by)
        named.append(NamedCase(case, case.image_path(root), picture, name, patient, reader))
    return sorted(named, key=lambda one: one.name)


def refuse_named_results(output: Path, ledger: Ledger, key_file: KeyFile) -> None:
    """Refuse a folder with results that are not named by this key file's pseudonyms: they would go out with the others.

    Raises:
        UserError: there are some, or the key file is something else.
    """
    ours = {known for (kind, _), known in _read(key_file.path).items() if kind == "case"}
    if any(line.name not in ours for line in ledger.lines()):
        raise UserError(
            f"{output} holds an export under names, or by another key file. What it holds would be passed on with the "
            "pseudonyms. Choose another folder."
        )


class _KeyTable:
    """Which pseudonym stands for which name."""

    def __init__(self, key_file: KeyFile) -> None:
        self._path = key_file.path
        self._known = _read(self._path)
        self._before = dict(self._known)
        self._key = b""
        if key_file.hashed:
            require_key()
            self._key = read_key()

    def add(self, kind: str, names: Iterable[str]) -> None:
        new = sorted({name for name in map(escape_controls, names) if name and (kind, name) not in self._known})
        secrets.SystemRandom().shuffle(new)
        taken = {pseudonym for (of, _), pseudonym in self._known.items() if of == kind}
        number = 0
        for name in new:
            if self._key:
                self._known[kind, name] = f"{kind}-{pseudonym(kind, name, self._key)}"
                continue
            number += 1
            while f"{kind}-{number:04}" in taken:
                number += 1
            self._known[kind, name] = f"{kind}-{number:04}"

    def find(self, kind: str, name: str) -> str:
        return self._known[kind, escape_controls(name)] if name else ""

    def write(self) -> None:
        """Write the table, unless another export has written names to it meanwhile, which would be lost."""
        if _read(self._path) != self._before:
            raise UserError(
                f"Another export is using the key file {self._path}. Wait until it ends, then export again."
            )
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(_HEADINGS)
        writer.writerows([kind, name, known] for (kind, name), known in self._known.items())
        files.make_folder(self._path.parent)
        files.write_bytes(self._path, text.getvalue().encode("utf-8"), private=True)


def _read(path: Path) -> dict[tuple[str, str], str]:
    """Read a key file; empty if there is none."""
    refused = UserError(f"{path} is not a key file of an export. Choose another name, so that it is not overwritten.")
    try:
        data = read_bytes(path, _LARGEST)
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UserError(f"The key file {path} cannot be read ({error.strerror}). Check its permissions.") from error
    except (DataError, UnicodeDecodeError, csv.Error) as error:
        raise refused from error
    if not rows:
        return {}
    if rows[0] != _HEADINGS or any(len(row) != len(_HEADINGS) for row in rows):
        raise refused
    return {(kind, name): known for kind, name, known in rows[1:]}
