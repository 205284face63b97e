"""Settings: what the program remembers between runs."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta
from PySide6.QtCore import QByteArray

from unet_desktop.engine.device.cpu_priority import Cores
from unet_desktop.errors import UserError
from unet_desktop.gui.settings.view_options import PLAIN, View, view_from_json
from unet_desktop.project.version_limits import VersionLimits
from unet_desktop.settings_file import SettingsFile, case_key, project_key
from unet_desktop.tasks.folders.outputs import Outputs

MAX_RECENT = 8

_RENAMED_COMMANDS = {"project.rebuild_index": "project.read_again"}
"""Ids of commands in settings of earlier versions."""


class Theme(StrEnum):
    """Whose colours the window uses."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user chose.

    Attributes:
        theme: light, dark, or the system's.
        view: how picture and mask are shown.
        brush_diameter: image pixels.
        pen_pressure: does a pen's pressure change the brush's size?
        grow_parent: may a region grow the one around it?
        cores: how many of the CPU cores training uses.
        recent: project folders, the latest first.
        folder_pace: pictures per second of the last folder run; 0 if there was none.
        versions: how much is kept of a project's versions.
    """

    theme: Theme = Theme.SYSTEM
    view: View = field(default=PLAIN)
    brush_diameter: int = 60
    pen_pressure: bool = True
    grow_parent: bool = False
    cores: Cores = "auto"
    recent: tuple[Path, ...] = field(default=())
    folder_pace: float = 0.0
    versions: VersionLimits = field(default=VersionLimits())


_Pixels = Annotated[int, Meta(ge=1, le=100_000)]


@dataclass(frozen=True, slots=True)
class PanelSizes:
    """Sizes that the user gave to panels, in pixels; None where none was chosen.

    Attributes:
        left, right: widths of the panels at that side.
        measure: height of the measurements.
    """

    left: _Pixels | None = None
    right: _Pixels | None = None
    measure: _Pixels | None = None


@dataclass(frozen=True, slots=True)
class _Marks:
    """Pixel values of the labels of a project that are hidden, and of those that are locked."""

    hidden: list[int] = field(default_factory=list)
    locked: list[int] = field(default_factory=list)


_MAX_MARKED = 100
"""Projects whose hidden and locked labels are remembered."""
_Diameter = Annotated[int, Meta(ge=1, le=600)]
_Pace = Annotated[float, Meta(ge=0.0, le=1e6)]


class Store:
    """Reads and writes the settings in the user's configuration; what cannot be read gets its default."""

    def __init__(self, path: Path | None = None) -> None:
        """Read the settings, and those of earlier versions the first time.

        Args:
            path: of the file; None for that of this computer's user.
        """
        self._file = SettingsFile(path)
        self.settings = self._read()

    @property
    def problems(self) -> tuple[str, ...]:
        """What could not be read, as sentences."""
        return tuple(self._file.problems)

    def change(self, settings: Settings) -> None:
        """Use and store these settings; those that are the same are left as another window stored them."""
        before, self.settings = _plain(self.settings), settings
        changes = {name: value for name, value in _plain(settings).items() if value != before[name]}
        if changes:
            self._file.put(changes)

    def set_theme(self, theme: Theme) -> None:
        """Store the theme."""
        self.change(replace(self.settings, theme=theme))

    def set_cores(self, cores: Cores) -> None:
        """Store how many cores training uses."""
        self.change(replace(self.settings, cores=cores))

    def set_folder_pace(self, pace: float) -> None:
        """Store how many pictures per second a folder run did."""
        self.change(replace(self.settings, folder_pace=pace))

    @property
    def folder_outputs(self) -> Outputs | None:
        """What the last folder run wrote; None if there was none."""
        data = self._file.get("folder_outputs", dict[str, Any])
        try:
            return None if data is None else Outputs.from_json(data)
        except UserError:
            return None

    def keep_folder_outputs(self, outputs: Outputs) -> None:
        """Store what a folder run writes."""
        self._file.put({"folder_outputs": outputs.to_json()})

    @property
    def export_choice(self) -> dict[str, Any]:
        """What `keep_export_choice` stored, or nothing."""
        return self._file.get("export_choice", dict[str, Any]) or {}

    def keep_export_choice(self, choice: dict[str, Any]) -> None:
        """Store what was chosen for the last export of cases."""
        self._file.put({"export_choice": choice})

    def add_recent(self, root: Path) -> None:
        """Put a project first among the recent ones."""
        root = root.resolve()
        others = [path for path in self.settings.recent if path != root]
        self.change(replace(self.settings, recent=(root, *others)[:MAX_RECENT]))

    def forget_recent(self, root: Path) -> None:
        """Take a project off the recent ones."""
        self.change(replace(self.settings, recent=tuple(path for path in self.settings.recent if path != root)))

    def last_case(self, root: Path) -> str | None:
        """The `case_key` of the project's case that was last open on this computer, or None."""
        self._file.refresh()
        return self._last_cases().get(str(root.resolve()))

    def note_case(self, root: Path, case_id: str) -> None:
        """Store that this case of the project is open; projects that are not recent are forgotten."""
        recent = {str(path) for path in self.settings.recent}
        kept = {place: known for place, known in self._last_cases().items() if place in recent}
        self._file.put({"last_cases": kept | {str(root.resolve()): case_key(root, case_id)}})

    def label_marks(self, root: Path) -> tuple[list[int], list[int]]:
        """Pixel values of the project's labels that are hidden, and of those that are locked, on this computer."""
        marks = (self._file.get("label_marks", dict[str, _Marks]) or {}).get(project_key(root), _Marks())
        return marks.hidden, marks.locked

    def keep_label_marks(self, root: Path, hidden: Iterable[int], locked: Iterable[int]) -> None:
        """Store which of the project's labels are hidden and locked; the oldest of many projects are forgotten."""
        marks = _Marks(sorted(hidden), sorted(locked))
        if (marks.hidden, marks.locked) == self.label_marks(root):
            return
        known = self._file.get("label_marks", dict[str, Any]) or {}
        kept = {key: value for key, value in known.items() if key != project_key(root)}
        if marks.hidden or marks.locked:
            kept[project_key(root)] = asdict(marks)
        self._file.put({"label_marks": dict(list(kept.items())[-_MAX_MARKED:]) or None})

    def _last_cases(self) -> dict[str, str]:
        return self._file.get("last_cases", dict[str, str]) or {}

    @property
    def interrupted_job(self) -> dict[str, Any]:
        """What `keep_interrupted_job` stored, or nothing."""
        return self._file.get("interrupted_job", dict[str, Any]) or {}

    def keep_interrupted_job(self, job: dict[str, Any] | None) -> None:
        """Store the job to resume if the program ends now, at once: it may be killed."""
        self._file.put({"interrupted_job": job}, flush=True)

    @property
    def shortcuts(self) -> dict[str, list[str]]:
        """What `keep_shortcuts` stored."""
        stored = self._file.get("shortcuts", dict[str, list[str]]) or {}
        return {_RENAMED_COMMANDS.get(name, name): keys for name, keys in stored.items()}

    def keep_shortcuts(self, keys: dict[str, list[str]]) -> None:
        """Store the shortcuts that the user changed, by command."""
        self._file.put({"shortcuts": keys or None})

    @property
    def unfinished_shapes(self) -> list[Any]:
        """What `keep_unfinished_shapes` stored."""
        return self._file.get("unfinished_shapes", list[Any]) or []

    def keep_unfinished_shapes(self, shapes: list[Any]) -> None:
        """Store the shapes that were left before they were finished."""
        self._file.put({"unfinished_shapes": shapes or None})

    @property
    def geometry(self) -> tuple[QByteArray, QByteArray] | None:
        """(geometry, state) of the window when it was last closed, or None."""
        geometry, state = self._file.get("geometry", str), self._file.get("state", str)
        return None if not geometry or not state else (_bytes(geometry), _bytes(state))

    @property
    def panel_sizes(self) -> PanelSizes:
        """Sizes of panels that the user chose; earlier versions stored none."""
        return self._file.get("panels", PanelSizes) or PanelSizes()

    def keep_geometry(self, geometry: QByteArray, state: QByteArray, panels: PanelSizes) -> None:
        """Store where window and docks are, and which sizes the user gave them."""
        self._file.put({"panels": asdict(panels), "geometry": _text(geometry), "state": _text(state)})

    def _read(self) -> Settings:
        file, default = self._file, Settings()
        pressure, grow = file.get("pen_pressure", bool), file.get("grow_parent", bool)
        return Settings(
            file.get("theme", Theme) or default.theme,
            view_from_json(file.get("view", dict[str, Any])),
            file.get("brush_diameter", _Diameter) or default.brush_diameter,
            default.pen_pressure if pressure is None else pressure,
            default.grow_parent if grow is None else grow,
            file.get("cores", Cores) or default.cores,
            tuple(Path(entry) for entry in file.get("recent", list[str]) or [] if "\0" not in entry)[:MAX_RECENT],
            file.get("folder_pace", _Pace) or default.folder_pace,
            file.get("versions", VersionLimits) or default.versions,
        )


def _plain(settings: Settings) -> dict[str, Any]:
    return {
        "theme": settings.theme.value,
        "view": settings.view.to_json(),
        "brush_diameter": settings.brush_diameter,
        "pen_pressure": settings.pen_pressure,
        "grow_parent": settings.grow_parent,
        "cores": settings.cores,
        "recent": [str(path) for path in settings.recent],
        "folder_pace": settings.folder_pace,
        "versions": asdict(settings.versions),
    }


def _text(data: QByteArray) -> str:
    return base64.b64encode(data.data()).decode("ascii")


def _bytes(text: str) -> QByteArray:
    return QByteArray.fromBase64(QByteArray(text.encode("ascii", "replace")))
