"""Menus and toolbar: which commands are where."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QMainWindow, QMenu, QToolBar, QToolButton

from unet_desktop.gui.commands.actions import Actions
from unet_desktop.gui.style.icons import icon
from unet_desktop.gui.style.theme import Colours
from unet_desktop.gui.window.docks import Docks

SEPARATOR = ""

MENUS: dict[str, tuple[str, ...]] = {
    "&File": (
        "project.new",
        "project.open",
        "project.close",
        SEPARATOR,
        "project.import_images",
        "project.import_files",
        "project.import_drishti",
        SEPARATOR,
        "project.segment_folder",
        "project.show_run",
        SEPARATOR,
        "project.compare",
        SEPARATOR,
        "project.export",
        "project.patient_report",
        SEPARATOR,
        "project.bin",
        "project.back_up",
        "project.restore_backup",
        "project.check",
        "project.trail",
        "app.name",
        "project.read_again",
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
        "project.labels",
    ),
    "&Tools": (
        "tool.brush",
        "tool.eraser",
        "tool.ellipse",
        "edit.fit_ellipse",
        "tool.spline",
        "tool.push",
        "tool.polygon",
        "tool.lasso",
        "tool.edge",
        "tool.wand",
        "tool.fill",
        "tool.unknown",
        SEPARATOR,
        "tool.fovea",
        "tool.ruler",
        SEPARATOR,
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
        "region.fill_holes",
        SEPARATOR,
        "region.grow_parent",
        "region.only_strokes",
        SEPARATOR,
        "region.hide_label",
        "region.lock_label",
        "region.clear",
        "region.none_here",
        SEPARATOR,
        "region.copy_previous",
        "region.mirror",
    ),
    "&Case": (
        "case.previous",
        "case.next",
        "case.next_uncorrected",
        "case.most_useful",
        "case.search",
        SEPARATOR,
        "case.accept_and_next",
        "case.approve",
        "case.no_cup",
        "case.flag",
        SEPARATOR,
        "case.eye",
        "case.note",
        "case.details",
        SEPARATOR,
        "case.grade",
        "case.form",
        SEPARATOR,
        "case.versions",
        "case.restore_version",
        "case.version_limits",
        SEPARATOR,
        "case.rename",
        "case.replace_picture",
        "case.remove",
    ),
    "Rea&ders": (
        "readers.read_masked",
        "readers.back",
        SEPARATOR,
        "readers.use",
        "readers.majority",
        "readers.staple",
        SEPARATOR,
        "readers.compare",
        "readers.next_disagreement",
        SEPARATOR,
        "readers.agreement",
        SEPARATOR,
        "readers.assign",
        "readers.copy",
        "readers.collect",
    ),
    "&Model": (
        "learn.train",
        "learn.adapt",
        SEPARATOR,
        "learn.predict",
        "learn.predict_all",
        "learn.first_proposal",
        SEPARATOR,
        "proposal.accept",
        "proposal.reject",
        SEPARATOR,
        "model.import",
        SEPARATOR,
        "learn.stop",
    ),
    "&View": (
        "view.fit",
        "view.zoom_mask",
        "view.close_up",
        "view.zoom_in",
        "view.zoom_out",
        "view.actual",
        SEPARATOR,
        "view.overlay",
        "view.more_opaque",
        "view.less_opaque",
        "view.next_style",
        "view.uncertainty",
        SEPARATOR,
        "view.magnifier",
        "view.crosshair",
        "view.split",
        "view.next_beside",
        "view.scale_bar",
        "view.panel",
        SEPARATOR,
        "window.reset",
    ),
    "O&verlay": (
        "style.fill",
        "style.outline",
        "style.both",
        SEPARATOR,
        "view.wider",
        "view.narrower",
    ),
    "Pictur&e": (
        "channel.colour",
        "channel.red-free",
        "channel.red",
        "channel.blue",
        "channel.grey",
        SEPARATOR,
        "view.clahe",
        *(f"view.{name}_{word}" for name in ("brightness", "contrast", "gamma", "sharpen") for word in ("up", "down")),
        SEPARATOR,
        "view.reset_look",
    ),
    "&Theme": ("theme.system", "theme.light", "theme.dark"),
    "&Help": ("help.palette", "help.sheet", "help.shortcuts", "help.about"),
}
"""In order; those in `SUBMENUS` are submenus of another."""

SUBMENUS = {"O&verlay": "&View", "Pictur&e": "&View", "&Theme": "&View"}

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
"""The commands used every day."""

LABELLED = ("case.next_uncorrected", "learn.predict", "learn.train", "proposal.accept", "proposal.reject")
"""Those whose icon needs its text."""


def add_menus(window: QMainWindow, actions: Actions, docks: Docks) -> None:
    """Fill the window's menu bar."""
    menus: dict[str, QMenu] = {}
    for title, commands in MENUS.items():
        parent = menus[SUBMENUS[title]] if title in SUBMENUS else window.menuBar()
        menu = menus[title] = parent.addMenu(title)
        for command in commands:
            if command == SEPARATOR:
                menu.addSeparator()
            else:
                menu.addAction(actions[command])
    panels = menus["&View"].addMenu("Pa&nels")
    for dock in docks.all:
        panels.addAction(dock.toggleViewAction())


def add_toolbar(window: QMainWindow, actions: Actions) -> None:
    """Add the toolbar to the window."""
    toolbar = QToolBar("Toolbar")
    toolbar.setObjectName("toolbar")
    toolbar.setIconSize(QSize(22, 22))
    toolbar.setMovable(False)
    for command in TOOLBAR:
        if command == SEPARATOR:
            toolbar.addSeparator()
            continue
        action = actions[command]
        toolbar.addAction(action)
        button = toolbar.widgetForAction(action)
        if isinstance(button, QToolButton):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            if command in LABELLED:
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    window.addToolBar(toolbar)


def colour_toolbar_arrow(window: QMainWindow, colours: Colours) -> None:
    """Colour the arrow at the end of a toolbar that is too narrow; Qt's own is always black."""
    arrow = window.findChild(QToolButton, "qt_toolbar_ext_button")
    if arrow is not None:
        arrow.setIcon(icon("more", colours))
