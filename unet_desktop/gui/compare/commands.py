"""Commands of comparing two readers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.canvas.canvas import Canvas
from unet_desktop.gui.commands.command import CommandSet, Needs, ShowsErrors, command, guarded
from unet_desktop.gui.compare.dialog import CompareReadersDialog
from unet_desktop.images.box import bounding_box
from unet_desktop.project.case import UNCORRECTED
from unet_desktop.project.predictions import is_from_model
from unet_desktop.project.split import read_split

_EUROPEAN = "CSV with semicolons and decimal commas (*.csv)"
_FILES = {
    "html": ("Save the report", "agreement.html", "HTML (*.html)"),
    "pdf": ("Save the report", "agreement.pdf", "PDF (*.pdf)"),
    "table": ("Save the table", "agreement.csv", f"CSV (*.csv);;{_EUROPEAN};;Excel (*.xlsx);;Parquet (*.parquet)"),
    "summary": ("Save the metrics", "agreement.json", "JSON (*.json)"),
}


class CompareCommands(CommandSet):
    """Compare, compare again, open a compared case, save."""

    def __init__(self, app: AppModel, window: QWidget, canvas: Canvas, errors: ShowsErrors) -> None:
        """Open dialogs over the window."""
        super().__init__(errors)
        self._app, self._window, self._canvas = app, window, canvas

    @command(
        "project.compare",
        "Compare &two readers…",
        shortcut="Ctrl+Shift+C",
        icon="compare",
        needs=Needs.PROJECT | Needs.IDLE,
        tip="Compare the project's masks with a second reader's, another project's or the model's",
    )
    def compare(self) -> None:
        """Ask with whom to compare the project's masks, and do it."""
        project = self._app.session.project
        if project is None or self._app.runner.busy or not self._app.autosave.flush():
            return
        cases = [case for case in project.cases() if not case.damage and case.state not in UNCORRECTED]
        parts = read_split(project.layout.split)
        dialog = CompareReadersDialog(
            self._window,
            root=project.root,
            labels=project.labels,
            masks=len(cases),
            predictions=sum(is_from_model(project.layout, case) for case in cases),
            validation=sum(parts.get(case.group) == "validation" for case in cases),
        )
        if dialog.exec():
            self._app.comparison.start(dialog.request())

    @guarded
    def compare_again(self) -> None:
        """Compare with the same reader again."""
        comparison = self._app.comparison
        if comparison.request is not None:
            comparison.start(comparison.request)

    @guarded
    def open_case(self, case_id: str) -> None:
        """Open a compared case, close to where its masks are."""
        self._app.session.open_case(case_id)
        reader, mask = self._app.comparison.reader, self._app.editor.mask
        if reader is None or mask is None or self._app.session.case_id != case_id:
            return
        box = bounding_box(mask).union(bounding_box(reader.mask))
        if not box.empty:
            self._canvas.show_box(box)

    @guarded
    def save(self, kind: str) -> None:
        """Ask where to, and write a report, the table or the metrics there."""
        from unet_desktop.tasks.evaluation.targets import Targets  # not needed to open the window

        title, name, kinds = _FILES[kind]
        chosen, kind_chosen = QFileDialog.getSaveFileName(self._window, title, str(Path.home() / name), kinds)
        if chosen:
            path = Path(chosen)
            dialect = "excel-eu" if kind_chosen == _EUROPEAN else "plain"
            path = path if path.suffix else path.with_suffix(Path(name).suffix)
            # The dialog has asked whether the file with the name that was typed may be replaced.
            targets = Targets(replace=path == Path(chosen), csv_dialect=dialect)
            targets = replace(targets, **{kind: path})  # type: ignore[arg-type]
            self._app.comparison.write(targets, path)
