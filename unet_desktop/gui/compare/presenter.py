"""ComparePresenter: shows the comparison of readers in its panel and on the canvas."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.canvas.canvas import Canvas
from unet_desktop.gui.compare.commands import CompareCommands
from unet_desktop.gui.compare.panel import ComparisonPanel


class ComparePresenter(QObject):
    """Panel, outlines, legend."""

    def __init__(
        self,
        canvas: Canvas,
        app: AppModel,
        panel: ComparisonPanel,
        commands: CompareCommands,
        show_panel: Callable[[], None],
    ) -> None:
        """Connect them.

        Args:
            canvas: shows the other reader's outlines.
            app: what is behind the window.
            panel: what is shown.
            commands: those of comparing.
            show_panel: brings the panel to the front.
        """
        super().__init__(panel)
        self._canvas, self._app, self._panel, self._show_panel = canvas, app, panel, show_panel
        comparison = app.comparison
        comparison.changed.connect(self._on_comparison_changed)
        comparison.reader_changed.connect(self._on_comparison_reader_changed)
        app.session.case_changed.connect(self._on_session_case_changed)
        app.runner.busy_changed.connect(panel.set_busy)
        panel.outlines_chosen.connect(comparison.set_outlines)
        panel.case_chosen.connect(commands.open_case)
        panel.compare_requested.connect(commands.compare)
        panel.again_requested.connect(commands.compare_again)
        panel.save_requested.connect(commands.save)
        panel.set_outlines(comparison.outlines)

    def _on_comparison_changed(self) -> None:
        evaluation = self._app.comparison.evaluation
        self._panel.set_evaluation(evaluation)
        self._on_session_case_changed()
        self._panel.show_worst()
        if evaluation is not None:
            self._show_panel()

    def _on_comparison_reader_changed(self) -> None:
        self._canvas.set_reader(self._app.comparison.reader)

    def _on_session_case_changed(self) -> None:
        self._panel.set_current(self._app.session.case_id or "")
