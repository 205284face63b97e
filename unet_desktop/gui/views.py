"""Views: they bring what the workbench knows to the canvas and the panels, one class for each part of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from unet_desktop.engine.events import BatchDone, EpochDone
from unet_desktop.gui.canvas.canvas import Canvas
from unet_desktop.gui.canvas.pointer import Pointer
from unet_desktop.gui.handlers_view import ViewHandlers
from unet_desktop.gui.panels.all_panels import Panels
from unet_desktop.gui.panels.cases_model import STATE_TEXT
from unet_desktop.gui.tool_options import ToolKind
from unet_desktop.gui.workbench import Workbench
from unet_desktop.labels import NOT_ANNOTATED
from unet_desktop.masks.measure import cup_to_disc

if TYPE_CHECKING:
    from unet_desktop.gui.window import MainWindow


class CanvasView(QObject):
    """Canvas, tools and pointer."""

    def __init__(
        self, canvas: Canvas, pointer: Pointer, bench: Workbench, panels: Panels, handlers: ViewHandlers
    ) -> None:
        """Connect them."""
        super().__init__(canvas)
        self._canvas, self._bench, self._panels = canvas, bench, panels
        self._measuring = QTimer(self, singleShot=True, interval=0)
        self._measuring.timeout.connect(self._measure)
        editor, options, tools = bench.editor, bench.options, panels.tools
        editor.mask_replaced.connect(self._on_editor_mask_replaced)
        editor.mask_changed.connect(canvas.update_box)
        editor.history_changed.connect(self._measuring.start)
        bench.proposal.changed.connect(self._on_proposal_changed)
        bench.session.models_changed.connect(self._on_proposal_changed)
        options.changed.connect(self._on_options_changed)
        tools.labels.label_chosen.connect(options.choose_label)
        tools.brush_size.diameter_chosen.connect(options.set_diameter)
        tools.overlay.visible_chosen.connect(canvas.set_overlay_visible)
        tools.overlay.opacity_chosen.connect(canvas.set_overlay_opacity)
        canvas.settings_changed.connect(self._on_canvas_settings_changed)
        canvas.viewport_changed.connect(self._on_canvas_viewport_changed)
        pointer.hovered.connect(self._on_pointer_hovered)
        pointer.left.connect(lambda: panels.status.set_pointer("", ""))
        pointer.resize_requested.connect(options.step_diameter)
        pointer.key_released.connect(lambda key: handlers.end_peek() if key == Qt.Key.Key_H else None)
        canvas.set_overlay_opacity(bench.store.settings.overlay_opacity)
        self._on_options_changed()
        self._on_proposal_changed()

    def _on_editor_mask_replaced(self) -> None:
        self._canvas.set_mask(self._bench.editor.mask, self._bench.editor.labels)

    def _on_proposal_changed(self) -> None:
        prediction, project = self._bench.proposal.prediction, self._bench.session.project
        self._canvas.set_proposal(
            None if prediction is None else prediction.mask, None if project is None else project.labels
        )
        self._panels.tools.proposal.set_state(
            has_model=self._bench.session.model_in_use is not None,
            confidence=None if prediction is None else prediction.confidence,
        )

    def _on_options_changed(self) -> None:
        options, tools = self._bench.options, self._panels.tools
        tools.labels.set_labels(options.labels)
        tools.labels.set_current(options.label)
        tools.brush_size.set_diameter(options.diameter)
        erases = options.tool is ToolKind.ERASER
        colour = QColor("white") if options.label is None or erases else QColor(options.label.colour)
        self._canvas.set_brush(options.diameter, colour)

    def _on_canvas_settings_changed(self) -> None:
        self._panels.tools.overlay.set_overlay(self._canvas.overlay_visible, self._canvas.overlay_opacity)

    def _on_canvas_viewport_changed(self) -> None:
        self._panels.status.set_zoom(None if self._canvas.image_size is None else self._canvas.zoom)

    def _on_pointer_hovered(self, x: float, y: float) -> None:
        opened, mask = self._bench.session.open, self._bench.editor.mask
        column, row = int(x // 1), int(y // 1)
        if opened is None or mask is None or not (0 <= row < mask.shape[0] and 0 <= column < mask.shape[1]):
            self._panels.status.set_pointer("", "")
            return
        red, green, blue = (int(value) for value in opened.image.pixels[row, column])
        self._panels.status.set_pointer(
            f"x {column}  y {row}  RGB {red} {green} {blue}", self._name_of(int(mask[row, column]))
        )

    def _name_of(self, value: int) -> str:
        labels = self._bench.editor.labels
        label = None if labels is None else labels.with_value(value)
        if label is not None:
            return label.name
        return "not annotated" if value == NOT_ANNOTATED else "background"

    def _measure(self) -> None:
        mask, labels = self._bench.editor.mask, self._bench.editor.labels
        ratio = None if mask is None or labels is None else cup_to_disc(mask, labels)
        self._panels.tools.show_ratio(ratio)


class CaseView(QObject):
    """Case list, pages, title and the case's part of the status line."""

    def __init__(self, window: MainWindow, bench: Workbench, panels: Panels) -> None:
        """Connect them."""
        super().__init__(window)
        self._window, self._bench, self._panels = window, bench, panels
        session = bench.session
        session.project_changed.connect(self._on_session_project_changed)
        session.cases_changed.connect(self._on_session_cases_changed)
        session.case_changed.connect(self._on_session_case_changed)
        session.case_updated.connect(self._on_session_case_updated)
        self._on_session_project_changed()
        self._on_session_case_changed()

    def _on_session_project_changed(self) -> None:
        self._panels.banner.hide()
        self._panels.welcome.set_recent(self._bench.store.settings.recent)
        self._window.docks.set_project_open(self._bench.session.project is not None)
        self._on_session_cases_changed()

    def _on_session_cases_changed(self) -> None:
        session = self._bench.session
        self._panels.cases.set_project(session.project)
        self._panels.cases.set_current(session.case_id)
        self._show_counts()
        self._show_page()

    def _on_session_case_changed(self) -> None:
        opened = self._bench.session.open
        self._window.canvas.set_image(None if opened is None else opened.image.pixels)
        self._panels.cases.set_current(self._bench.session.case_id)
        self._show_case()
        self._show_page()

    def _on_session_case_updated(self, case_id: str) -> None:
        self._panels.cases.update_case(case_id)
        self._show_counts()
        if case_id == self._bench.session.case_id:
            self._show_case()

    def _show_page(self) -> None:
        session, panels = self._bench.session, self._panels
        page: QWidget = panels.welcome
        if session.project is not None:
            page = self._window.canvas if session.case_ids else panels.no_cases
        self._window.pages.setCurrentWidget(page)

    def _show_counts(self) -> None:
        corrected, total = self._bench.session.counts
        self._panels.cases.set_counts(corrected, total)
        self._panels.training.set_case_counts(corrected, total)

    def _show_case(self) -> None:
        project, opened = self._bench.session.project, self._bench.session.open
        names = [] if opened is None else [opened.case.id]
        names += [] if project is None else [project.name]
        self._window.setWindowTitle(" – ".join([*names, "U-Net Desktop"]))
        if opened is None:
            self._panels.status.set_case("", "")
            return
        state = STATE_TEXT[opened.case.state] + (", flagged" if opened.case.flagged else "")
        self._panels.status.set_case(state, opened.image.note)


