"""Manifest: the project.json that makes a folder a project."""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from unet_desktop import files, json_data
from unet_desktop.errors import LabelError, ProjectError
from unet_desktop.labels import LabelSet
from unet_desktop.links import is_link
from unet_desktop.project.form import NO_FORM, Form, Item
from unet_desktop.project.layout import Layout
from unet_desktop.project.workbook import Workbook

FORMAT = 1
MOST_DEGREES = 10.0
"""Degrees that a pixel can cover."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Settings of a whole project.

    Attributes:
        name: the project's name.
        labels: the labels of its masks.
        mm_per_pixel: millimetres on the retina that a pixel of its images covers; None if unknown.
        degrees_per_pixel: the camera's factor p of Littmann's formula, degrees of visual angle that a pixel covers;
            None if unknown.
        form: what people grade in each case.
        identity: random; the same in all copies of the project, by which they are known. Empty in projects of earlier
            versions, until they are given one.
        label_change: number of the last change of the labels, see `relabel`; 0 if they are as they were at first.
        unfinished: that change has more to do, such as masks to rewrite.
        workbook: whose it is, if it is a reader's workbook; else None.
    """

    name: str
    labels: LabelSet
    mm_per_pixel: float | None = None
    degrees_per_pixel: float | None = None
    form: Form = NO_FORM
    identity: str = ""
    label_change: int = 0
    unfinished: bool = False
    workbook: Workbook | None = None


@dataclass(frozen=True, slots=True)
class _Format:
    format: json_data.Count


@dataclass(frozen=True, slots=True)
class _Stored:
    name: str
    labels: list[Any]
    mm_per_pixel: Annotated[float, Meta(gt=0.0, le=1e6)] | None = None
    degrees_per_pixel: Annotated[float, Meta(gt=0.0, le=MOST_DEGREES)] | None = None
    form: Any = None
    identity: Annotated[str, Meta(max_length=100)] = ""
    retired_labels: list[Any] = field(default_factory=list)
    label_change: json_data.Count = 0
    label_change_unfinished: bool = False
    workbook: Workbook | None = None


def read_manifest(path: Path) -> Manifest:
    """Read project.json.

    Raises:
        ProjectError: missing, damaged, or of a newer program.
    """
    try:
        data = json_data.read(path, dict[str, Any])
        number = json_data.check(data, _Format).format
        if number > FORMAT:
            raise ProjectError(f"{path.parent} was made by a newer U-Net Desktop (format {number}); update first.")
        stored = json_data.check(data, _Stored)
        return Manifest(
            stored.name,
            LabelSet.from_json(stored.labels, stored.retired_labels),
            stored.mm_per_pixel,
            stored.degrees_per_pixel,
            NO_FORM if stored.form is None else Form.from_json(stored.form),
            stored.identity,
            stored.label_change,
            stored.label_change_unfinished,
            stored.workbook,
        )
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ProjectError(
            f"{path.parent} is not a project: it has no project.json. Choose a project's folder."
        ) from error
    except OSError as error:
        raise ProjectError(f"{path} cannot be read ({error.strerror}). Restore it from a backup.") from error
    except (json_data.DataError, LabelError) as error:
        raise ProjectError(f"{path} cannot be read ({error}). Restore it from a backup.") from error


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Write project.json; fields that this program does not know stay, and so does the identity if none is given.

    Raises:
        WriteError: it cannot be written. ProjectError: it could not be read again.
    """
    data: dict[str, object] = {"format": FORMAT, "name": manifest.name, "labels": manifest.labels.to_json()}
    for name in _OPTIONAL:
        if (value := getattr(manifest, name)) is not None:
            data[name] = value
    if manifest.identity:
        data["identity"] = manifest.identity
    if manifest.labels.retired:
        data["retired_labels"] = [asdict(label) for label in manifest.labels.retired]
    if manifest.label_change:
        data["label_change"] = manifest.label_change
    if manifest.unfinished:
        data["label_change_unfinished"] = True
    if manifest.workbook is not None:
        data["workbook"] = asdict(manifest.workbook)
    try:
        known = json_data.read(path, dict[str, Any])
    except (OSError, json_data.DataError):  # there is none yet
        known = {}
    if manifest.form:
        data["form"] = _with_unknown_fields(manifest.form, known.get("form"))
    for name in (*_OPTIONAL, "form", "retired_labels", "label_change", "label_change_unfinished"):
        known.pop(name, None)
    try:
        json_data.parse(files.encode_json(known | data), dict[str, Any])
    except json_data.DataError as error:  # nobody could open the project again
        raise ProjectError(f"The project's settings are not saved: {error}.") from error
    files.write_json(path, known | data)


_OPTIONAL = ("mm_per_pixel", "degrees_per_pixel")


def _with_unknown_fields(form: Form, stored: object) -> list[dict[str, Any]]:
    """Return a form as plain data, with what its items hold in the file and this program does not know."""
    known = {item.get("key"): item for item in stored if isinstance(item, dict)} if isinstance(stored, list) else {}
    names = {field.name for field in fields(Item)}
    return [
        item | {name: value for name, value in known.get(item["key"], {}).items() if name not in names}
        for item in form.to_json()
    ]


def new_identity() -> str:
    """Return an identity for a new project."""
    return uuid.uuid4().hex


def give_identity(layout: Layout) -> str:
    """Return the identity of a project, which a project of an earlier version is given now.

    Raises:
        ProjectError: it cannot be read. WriteError: it cannot be written.
    """
    manifest = read_manifest(layout.manifest)
    if manifest.identity:
        return manifest.identity
    fresh = replace(manifest, identity=new_identity())
    write_manifest(layout.manifest, fresh)
    return fresh.identity


def is_free(layout: Layout) -> bool:
    """Return whether a project can be made here: nothing is there but what a killed program left of making one.

    Raises:
        ProjectError: it is a file, or cannot be read.
    """
    root = layout.root
    try:
        if root.is_file():
            raise ProjectError(f"{root} is a file, not a folder. Choose a new folder for the project.")
        return not root.exists() or all(_is_left_over(layout, path) for path in root.iterdir())
    except OSError as error:
        raise ProjectError(f"{root} cannot be read ({error.strerror}). Check its permissions.") from error


def _is_left_over(layout: Layout, path: Path) -> bool:
    if path in layout.folders:
        return not is_link(path) and path.is_dir() and not any(path.iterdir())
    return path.name.startswith(f".{layout.manifest.name}.") and path.name.endswith(files.TEMPORARY_SUFFIX)
