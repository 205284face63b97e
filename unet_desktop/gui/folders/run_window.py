"""FolderRunWindow: how a folder run goes, its last results, and what to do with them when it has ended."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QIcon, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListView,
    QListWidget,
    QListWidgetItem,
    QMainWindow,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from unet_desktop.gui.jobs.folder_progress import FolderRunProgress
from unet_desktop.gui.style.plain_text import PlainLabel, plain_tip
from unet_desktop.gui.widgets.durations import time_left
from unet_desktop.gui.widgets.form_dialog import wrapped_label
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.plurals import quantity

_SIDE = 108
_MAX_SHOWN = 24


class RunState(StrEnum):
    """State of a folder run."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"


_HEADINGS = {
    RunState.RUNNING: "Segmenting",
    RunState.PAUSED: "Paused: segmenting",
    RunState.STOPPED: "Stopped: segmenting",
    RunState.DONE: "Done: segmenting",
}


class FolderRunWindow(QWidget):
    """A window of its own beside the main one; closing it leaves the run alone.

    Signals:
        pause_requested(bool): pause the run, or let it run again.
        stop_requested: end the run; it can be resumed later.
        resume_requested: start it again; finished pictures are skipped.
        import_requested: make cases of the results.
        picture_chosen(Path): open this picture to correct its mask.
        case_opened(case_id): it was opened.
    """

    pause_requested = Signal(bool)
    stop_requested = Signal()
    resume_requested = Signal()
    import_requested = Signal()
    picture_chosen = Signal(object)
    case_opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._output, self._title, self._last_step = Path(), "", ""
        self._placed = False
        self._heading = with_object_name(PlainLabel(), "run_heading")
        self._words = with_object_name(wrapped_label(""), "run_words")
        self._heading.setProperty("role", "heading")
        self._words.setProperty("role", "muted")
        self._figures = _Figures()
        self._bar = with_object_name(QProgressBar(), "run_bar")
        self._pictures = with_object_name(QListWidget(), "run_pictures")
        self._to_check = with_object_name(QListWidget(), "run_to_check")
        self._to_check_words = with_object_name(wrapped_label(""), "run_to_check_words")
        self._problems = with_object_name(wrapped_label(""), "run_problems")
        self._buttons = _Buttons(self)
        self._lay_out()
        self.resize(760, 600)

    def show_beside(self, place: QRect) -> None:
        """Show the window, at first in this rectangle of the screen, which leaves the case list free.

        It may be wider than the rectangle: then it covers what is at the right of it, never what is at the left.
        """
        if not self._placed:
            self._placed = True
            screen = self.screen().availableGeometry()
            left, top = max(place.left(), screen.left()), max(place.top(), screen.top())
            width = min(self.width(), screen.right() + 1 - left)
            height = min(self.height(), max(place.height(), self.minimumSizeHint().height()), screen.bottom() + 1 - top)
            self.setGeometry(left, top, width, height)
        self.show()
        self.raise_()

    def begin(self, title: str, output: Path, *, report: bool = True) -> None:
        """A run starts, or is resumed.

        Args:
            title: what is segmented, e.g. a folder's name.
            output: folder of the results.
            report: the run ends with a report, which takes a while when there are many pictures.
        """
        self._output, self._title = output, title
        self._last_step = "Writing the report…" if report else "Writing the tables…"
        self._pictures.clear()
        self.set_to_check(())
        self.setWindowTitle(f"Segmenting {title}")
        self._words.setText(f"To {output}")
        self.set_progress(FolderRunProgress())
        self._figures.set_pace("The model is being loaded")
        self.set_state(RunState.RUNNING)

    def set_progress(self, progress: FolderRunProgress) -> None:
        """Show how far the run is, how fast it goes, and its last problems."""
        self._bar.setRange(0, max(progress.total, 1))
        self._bar.setValue(progress.done)
        self._figures.set_progress(progress)
        self._figures.set_pace(self._last_step if progress.complete else _speed(progress))
        self._problems.setText("\n".join(progress.problems))
        self._problems.setVisible(bool(progress.problems))

    def add_picture(self, name: str, pixmap: QPixmap) -> None:
        """Show a result, the latest first."""
        item = QListWidgetItem(QIcon(pixmap), Path(name).name)
        item.setToolTip(plain_tip(name))
        self._pictures.insertItem(0, item)
        while self._pictures.count() > _MAX_SHOWN:
            self._pictures.takeItem(self._pictures.count() - 1)

    def set_to_check(self, pictures: Iterable[tuple[str, Path, str]]) -> None:
        """List these pictures as worth a look: name, file and flags of each."""
        self._to_check.clear()
        for name, picture, flags in pictures:
            self._add_to_check(name, picture, flags)
        self._show_to_check()

    def add_to_check(self, name: str, picture: Path, flags: str) -> None:
        """List one more picture as worth a look."""
        self._add_to_check(name, picture, flags)
        self._show_to_check()

    def _add_to_check(self, name: str, picture: Path, flags: str) -> None:
        item = QListWidgetItem(f"{Path(name).name}\n{flags}")
        item.setToolTip(plain_tip(f"{name}: {flags}\nOpen it to correct its mask"))
        item.setData(Qt.ItemDataRole.UserRole, picture)
        self._to_check.addItem(item)

    def _show_to_check(self) -> None:
        count = self._to_check.count()
        pictures = quantity(count, "picture is", "pictures are")
        self._to_check_words.setText(f"{pictures} worth a look. Click one to correct it.")
        self._to_check_words.setVisible(count > 0)
        self._to_check.setVisible(count > 0)

    def set_state(self, state: RunState, words: str = "") -> None:
        """Show the state of the run; `words` say how it ended."""
        if state is not RunState.RUNNING:
            self._figures.set_pace("")
        self._heading.setText(f"{_HEADINGS[state]} {self._title}")
        if words:
            self._words.setText(words)
        self._buttons.show_for(state, report=(self._output / "report.html").is_file())

    @Slot()
    def open_output(self) -> None:
        """Show the folder of the results in the system's file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._output)))

    @Slot()
    def open_report(self) -> None:
        """Show the report in the browser."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._output / "report.html")))

    def _lay_out(self) -> None:
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(8)
        self._problems.setProperty("role", "warning")
        self._pictures.setViewMode(QListView.ViewMode.IconMode)
        self._pictures.setResizeMode(QListView.ResizeMode.Adjust)
        self._pictures.setMovement(QListView.Movement.Static)
        self._pictures.setIconSize(QSize(_SIDE, _SIDE))
        self._pictures.setGridSize(QSize(_SIDE + 20, _SIDE + 34))
        self._pictures.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._pictures.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self._pictures.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._pictures.setAccessibleName("Last results")
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 18, 18, 14)
        column.setSpacing(10)
        for widget in (self._heading, self._words, self._bar, self._figures):
            column.addWidget(widget)
        self._to_check.setAccessibleName("Pictures worth a look")
        self._to_check.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._to_check.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._to_check.setUniformItemSizes(True)
        self._to_check.setSpacing(3)
        self._to_check.itemClicked.connect(self._on_to_check_item_chosen)
        self._to_check.itemActivated.connect(self._on_to_check_item_chosen)
        self._to_check_words.setProperty("role", "muted")
        beside = QVBoxLayout()
        beside.addWidget(self._to_check_words)
        beside.addWidget(self._to_check, 1)
        results = QHBoxLayout()
        results.addWidget(self._pictures, 3)
        results.addLayout(beside, 2)
        column.addLayout(results, 1)
        column.addWidget(self._problems)
        column.addWidget(self._buttons)
        self._show_to_check()

    @Slot(QListWidgetItem)
    def _on_to_check_item_chosen(self, item: QListWidgetItem) -> None:
        self.picture_chosen.emit(item.data(Qt.ItemDataRole.UserRole))


