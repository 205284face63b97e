"""CanvasPresenter: shows editor, tools and proposal on the canvas, in the tools panel and in the status line."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.canvas.canvas import Canvas
from unet_desktop.gui.canvas.pointer import Pointer
from unet_desktop.gui.correct.panel import ToolsPanel
from unet_desktop.gui.messages.status_line import StatusLine
from unet_desktop.gui.tools.tool_guide import GUIDES
from unet_desktop.gui.tools.tool_options import ToolKind, ToolOptions
from unet_desktop.images.stereo import find_halves
from unet_desktop.labels import NOT_ANNOTATED, Label
from unet_desktop.masks.history import Step, StepKind

REFUSED_FOR = 6000
"""Milliseconds for which the status line says why a tool could not do what was asked."""

LOCKED = "This project is open in another program, so nothing can be changed here."
"""What the status line says then to a press on the canvas."""


class CanvasPresenter(QObject):
    """Connects canvas, pointer, tools panel and status line to the app model."""

    def __init__(self, canvas: Canvas, pointer: Pointer, app: AppModel, panel: ToolsPanel, status: StatusLine) -> None:
        """Connect them and show the present state."""
        super().__init__(canvas)
        self._canvas, self._app = canvas, app
        self._panel, self._status = panel, status
        self._hidden: frozenset[int] = frozenset()
        self._decision = ""  # the message about accepting or rejecting that may still be shown
        editor, options = app.editor, app.options
        editor.mask_replaced.connect(self._on_editor_mask_replaced)
        editor.mask_changed.connect(canvas.update_box)
        app.proposal.changed.connect(self._on_proposal_changed)
        app.session.models_changed.connect(self._on_proposal_changed)
        app.session.project_changed.connect(self._on_proposal_changed)
        options.changed.connect(self._on_options_changed)
        app.toolbox.changed.connect(self._on_toolbox_changed)
        editor.refused.connect(lambda: status.showMessage(LOCKED, REFUSED_FOR))
        app.proposal.decided.connect(self._on_proposal_decided)
        app.cup_absence.decided.connect(self._on_proposal_decided)
        editor.edited.connect(self._on_editor_edited)
        app.session.case_changed.connect(self._end_decision)
        app.toolbox.refused.connect(lambda sentence: status.showMessage(sentence, REFUSED_FOR))
        panel.label_list.label_chosen.connect(options.choose_label)
        panel.label_list.hide_toggled.connect(lambda index: self._toggle(index, options.toggle_hidden))
        panel.label_list.lock_toggled.connect(lambda index: self._toggle(index, options.toggle_locked))
        editor.met_lock.connect(self._on_editor_met_lock)
        panel.settings.brush_size.diameter_chosen.connect(options.set_diameter)
        panel.settings.pressure.pressure_chosen.connect(options.set_pressure)
        panel.settings.tolerance.tolerance_chosen.connect(options.set_tolerance)
        panel.settings.grow_parent.grow_parent_chosen.connect(options.set_grow_parent)
        panel.settings.combine.combine_chosen.connect(options.choose_combine)
        canvas.viewport_changed.connect(self._on_canvas_viewport_changed)
        pointer.hovered.connect(self._on_pointer_hovered)
        app.session.case_changed.connect(lambda: status.set_pointer("", ""))  # what it shows was of another picture
        pointer.left.connect(lambda: status.set_pointer("", ""))
        pointer.resize_requested.connect(options.step_diameter)
        self._on_options_changed()
        self._on_toolbox_changed()
        self._on_proposal_changed()

    def _toggle(self, index: int, toggle: Callable[[Label], None]) -> None:
        """Hide or lock a label, or take that back, once the shape and the gesture in progress are finished."""
        labels = self._app.options.labels
        if labels is not None and index < len(labels):
            self._app.toolbox.current.commit()
            self._app.editor.finish()
            toggle(labels.labels[index])

    def _on_editor_met_lock(self) -> None:
        locks = self._app.editor.locks
        if locks is not None:
            self._status.showMessage(f"What is locked was left as it is: {', '.join(locks.names)}.", REFUSED_FOR)

    def _on_editor_mask_replaced(self) -> None:
        self._canvas.set_mask(self._app.editor.mask, self._app.editor.labels)
        self._on_toolbox_changed()

    def _on_proposal_decided(self, sentence: str) -> None:
        self._decision = sentence
        self._status.showMessage(sentence, REFUSED_FOR)

    def _on_editor_edited(self, step: Step) -> None:
        if step.kind is not StepKind.DONE:
            self._end_decision()

    def _end_decision(self) -> None:
        """Clear the message about a decision: a step was undone, or another case was opened."""
        self._status.end_message(self._decision)
        self._decision = ""

    def _on_proposal_changed(self) -> None:
        prediction, project = self._app.proposal.prediction, self._app.session.project
        self._canvas.set_proposal(
            None if prediction is None else prediction.mask, None if project is None else project.labels
        )
        self._canvas.set_uncertainty(self._app.proposal.trust.uncertainty)
        session = self._app.session
        self._panel.prediction.set_state(
            session.model_in_use is not None,
            prediction,
            offers_first_proposal=session.offers_first_proposal,
            stereo=self._describe_halves(),
        )

    def _describe_halves(self) -> str:
        """That the open picture shows two photographs, and which of them the proposal marks; usually empty."""
        prediction, opened, project = self._app.proposal.prediction, self._app.session.open, self._app.session.project
        located = None if project is None else project.labels.location_label()
        if prediction is None or opened is None or located is None:
            return ""
        halves = find_halves(opened.image.pixels)
        if halves is None:
            return ""
        marked = [
            name for name, box in zip(halves.names, halves.boxes, strict=True) if prediction.mask[box.slices].any()
        ]
        return halves.sentence(located.name, marked[0] if len(marked) == 1 else "")

    def _on_options_changed(self) -> None:
        options, panel = self._app.options, self._panel
        panel.label_list.set_labels(options.labels)
        panel.tools.set_labels(options.labels)
        panel.label_list.set_current(options.label)
        panel.label_list.set_marks(options.hidden, options.locked)
        if options.hidden != self._hidden:
            self._hidden = options.hidden
            self._canvas.hide_labels(options.hidden)
        panel.settings.brush_size.set_diameter(options.diameter)
        panel.settings.pressure.set_pressure(options.pressure)
        panel.settings.tolerance.set_tolerance(options.tolerance)
        panel.settings.combine.set_combine(options.combining)
        panel.settings.grow_parent.set_grow_parent(options.grow_parent, options.label)
        panel.settings.set_guide(GUIDES[options.tool])

    def _on_toolbox_changed(self) -> None:
        tool = self._app.toolbox.current
        self._canvas.set_label_in_use(self._app.options.label)
        self._canvas.set_tool(None if self._app.editor.locked else tool.ring, _colour(self._app.options))
        self._canvas.set_sketch(tool.sketch)

    def _on_canvas_viewport_changed(self) -> None:
        self._status.set_zoom(None if self._canvas.image_size is None else self._canvas.zoom)

    def _on_pointer_hovered(self, x: float, y: float) -> None:
        opened, mask = self._app.session.open, self._app.editor.mask
        column, row = int(x // 1), int(y // 1)
        if opened is None or mask is None or not (0 <= row < mask.shape[0] and 0 <= column < mask.shape[1]):
            self._status.set_pointer("", "")
            return
        red, green, blue = (int(value) for value in opened.image.pixels[row, column])
        self._status.set_pointer(
            f"x {column}  y {row}  RGB {red} {green} {blue}", self._name_of(int(mask[row, column]))
        )

    def _name_of(self, value: int) -> str:
        labels = self._app.editor.labels
        label = None if labels is None else labels.by_value(value)
        if label is not None:
            return label.name
        return "not annotated" if value == NOT_ANNOTATED else "background"


def _colour(options: ToolOptions) -> QColor:
    """The colour of ring and sketch: what the tool paints with."""
    if options.tool in {ToolKind.FOVEA, ToolKind.RULER}:
        return QColor("white")
    if options.tool is ToolKind.NOT_ANNOTATED:
        return QColor(175, 175, 175)
    return QColor("white" if options.label is None or options.tool is ToolKind.ERASER else options.label.colour)
