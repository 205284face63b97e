"""AdjudicationPresenter: shows the readers' masks of the open case in their panel and on the canvas."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QObject

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.canvas.canvas import Canvas
from unet_desktop.gui.canvas.reader_layer import COLOURS, DASHES
from unet_desktop.gui.jobs.comparison import OtherReader
from unet_desktop.gui.readers.adjudication_commands import AdjudicationCommands
from unet_desktop.gui.readers.panel import ReaderRow, ReadersPanel
from unet_desktop.project.case import CaseState
from unet_desktop.project.reader_masks import ReaderMask

_STATES = {CaseState.APPROVED: "approved", CaseState.CORRECTED: "drawn"}


class AdjudicationPresenter(QObject):
    """Adjudication, panel, canvas."""

    def __init__(
        self,
        canvas: Canvas,
        app: AppModel,
        panel: ReadersPanel,
        commands: AdjudicationCommands,
        show_dock: Callable[[bool], None],
    ) -> None:
        """Connect them.

        Args:
            canvas: shows the outlines.
            app: what is behind the window.
            panel: what is shown.
            commands: those of adjudication.
            show_dock: shows or hides the panel's place in the window.
        """
        super().__init__(panel)
        self._canvas, self._app, self._panel, self._show_dock = canvas, app, panel, show_dock
        app.adjudication.readers_changed.connect(self._on_readers_changed)
        app.adjudication.masks_changed.connect(self._show)
        app.session.case_changed.connect(lambda: panel.set_current(app.session.case_id or ""))
        panel.shown_changed.connect(self._show_outlines)
        panel.use_requested.connect(commands.use_reader)
        panel.case_chosen.connect(commands.open_case)
        self._on_readers_changed()

    def _on_readers_changed(self) -> None:
        if self._app.session.project is not None:  # hidden in between, the panel would not be in front again
            self._show_dock(bool(self._app.adjudication.workbooks))

    def _show(self) -> None:
        self._panel.set_rows([self._row(read) for read in self._app.adjudication.masks])
        self._show_outlines()

    def _row(self, read: ReaderMask) -> ReaderRow:
        colour, dash = self._style(read)
        case = read.case
        drawn = read.mask is not None
        ratio = "" if not drawn or case.vcdr is None else "no cup" if case.vcdr == 0 else f"{case.vcdr:.2f}"
        state = _STATES.get(case.state, "drawn") if drawn else "not read yet"
        facts = [f"{read.title}: {state} {_day(case.changed_at)}".strip(), case.notes]
        if case.flagged:
            facts.append("Flagged as doubtful")
        if read.found.workbook.shows_predictions:
            facts.append("Saw the project's predictions")
        tip = "\n".join(fact for fact in facts if fact)
        return ReaderRow(read.found.key, read.title, colour, dash, ratio, state, tip, drawn)

    def _show_outlines(self) -> None:
        project = self._app.session.project
        if project is None or not self._panel.outlines:
            self._canvas.set_readers(())
            return
        hidden = self._panel.hidden_keys
        shown = []
        for read in self._app.adjudication.drawn:
            if read.mask is not None and read.found.key not in hidden:
                colour, dash = self._style(read)
                shown.append(OtherReader(read.mask, project.labels, read.title, "the mask now", colour, dash))
        self._canvas.set_readers(shown)

    def _style(self, read: ReaderMask) -> tuple[str, float]:
        """Colour and dash of a reader, the same in all cases."""
        keys = [found.key for found in self._app.adjudication.workbooks]
        number = keys.index(read.found.key) if read.found.key in keys else 0
        return COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]


def _day(when: str) -> str:
    try:
        return f"on {datetime.fromisoformat(when).astimezone():%Y-%m-%d}"
    except (ValueError, OverflowError, OSError):
        return ""