class _Figures(QWidget):
    """How many pictures are done, failed and to check, as large numbers, and the pace at the right."""

    def __init__(self) -> None:
        super().__init__()
        self._done, self._failed = (
            with_object_name(PlainLabel(), "run_done"),
            with_object_name(PlainLabel(), "run_failed"),
        )
        self._flagged, self._pace = (
            with_object_name(PlainLabel(), "run_flagged"),
            with_object_name(PlainLabel(), "run_pace"),
        )
        self._far = ""
        self._pace.setProperty("role", "muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(28)
        for figure, word in ((self._done, "done"), (self._failed, "failed"), (self._flagged, "to check")):
            figure.setProperty("role", "figure")
            column, label = QVBoxLayout(), PlainLabel(word)
            label.setProperty("role", "muted")
            column.setSpacing(0)
            column.addWidget(figure)
            column.addWidget(label)
            row.addLayout(column)
        row.addStretch(1)
        row.addWidget(self._pace)

    def set_progress(self, progress: FolderRunProgress) -> None:
        self._done.setText(f"{progress.segmented:,}")
        self._failed.setText(f"{progress.failed:,}")
        self._flagged.setText(f"{progress.flagged:,}")
        self._far = f"{progress.done:,} of {progress.total:,}" if progress.total else ""

    def set_pace(self, pace: str) -> None:
        """Show how fast the run goes, or what it does, below how far it is."""
        self._pace.setText("\n".join(part for part in (self._far, pace) if part))


def _speed(progress: FolderRunProgress) -> str:
    rate, left = progress.pace.rate, progress.seconds_left
    if rate is None or left is None:
        return ""
    return f"{rate:.1f} pictures a second, {time_left(left)}".rstrip(", ")


class _Buttons(QWidget):
    """The row of buttons; the state of the run decides which are shown."""

    def __init__(self, run: FolderRunWindow) -> None:
        super().__init__()
        self._pause = _button("Pause", "run_pause", lambda: run.pause_requested.emit(True))
        self._unpause = _button("Resume", "run_unpause", lambda: run.pause_requested.emit(False))
        self._stop = _button("Stop", "run_stop", run.stop_requested.emit)
        self._resume = _button("Resume", "run_resume", run.resume_requested.emit)
        self._report = _button("Open report", "run_report", run.open_report)
        self._folder = _button("Open folder", "run_folder", run.open_output)
        self._import = _button("Import for correction…", "run_import", run.import_requested.emit)
        self._close = _button("Close", "run_close", run.close)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 0, 0)
        for button in (self._import, self._folder, self._report):
            row.addWidget(button)
        row.addStretch(1)
        for button in (self._resume, self._pause, self._unpause, self._stop, self._close):
            row.addWidget(button)

    def show_for(self, state: RunState, *, report: bool) -> None:
        over = state in {RunState.STOPPED, RunState.DONE}
        self._pause.setVisible(state is RunState.RUNNING)
        self._unpause.setVisible(state is RunState.PAUSED)
        self._stop.setVisible(not over)
        self._resume.setVisible(state is RunState.STOPPED)
        self._report.setVisible(over and report)
        for button in (self._folder, self._import, self._close):
            button.setVisible(over)


def _button(text: str, name: str, clicked: object) -> QPushButton:
    button = with_object_name(QPushButton(text), name)
    button.setAutoDefault(False)
    button.clicked.connect(lambda: clicked())  # type: ignore[operator]  # Qt would pass on whether it is checked
    return button


def middle_of(window: QWidget | None) -> QRect:
    """Where the picture is on the screen, between the docks; an empty rectangle without a main window."""
    centre = window.centralWidget() if isinstance(window, QMainWindow) else None
    return QRect() if centre is None else QRect(centre.mapToGlobal(QPoint()), centre.size())
