"""Settings: what the program remembers between runs; the window's geometry is stored separately."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import get_args

from PySide6.QtCore import QByteArray, QSettings

from unet_desktop.engine.device.cpu_priority import Cores
from unet_desktop.errors import UserError
from unet_desktop.gui.settings.view_options import PLAIN, View, view_from_json
from unet_desktop.tasks.folders.outputs import Outputs

MAX_RECENT = 8


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
    """

    theme: Theme = Theme.SYSTEM
    view: View = field(default=PLAIN)
    brush_diameter: int = 60
    pen_pressure: bool = True
    grow_parent: bool = False
    cores: Cores = "auto"
    recent: tuple[Path, ...] = field(default=())
    folder_pace: float = 0.0


@dataclass(frozen=True, slots=True)
class PanelSizes:
    """Sizes that the user gave to panels, in pixels; None where none was chosen.

    Attributes:
        left, right: widths of the panels at that side.
        measure: height of the measurements.
    """

    left: int | None = None
    right: int | None = None
    measure: int | None = None


class Store:
    """Reads and writes the settings in the user's configuration; what cannot be read gets its default."""

    def __init__(self) -> None:
        self._store = QSettings()
        self.settings = self._read()

    def change(self, settings: Settings) -> None:
        """Use and store these settings."""
        self.settings = settings
        self._store.setValue("theme", settings.theme.value)
        self._store.setValue("view", json.dumps(settings.view.to_json()))
        self._store.setValue("brush_diameter", settings.brush_diameter)
        self._store.setValue("pen_pressure", settings.pen_pressure)
        self._store.setValue("grow_parent", settings.grow_parent)
        self._store.setValue("cores", settings.cores)
        self._store.setValue("recent", [str(path) for path in settings.recent])
        self._store.setValue("folder_pace", settings.folder_pace)

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
        try:
            return Outputs.from_json(json.loads(str(self._store.value("folder_outputs") or "")))
        except (ValueError, UserError):
            return None

    def keep_folder_outputs(self, outputs: Outputs) -> None:
        """Store what a folder run writes."""
        self._store.setValue("folder_outputs", json.dumps(outputs.to_json()))

    def add_recent(self, root: Path) -> None:
        """Put a project first among the recent ones."""
        root = root.resolve()
        others = [path for path in self.settings.recent if path != root]
        self.change(replace(self.settings, recent=(root, *others)[:MAX_RECENT]))

    def forget_recent(self, root: Path) -> None:
        """Take a project off the recent ones."""
        self.change(replace(self.settings, recent=tuple(path for path in self.settings.recent if path != root)))

    def last_case(self, root: Path) -> str | None:
        """The case of the project that was last open on this computer, or None."""
        kept = self._last_cases().get(str(root.resolve()))
        return kept if isinstance(kept, str) else None

    def note_case(self, root: Path, case_id: str) -> None:
        """Store that this case of the project is open; projects that are not recent are forgotten."""
        recent = {str(path) for path in self.settings.recent}
        kept = {place: known for place, known in self._last_cases().items() if place in recent}
        self._store.setValue("last_cases", json.dumps(kept | {str(root.resolve()): case_id}))

    def _last_cases(self) -> dict[str, object]:
        try:
            kept = json.loads(str(self._store.value("last_cases") or "{}"))
        except ValueError:
            return {}
        return kept if isinstance(kept, dict) else {}

    @property
    def interrupted_job(self) -> str:
        """What `keep_interrupted_job` stored, or an empty string."""
        return str(self._store.value("interrupted_job") or "")

    def keep_interrupted_job(self, text: str) -> None:
        """Store the job to resume if the program ends now, at once: it may be killed."""
        self._store.setValue("interrupted_job", text)
        self._store.sync()

    @property
    def shortcuts(self) -> str:
        """What `keep_shortcuts` stored, or an empty string."""
        return str(self._store.value("shortcuts") or "")

    def keep_shortcuts(self, text: str) -> None:
        """Store the shortcuts that the user changed."""
        self._store.setValue("shortcuts", text)

    @property
    def unfinished_shapes(self) -> str:
        """What `keep_unfinished_shapes` stored, or an empty string."""
        return str(self._store.value("unfinished_shapes") or "")

    def keep_unfinished_shapes(self, text: str) -> None:
        """Store the shapes that were left before they were finished."""
        self._store.setValue("unfinished_shapes", text)

    @property
    def geometry(self) -> tuple[QByteArray, QByteArray] | None:
        """(geometry, state) of the window when it was last closed, or None."""
        geometry, state = self._store.value("window/geometry"), self._store.value("window/state")
        return (geometry, state) if isinstance(geometry, QByteArray) and isinstance(state, QByteArray) else None

    @property
    def panel_sizes(self) -> PanelSizes:
        """Sizes of panels that the user chose; earlier versions stored none."""
        try:
            kept = json.loads(str(self._store.value("window/panels") or "{}"))
            return PanelSizes(**{name: size for name, size in kept.items() if isinstance(size, int) and size > 0})
        except (ValueError, TypeError, AttributeError):
            return PanelSizes()

    def keep_geometry(self, geometry: QByteArray, state: QByteArray, panels: PanelSizes) -> None:
        """Store where window and docks are, and which sizes the user gave them."""
        self._store.setValue("window/panels", json.dumps(asdict(panels)))
        self._store.setValue("window/geometry", geometry)
        self._store.setValue("window/state", state)

    def _read(self) -> Settings:
        known = {entry.name: self._store.value(entry.name) for entry in fields(Settings)}
        recent = known["recent"]
        if isinstance(recent, str):  # QSettings returns a list of one as its only entry
            recent = [recent]
        default = Settings()
        return Settings(
            Theme(known["theme"]) if known["theme"] in set(Theme) else default.theme,
            _view(known["view"]),
            round(_number(known["brush_diameter"], default.brush_diameter)),
            str(known["pen_pressure"]).lower() != "false",
            str(known["grow_parent"]).lower() == "true",
            next((cores for cores in get_args(Cores) if cores == known["cores"]), default.cores),
            tuple(Path(str(entry)) for entry in recent) if isinstance(recent, list) else (),
            _number(known["folder_pace"], default.folder_pace),
        )


def _view(text: object) -> View:
    try:
        return view_from_json(json.loads(str(text)))
    except ValueError:
        return View()


def _number(value: object, default: float) -> float:
    try:
        return float(str(value)) if value is not None else default
    except ValueError:
        return default
