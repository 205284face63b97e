"""CloseUp: zooming to what is marked or proposed, once or in each case that is opened."""

from __future__ import annotations

from PySide6.QtCore import QObject

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.canvas.canvas import Canvas
from unet_desktop.images.box import Box, bounding_box
from unet_desktop.labels import NOT_ANNOTATED


def marked(app: AppModel) -> Box | None:
    """Where the mask of the open case has labels, or else its proposal; None when neither has."""
    prediction = app.proposal.prediction
    for mask in (app.editor.mask, None if prediction is None else prediction.mask):
        box = Box(0, 0, 0, 0) if mask is None else bounding_box((mask != 0) & (mask != NOT_ANNOTATED))
        if not box.empty:
            return box
    return None


class CloseUp(QObject):
    """Shows each case close up where the view wants it: a grader looks at the same structure in every picture."""

    def __init__(self, canvas: Canvas, app: AppModel) -> None:
        """Watch for cases; make it after what shows their pictures, which comes first then."""
        super().__init__(canvas)
        self._canvas, self._app = canvas, app
        self._waiting = False
        app.session.case_changed.connect(self._on_session_case_changed)
        app.proposal.changed.connect(self._zoom)  # it may come after the case

    def _on_session_case_changed(self) -> None:
        self._waiting = self._app.session.open is not None
        self._zoom()

    def _zoom(self) -> None:
        """Once a case; whoever then pans or zooms is left alone."""
        box = marked(self._app) if self._waiting and self._app.view_options.view.close_up else None
        if box is not None:
            self._waiting = False
            self._canvas.show_box(box)
