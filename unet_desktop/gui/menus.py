"""Menus and toolbar: which commands stand where."""

from __future__ import annotations

SEPARATOR = ""

MENUS: dict[str, tuple[str, ...]] = {
    "&File": (
        "project.new",
        "project.open",
        "project.close",
        SEPARATOR,
        "project.import_images",
        "project.import_drishti",
        SEPARATOR,
        "project.segment_folder",
        "project.rebuild_index",
        SEPARATOR,
        "app.quit",
    ),
    "&Edit": (
        "edit.undo",
        "edit.redo",
        "edit.cancel",
        "edit.commit",
        "edit.step_back",
        SEPARATOR,
        "tool.brush",
        "tool.eraser",
        "tool.unknown",
        "tool.push",
        "tool.polygon",
        "tool.lasso",
        "tool.fill",
        "brush.smaller",
        "brush.larger",
        SEPARATOR,
        *(f"label.{number}" for number in range(1, 10)),
    ),
    "&Region": (
        "region.grow",
        "region.shrink",
        "region.grow_more",
        "region.shrink_more",
        SEPARATOR,
        "region.smooth",
        "region.keep_largest",
        "edit.fill_holes",
        SEPARATOR,
        "region.copy_previous",
        "region.mirror",
    ),
    "&Case": (
        "case.previous",
        "case.next",
        "case.next_uncorrected",
        SEPARATOR,
        "case.approve",
        "case.flag",
        SEPARATOR,
        "case.details",
    ),
    "&Learn": (
        "learn.train",
        SEPARATOR,
        "learn.predict",
        "learn.predict_all",
        SEPARATOR,
        "proposal.accept",
        "proposal.reject",
        SEPARATOR,
        "learn.stop",
    ),
    "&View": (
        "view.fit",
        "view.zoom_mask",
        "view.zoom_in",
        "view.zoom_out",
        "view.actual",
        SEPARATOR,
        "view.overlay",
        "view.more_opaque",
        "view.less_opaque",
        SEPARATOR,
        "window.reset",
    ),
    "&Theme": ("theme.system", "theme.light", "theme.dark"),
    "&Help": ("help.palette", "help.sheet", "help.shortcuts", "help.about"),
}
"""In order; "Theme" hangs inside "View" (see `SUBMENUS`)."""

SUBMENUS = {"&Theme": "&View"}

TOOLBAR: tuple[str, ...] = (
    "project.open",
    "project.import_images",
    SEPARATOR,
    "edit.undo",
    "edit.redo",
    SEPARATOR,
    "case.previous",
    "case.next",
    "case.next_uncorrected",
    "case.approve",
    "case.flag",
    SEPARATOR,
    "learn.predict",
    "proposal.accept",
    "proposal.reject",
    "learn.train",
    SEPARATOR,
    "view.overlay",
    "view.fit",
    "view.zoom_mask",
)
"""The commands of every day."""

LABELLED = ("case.next_uncorrected", "learn.predict", "learn.train", "proposal.accept", "proposal.reject")
"""Those whose icon says too little without its text."""
