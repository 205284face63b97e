"""Where in the picture the mask is, to show it close up."""

from __future__ import annotations

from unet_desktop.gui.app_model import AppModel
from unet_desktop.images.box import Box, bounding_box
from unet_desktop.labels import NOT_ANNOTATED


def marked(app: AppModel) -> Box | None:
    """The box round the labels of the open mask, or else of its proposal; None when neither has any."""
    prediction = app.proposal.prediction
    for mask in (app.editor.mask, None if prediction is None else prediction.mask):
        box = Box(0, 0, 0, 0) if mask is None else bounding_box((mask != 0) & (mask != NOT_ANNOTATED))
        if not box.empty:
            return box
    return None
