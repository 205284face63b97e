"""Icons: the program's names for them, and the glyph of the icon font for each."""

from __future__ import annotations

import qtawesome
from PySide6.QtGui import QIcon

from unet_desktop.gui.style.theme import Colours

ICONS = {
    "new": "mdi6.folder-plus-outline",
    "open": "mdi6.folder-open-outline",
    "import": "mdi6.image-plus-outline",
    "dataset": "mdi6.database-import-outline",
    "folder": "mdi6.folder-image",
    "close": "mdi6.close",
    "more": "mdi6.chevron-double-right",
    "undo": "mdi6.undo",
    "redo": "mdi6.redo",
    "brush": "mdi6.brush",
    "eraser": "mdi6.eraser",
    "ellipse": "mdi6.ellipse-outline",
    "spline": "mdi6.vector-curve",
    "fit-ellipse": "mdi6.selection-ellipse",
    "unknown": "mdi6.help-rhombus-outline",
    "push": "mdi6.hand-pointing-right",
    "grow": "mdi6.arrow-expand-all",
    "shrink": "mdi6.arrow-collapse-all",
    "smooth": "mdi6.sine-wave",
    "largest": "mdi6.circle-expand",
    "only-strokes": "mdi6.gesture",
    "copy": "mdi6.content-duplicate",
    "mirror": "mdi6.flip-horizontal",
    "polygon": "mdi6.vector-polygon",
    "lasso": "mdi6.lasso",
    "fill": "mdi6.format-color-fill",
    "wand": "mdi6.magic-staff",
    "edge": "mdi6.magnet",
    "fill-holes": "mdi6.circle-opacity",
    "accept": "mdi6.check-bold",
    "accept-next": "mdi6.check-all",
    "no-cup": "mdi6.circle-off-outline",
    "reject": "mdi6.close-thick",
    "previous": "mdi6.chevron-left",
    "next": "mdi6.chevron-right",
    "uncorrected": "mdi6.chevron-double-right",
    "useful": "mdi6.bullseye-arrow",
    "approve": "mdi6.check-decagram-outline",
    "flag": "mdi6.flag-outline",
    "eye": "mdi6.eye-outline",
    "details": "mdi6.card-text-outline",
    "fit": "mdi6.fit-to-page-outline",
    "zoom-in": "mdi6.magnify-plus-outline",
    "zoom-out": "mdi6.magnify-minus-outline",
    "zoom-mask": "mdi6.image-filter-center-focus",
    "actual": "mdi6.numeric-1-box-outline",
    "overlay": "mdi6.layers-outline",
    "style": "mdi6.shape-outline",
    "red-free": "mdi6.image-filter-black-white",
    "clahe": "mdi6.contrast-circle",
    "reset": "mdi6.restore",
    "versions": "mdi6.history",
    "restore": "mdi6.backup-restore",
    "magnifier": "mdi6.magnify-scan",
    "crosshair": "mdi6.crosshairs",
    "split": "mdi6.view-split-vertical",
    "uncertainty": "mdi6.blur-radial",
    "scale-bar": "mdi6.ruler",
    "compare": "mdi6.compare",
    "predict": "mdi6.auto-fix",
    "predict-all": "mdi6.image-multiple-outline",
    "import-model": "mdi6.file-import-outline",
    "train": "mdi6.school-outline",
    "adapt": "mdi6.folder-sync-outline",
    "stop": "mdi6.stop-circle-outline",
    "palette": "mdi6.magnify",
    "keys": "mdi6.keyboard-outline",
    "about": "mdi6.information-outline",
    "warning": "mdi6.alert-outline",
    "state-new": "mdi6.circle-outline",
    "state-predicted": "mdi6.auto-fix",
    "state-incomplete": "mdi6.circle-half-full",
    "state-corrected": "mdi6.pencil-circle",
    "state-approved": "mdi6.check-decagram",
    "state-flagged": "mdi6.flag",
    "state-noted": "mdi6.note-text-outline",
    "state-damaged": "mdi6.alert-circle-outline",
    "search": "mdi6.magnify",
    "note": "mdi6.note-edit-outline",
    "backwards": "mdi6.swap-vertical",
}


def icon(name: str, colours: Colours, colour: str | None = None) -> QIcon:
    """The icon of that name in the theme's text colour (or the given one), paler where it is disabled."""
    drawn: QIcon = qtawesome.icon(
        ICONS[name], color=colour or colours.text, color_disabled=colours.disabled, color_on=colours.text
    )
    return drawn
