"""LiveShape: the pixels of a shape that is still being edited, as the editor's gesture."""

from __future__ import annotations

from collections.abc import Callable

from unet_desktop.gui.editing.editor import Editor
from unet_desktop.images.box import Box
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.reshape import Reshape


class LiveShape:
    """Begins the gesture with the first pixels that are shown, and knows whether it is still the tool's."""

    def __init__(self, editor: Editor) -> None:
        """Nothing is shown."""
        self._editor = editor
        self._reshape: Reshape | None = None
        self._prepared: Reshape | None = None

    @property
    def shown(self) -> bool:
        """Are there pixels that wait to be committed?"""
        return self._reshape is not None

    def prepare(self, labels: LabelSet, label: Label, name: str) -> None:
        """Look through the whole mask for what a shape will replace, so that no move has to."""
        if self._editor.mask is not None and self._reshape is None:
            self._prepared = Reshape(self._editor.mask, labels, label, name)
            _ = self._prepared.region

    def show(self, labels: LabelSet, label: Label, name: str, draw: Callable[[Reshape], Box]) -> None:
        """Draw the shape as it is now.

        Args:
            labels, label, name: what the step of the history is of; the first call decides.
            draw: calls one of the methods of `Reshape` that show something.
        """
        if self._editor.mask is None or self._editor.locked:
            return
        if self._reshape is None:
            reshape = self._prepared or Reshape(self._editor.mask, labels, label, name)
            self._prepared = None
            self._editor.begin(reshape)
            self._reshape = reshape
        self._editor.show(draw(self._reshape))

    def hide(self) -> None:
        """Put back what was there."""
        self._prepared = None
        if self._reshape is not None:
            self._reshape = None
            self._editor.cancel()

    def commit(self) -> bool:
        """Make it a step of the history; False when there is none, or it changed nothing."""
        self._prepared = None
        if self._reshape is None:
            return False
        self._reshape = None
        return self._editor.finish()

    def lost(self) -> bool:
        """To be asked when a gesture ended: was it this one, which somebody else ended?"""
        was_shown, self._reshape, self._prepared = self.shown, None, None
        return was_shown
