"""Timeline: the versions of the open case, the one that is compared with the mask, and bringing one back."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from PySide6.QtCore import QObject, QTimer, Signal

from unet_desktop.errors import UserError, sentence_of
from unet_desktop.gui.editing.editor import CaseKey, Editor
from unet_desktop.gui.editing.version_keeper import VersionKeeper
from unet_desktop.gui.session.session import Session
from unet_desktop.images.read import Pixels
from unet_desktop.labels import LabelSet
from unet_desktop.masks.compare import compare_masks
from unet_desktop.masks.measure import vertical_ratio
from unet_desktop.masks.overlay import draw_symbol
from unet_desktop.masks.regions import Mask
from unet_desktop.project.case_events import restore_event
from unet_desktop.project.layout import Layout
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.trail import append
from unet_desktop.project.versions import CaseVersions, Version, VersionStep, load_version, read_versions

log = logging.getLogger("unet.gui")

NO_VERSIONS = CaseVersions((), ())
RESTORED = "Restore version"
"""Beginning of the step's name."""
SYMBOL = 72
"""Pixels of a side of a version's small picture; twice what is shown, for screens with many pixels."""
_AFTER_EDIT = 300
"""Milliseconds after an edit before the comparison is made again."""


@dataclass(frozen=True, slots=True)
class VersionDifference:
    """How a version differs from the mask now.

    Attributes:
        dice: of each label that the mask now shows, by its name.
        ratio_now: the `vertical_ratio` of the mask now.
        same: they are equal.
    """

    dice: Mapping[str, float]
    ratio_now: float | None
    same: bool


@dataclass(frozen=True, slots=True, eq=False)
class ComparedVersion:
    """The version that is compared with the open mask.

    Attributes:
        version: which.
        mask: (H, W) uint8, its mask.
        labels: the project's.
        difference: from the mask now.
    """

    version: Version
    mask: Mask
    labels: LabelSet
    difference: VersionDifference


@dataclass(frozen=True, slots=True, eq=False)
class _Symbol:
    version: Version
    pixels: Pixels


_Found = CaseVersions | ComparedVersion | _Symbol | str