class LearningView(QObject):
    """Training panel, models, and the job's part of the status line."""

    def __init__(self, bench: Workbench, panels: Panels) -> None:
        """Connect them."""
        super().__init__(panels.training)
        self._bench, self._panels = bench, panels
        runner = bench.runner
        runner.started.connect(self._on_runner_started)
        runner.event_happened.connect(self._on_runner_event_happened)
        runner.busy_changed.connect(self._on_runner_busy_changed)
        bench.learning.progressed.connect(panels.status.set_progress)
        bench.session.models_changed.connect(self._on_session_models_changed)
        bench.session.project_changed.connect(self._on_session_project_changed)

    def _on_runner_started(self, title: str) -> None:
        self._panels.status.set_job(title)
        self._panels.training.set_busy(True, title)

    def _on_runner_busy_changed(self, busy: bool) -> None:
        if not busy:
            self._panels.status.set_job("")
            self._panels.training.set_busy(False, "")

    def _on_runner_event_happened(self, event: object) -> None:
        self._panels.training.add_event(event)
        if isinstance(event, BatchDone) and event.steps:  # reading and measuring know no epochs
            done = max(event.epoch - 1, 0) * event.steps + event.step
            self._panels.status.set_progress(done, max(event.epochs, 1) * event.steps)
        elif isinstance(event, EpochDone):
            self._panels.status.set_progress(event.epoch, event.epochs)

    def _on_session_models_changed(self) -> None:
        session = self._bench.session
        self._panels.models.set_models(session.models, session.model_in_use)
        labels = None if session.project is None else session.project.labels
        fitting = frozenset(model.header.preset for model in session.models if model.header.labels == labels)
        self._panels.training.set_presets_with_models(fitting)

    def _on_session_project_changed(self) -> None:
        project = self._bench.session.project
        self._panels.training.reset()
        if project is not None:
            self._panels.training.set_labels(project.labels)
