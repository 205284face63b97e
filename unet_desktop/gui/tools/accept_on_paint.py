"""AcceptOnPaint: painting on a proposal accepts it; a press that paints nothing after all does not."""

from __future__ import annotations

from PySide6.QtCore import QObject

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.editing.proposal import Proposal
from unet_desktop.gui.tools.toolbox import Toolbox
from unet_desktop.masks.history import Step, StepKind


class AcceptOnPaint(QObject):
    """Accepts the proposal when a press begins on an empty mask, and undoes that if nothing was painted."""

    def __init__(self, editor: Editor, toolbox: Toolbox, proposal: Proposal, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor, self._toolbox, self._proposal = editor, toolbox, proposal
        self._steps: int | None = None  # in the history, once a press has accepted
        self._pressed = self._retracting = False
        toolbox.pressing.connect(self._on_toolbox_pressing)
        toolbox.retracting.connect(self._on_toolbox_retracting)
        toolbox.released.connect(self._on_toolbox_released)
        toolbox.changed.connect(self._settle)
        editor.edited.connect(self._on_editor_edited)
        editor.mask_replaced.connect(self._on_editor_mask_replaced)

    def _on_toolbox_pressing(self) -> None:
        editor, self._pressed = self._editor, True
        idle = not editor.drawing and not self._toolbox.current.pending
        if self._proposal.prediction is not None and editor.untouched and idle:
            self._proposal.accept()
            self._steps = len(editor.history.names)
        elif self._steps is not None and len(editor.history.names) > self._steps + 1:
            self._steps = None  # not the second half of a double click whose first accepted

    def _on_toolbox_retracting(self) -> None:
        self._retracting = True

    def _on_toolbox_released(self) -> None:
        self._pressed = self._retracting = False
        self._settle()

    def _on_editor_edited(self, step: Step) -> None:
        if step.kind is not StepKind.DONE and not self._retracting:
            self._steps = None  # somebody stepped through the history, so what is there is wanted

    def _on_editor_mask_replaced(self) -> None:
        self._steps, self._pressed, self._retracting = None, False, False

    def _settle(self) -> None:
        """Undo the acceptance if nothing was painted: a click beside the picture, a shape that was dropped."""
        editor = self._editor
        if self._steps is None or self._pressed or editor.drawing or self._toolbox.current.pending:
            return
        if len(editor.history.names) == self._steps:
            self._steps = None
            editor.undo()
