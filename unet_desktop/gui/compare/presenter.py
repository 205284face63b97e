"""ComparePresenter: brings the comparison of readers to its panel and to the canvas."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.canvas.canvas import Canvas
from unet_desktop.gui.window.docks import Docks
from unet_desktop.gui.window.panels import Panels


class ComparePresenter(QObject):
    """Panel, outlines, legend."""

    def __init__(
        self,
        canvas: Canvas,
        docks: Docks,
        app: AppModel,
        panels: Panels,
        guarded: Callable[[str], Callable[..., object]],
    ) -> None:
        """Connect them.

        Args:
            canvas: shows the other reader's outlines.
            docks: bring the panel to the front.
            app: what is behind the window.
            panels: what is shown.
            guarded: the handler of a name; what it raises becomes a dialog.
        """
        super().__init__(panels.comparison)
        self._canvas, self._docks, self._app, self._panel = canvas, docks, app, panels.comparison
        comparison, panel = app.comparison, panels.comparison
        comparison.changed.connect(self._on_comparison_changed)
        comparison.reader_changed.connect(self._on_comparison_reader_changed)
        comparison.problem.connect(panels.banner.show_problem)
        app.session.case_changed.connect(self._on_session_case_changed)
        app.runner.busy_changed.connect(panel.set_busy)
        panel.outlines_chosen.connect(comparison.set_outlines)
        panel.case_chosen.connect(lambda name: guarded("comparison.open_case")(name))
        panel.compare_requested.connect(lambda: guarded("comparison.compare")())
        panel.again_requested.connect(lambda: guarded("comparison.again")())
        panel.save_requested.connect(lambda kind: guarded("comparison.save")(kind))
        panel.set_outlines(comparison.outlines)

    def _on_comparison_changed(self) -> None:
        evaluation = self._app.comparison.evaluation
        self._panel.set_evaluation(evaluation)
        self._on_session_case_changed()
        self._panel.show_worst()
        if evaluation is not None:
            self._docks.bring_forward(self._docks.comparison)

    def _on_comparison_reader_changed(self) -> None:
        self._canvas.set_reader(self._app.comparison.reader)

    def _on_session_case_changed(self) -> None:
        self._panel.set_current(self._app.session.case_id or "")