class Timeline(QObject):
    """Lists versions while somebody watches; reading and comparing happen in the thread that writes them.

    Signals:
        changed: `versions` is another list.
        compared_changed: another version is compared, or none, or the mask has changed.
        restored(sentence): a version is the mask again.
        symbol_drawn(version, pixels): a small picture of the version, (SYMBOL, SYMBOL, 3) uint8.
        problem(sentence): a version cannot be read.

    Attributes:
        versions: of the open case; empty while nobody watches.
        compared: the version that is compared with the mask, or None.
    """

    changed = Signal()
    compared_changed = Signal()
    restored = Signal(str)
    symbol_drawn = Signal(object, object)
    problem = Signal(str)
    _arrived = Signal()

    def __init__(self, session: Session, editor: Editor, keeper: VersionKeeper, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._editor, self._keeper = session, editor, keeper
        self.versions = NO_VERSIONS
        self.compared: ComparedVersion | None = None
        self._watched = False
        self._wanted: Version | None = None  # the one to compare, which may still be read
        self._results: SimpleQueue[tuple[CaseKey, _Found]] = SimpleQueue()
        self._timer = QTimer(self, singleShot=True, interval=_AFTER_EDIT)
        self._timer.timeout.connect(self._compare_again)
        self._arrived.connect(self._take_results)
        keeper.kept.connect(self._on_keeper_kept)
        editor.edited.connect(self._on_editor_edited)
        session.case_changed.connect(self._on_session_case_changed)

    def set_watched(self, watched: bool) -> None:
        """List the versions from now on, or stop listing and comparing."""
        if watched == self._watched:
            return
        self._watched = watched
        if not watched:
            self.compare(None)
        self._list()

    def compare(self, version: Version | None) -> None:
        """Compare this version with the mask, or none."""
        self._wanted = version
        if version is None:
            self._set_compared(None)
        else:
            self._compare_again()

    def draw_symbol(self, version: Version) -> None:
        """Draw a small picture of a version soon; none comes if the version is damaged, or its case was left."""
        project, key = self._session.project, self._editor.key
        if project is not None and key is not None and key[1] == version.case:
            self._keeper.run(self._draw, project, key, version)

    def _draw(self, project: ProjectReader, key: CaseKey, version: Version) -> None:
        """Run in the thread."""
        if not self._watched or key != self._editor.key:  # it was asked for and is out of sight by now
            return
        try:
            mask = load_version(project.layout, project.labels, project.sound_case(key[1]), version)
            self._put(key, _Symbol(version, draw_symbol(mask, project.labels, SYMBOL)))
        except (UserError, OSError) as error:
            log.info("%s", error)  # comparing the version says so
        except Exception:  # the thread's boundary
            log.exception("version %d of %s", version.number, key[1])

    def restore(self) -> None:
        """Make the compared version the mask, in one step that can be undone; the mask before becomes a version."""
        compared, editor = self.compared, self._editor
        if compared is None or editor.mask is None or editor.refuse():
            return
        editor.leave()  # tools end what they have begun
        self._keeper.keep_changes()
        number = compared.version.number
        editor.replace_mask(f"{RESTORED} {number}", compared.mask, model=compared.version.model)
        self._keeper.keep(VersionStep.RESTORED)
        if self._session.project is not None:
            self._keeper.run(_note_restored, self._session.project.layout, compared.version)
        self.compare(None)
        self.restored.emit(f"Version {number} is the mask again; undo brings back what was there.")

    def _list(self) -> None:
        project, key = self._session.project, self._editor.key
        if self._watched and project is not None and key is not None:
            self._keeper.run(self._read, project, key)
        elif self.versions != NO_VERSIONS:
            self.versions = NO_VERSIONS
            self.changed.emit()

    def _read(self, project: ProjectReader, key: CaseKey) -> None:
        """Run in the thread."""
        try:
            found = read_versions(project.layout, key[1])
        except (UserError, OSError) as error:
            found = CaseVersions((), (sentence_of(error),))
        except Exception as error:  # the thread's boundary
            log.exception("versions could not be listed")
            found = CaseVersions((), (str(error),))
        self._put(key, found)

    def _compare_again(self) -> None:
        project, editor, version = self._session.project, self._editor, self._wanted
        if project is None or version is None or editor.mask is None or editor.key is None:
            return
        if editor.drawing:
            self._timer.start()
            return
        known = None if self.compared is None or self.compared.version != version else self.compared.mask
        self._keeper.run(self._load, project, editor.key, version, known, editor.mask.copy())

    def _load(self, project: ProjectReader, key: CaseKey, version: Version, known: Mask | None, now: Mask) -> None:
        """Run in the thread."""
        try:
            case, labels = project.sound_case(key[1]), project.labels
            mask = load_version(project.layout, labels, case, version) if known is None else known
            self._put(key, ComparedVersion(version, mask, labels, _difference(mask, now, labels)))
        except (UserError, OSError) as error:
            self._put(key, sentence_of(error))
        except Exception as error:  # the thread's boundary
            log.exception("version %d of %s", version.number, key[1])
            self._put(key, str(error))

    def _put(self, key: CaseKey, found: _Found) -> None:
        self._results.put((key, found))
        self._arrived.emit()

    def _take_results(self) -> None:
        while True:
            try:
                key, found = self._results.get_nowait()
            except Empty:
                return
            if key != self._editor.key:
                continue
            if isinstance(found, str):
                self.compare(None)
                self.problem.emit(found)
            elif isinstance(found, _Symbol):
                self.symbol_drawn.emit(found.version, found.pixels)
            elif isinstance(found, ComparedVersion):
                if found.version == self._wanted:
                    self._set_compared(found)
            elif self._watched and found != self.versions:
                self.versions = found
                self.changed.emit()

    def _set_compared(self, compared: ComparedVersion | None) -> None:
        if compared is not self.compared:
            self.compared = compared
            self.compared_changed.emit()

    def _on_keeper_kept(self, key: CaseKey) -> None:
        if key == self._editor.key:
            self._list()

    def _on_editor_edited(self) -> None:
        if self._wanted is not None:
            self._timer.start()

    def _on_session_case_changed(self) -> None:
        self._timer.stop()
        self.compare(None)
        if self.versions != NO_VERSIONS:
            self.versions = NO_VERSIONS
            self.changed.emit()
        self._list()


def _note_restored(layout: Layout, version: Version) -> None:
    """Run in the thread."""
    try:
        append(layout, restore_event(version))
    except (UserError, OSError) as error:
        log.warning("%s", error)


def _difference(mask: Mask, now: Mask, labels: LabelSet) -> VersionDifference:
    metrics = compare_masks(mask, now, labels)
    dice = {label.name: metrics[f"dice/{label.name}"] for label in labels if f"dice/{label.name}" in metrics}
    return VersionDifference(dice, vertical_ratio(now, labels), bool((mask == now).all()))
