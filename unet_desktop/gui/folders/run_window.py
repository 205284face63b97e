"""FolderRunWindow: how a folder run goes, its last results, and what to do with them when it is over."""

from __future__ import annotations

import time
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QIcon, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListView,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from unet_desktop.gui.folders.pace import Pace
from unet_desktop.gui.folders.run_figures import RunFigures
from unet_desktop.gui.widgets.durations import time_left
from unet_desktop.gui.widgets.form_dialog import wrapped
from unet_desktop.gui.widgets.named import named
from unet_desktop.tasks.events import ItemDone

_SIDE = 108
_MOST_SHOWN = 24
_MOST_PROBLEMS = 4


class RunState(StrEnum):
    """Where a folder run is."""

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
        pause_requested(bool): rest, or go on.
        stop_requested: end the run; it can be gone on with.
        go_on_requested: start it again; what is done stays done.
        import_requested: make cases of the results.
    """

    pause_requested = Signal(bool)
    stop_requested = Signal()
    go_on_requested = Signal()
    import_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Nothing runs."""
        super().__init__(parent, Qt.WindowType.Window)
        self._output, self._title = Path(), ""
        self._pace = Pace()
        self._heading, self._words = named(QLabel(), "run_heading"), named(wrapped(""), "run_words")
        self._heading.setProperty("role", "heading")
        self._words.setProperty("role", "muted")
        self._figures = RunFigures()
        self._bar = named(QProgressBar(), "run_bar")
        self._pictures = named(QListWidget(), "run_pictures")
        self._problems = named(wrapped(""), "run_problems")
        self._buttons = _Buttons(self)
        self._lay_out()
        self.resize(760, 600)

    def begin(self, title: str, output: Path, total: int, *, report: bool = True) -> None:
        """A run begins, or goes on.

        Args:
            title: what is segmented, e.g. a folder's name.
            output: where the results lie.
            total: pictures, as far as it is known; 0 otherwise.
            report: it ends with a report, which takes a while when there are many pictures.
        """
        self._output = output
        self._pace.restart()
        self._figures.clear("Writing the report…" if report else "Writing the tables…")
        self._pictures.clear()
        self._problems.hide()
        self._problems.setText("")
        self._title = title
        self.setWindowTitle(f"Segmenting {title}")
        self._words.setText(f"To {output}")
        self._bar.setRange(0, total or 1)
        self._bar.setValue(0)
        self._figures.set_progress(0, total, "the model is being loaded")
        self.set_state(RunState.RUNNING)

    def add_event(self, event: object) -> None:
        """Follow the run."""
        if not isinstance(event, ItemDone):
            return
        self._pace.add(event.done, time.monotonic())
        self._bar.setRange(0, max(event.total, 1))
        self._bar.setValue(event.done)
        self._figures.add(event)
        self._figures.set_progress(event.done, event.total, self._speed(event.total))
        if event.problem:
            self._add_problem(event.problem)

    def add_picture(self, name: str, pixmap: QPixmap) -> None:
        """Show a result, the latest first."""
        item = QListWidgetItem(QIcon(pixmap), Path(name).name)
        item.setToolTip(name)
        self._pictures.insertItem(0, item)
        while self._pictures.count() > _MOST_SHOWN:
            self._pictures.takeItem(self._pictures.count() - 1)

    def set_state(self, state: RunState, words: str = "") -> None:
        """Where the run is now; `words` say how it ended."""
        if state is not RunState.RUNNING:
            self._pace.restart()
            self._figures.set_pace("")
        self._heading.setText(f"{_HEADINGS[state]} {self._title}")
        if words:
            self._words.setText(words)
        self._buttons.show_for(state, report=(self._output / "report.html").is_file())

    @Slot()
    def open_output(self) -> None:
        """Show the folder of the results in the system's own window."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._output)))

    @Slot()
    def open_report(self) -> None:
        """Show the report in the browser."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._output / "report.html")))

    def _speed(self, total: int) -> str:
        rate, left = self._pace.rate, self._pace.seconds_left(total)
        if rate is None or left is None:
            return ""
        return f"{rate:.1f} pictures a second, {time_left(left)}".rstrip(", ")

    def _add_problem(self, sentence: str) -> None:
        lines = [*self._problems.text().splitlines(), sentence]
        self._problems.setText("\n".join(lines[-_MOST_PROBLEMS:]))
        self._problems.show()

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
        column.addWidget(self._pictures, 1)
        column.addWidget(self._problems)
        column.addWidget(self._buttons)


class _Buttons(QWidget):
    """The row of buttons: which ones there are follows from where the run is."""

    def __init__(self, run: FolderRunWindow) -> None:
        super().__init__()
        self._pause = _button("Pause", "run_pause", lambda: run.pause_requested.emit(True))
        self._resume = _button("Resume", "run_resume", lambda: run.pause_requested.emit(False))
        self._stop = _button("Stop", "run_stop", run.stop_requested.emit)
        self._go_on = _button("Go on", "run_go_on", run.go_on_requested.emit)
        self._report = _button("Open report", "run_report", run.open_report)
        self._folder = _button("Open folder", "run_folder", run.open_output)
        self._import = _button("Import for correction…", "run_import", run.import_requested.emit)
        self._close = _button("Close", "run_close", run.close)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 0, 0)
        for button in (self._import, self._folder, self._report):
            row.addWidget(button)
        row.addStretch(1)
        for button in (self._go_on, self._pause, self._resume, self._stop, self._close):
            row.addWidget(button)

    def show_for(self, state: RunState, *, report: bool) -> None:
        over = state in {RunState.STOPPED, RunState.DONE}
        self._pause.setVisible(state is RunState.RUNNING)
        self._resume.setVisible(state is RunState.PAUSED)
        self._stop.setVisible(not over)
        self._go_on.setVisible(state is RunState.STOPPED)
        self._report.setVisible(over and report)
        for button in (self._folder, self._import, self._close):
            button.setVisible(over)


def _button(text: str, name: str, clicked: object) -> QPushButton:
    button = named(QPushButton(text), name)
    button.setAutoDefault(False)
    button.clicked.connect(lambda: clicked())  # type: ignore[operator]  # Qt would pass on whether it is checked
    return button
