"""AcceptOnEdit: an edit of a proposal accepts it first; one that changes nothing after all does not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.editing.proposal import Proposal
from unet_desktop.gui.tools.toolbox import Toolbox
from unet_desktop.masks.history import Step, StepKind


class AcceptOnEdit(QObject):
    """Accepts the proposal when an edit begins on an empty mask, and undoes that if nothing was edited.

    Edits are what tools do between `Toolbox.editing` and `Toolbox.edited`, and what commands do within `editing`.
    """

    def __init__(self, editor: Editor, toolbox: Toolbox, proposal: Proposal, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor, self._toolbox, self._proposal = editor, toolbox, proposal
        self._steps: int | None = None  # in the history, once an edit has accepted
        self._busy = False  # an edit is in progress
        toolbox.editing.connect(self._begin)
        toolbox.edited.connect(self._end)
        toolbox.changed.connect(self._settle)
        editor.edited.connect(self._on_editor_edited)
        editor.mask_replaced.connect(self._on_editor_mask_replaced)
        proposal.changed.connect(self._on_proposal_changed)

    @contextmanager
    def editing(self) -> Iterator[None]:
        """What happens inside edits the mask."""
        self._begin()
        try:
            yield
        finally:
            self._end()

    def _begin(self) -> None:
        editor, self._busy = self._editor, True
        idle = not editor.drawing and not self._toolbox.current.pending
        if self._proposal.prediction is not None and editor.untouched and idle:
            self._proposal.accept()
            self._steps = len(editor.history.names)

    def _end(self) -> None:
        self._busy = False
        self._settle()

    def _on_editor_edited(self, step: Step) -> None:
        if step.kind is not StepKind.DONE:
            self._steps = None  # somebody stepped through the history, so what is there is wanted

    def _on_editor_mask_replaced(self) -> None:
        self._steps, self._busy = None, False
        self._on_proposal_changed()

    def _on_proposal_changed(self) -> None:
        prediction = self._proposal.prediction
        waits = prediction is not None and self._editor.untouched
        self._toolbox.set_starting_mask(prediction.mask if waits and prediction is not None else None)

    def _settle(self) -> None:
        """Undo the acceptance if nothing was edited: a click beside the picture, a shape that was dropped."""
        editor = self._editor
        if self._steps is None or self._busy or editor.drawing or self._toolbox.current.pending:
            return
        if len(editor.history.names) == self._steps:
            self._steps = None
            editor.undo()
