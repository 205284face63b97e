"""Commands: everything that can be clicked or typed, as a table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Flag, auto


class Needs(Flag):
    """What must be there for a command to be of use."""

    NOTHING = 0
    PROJECT = auto()
    CASE = auto()
    MASK = auto()
    IDLE = auto()
    BUSY = auto()
    MODEL = auto()
    UNCORRECTED = auto()
    PROPOSAL = auto()
    UNDO = auto()
    REDO = auto()


@dataclass(frozen=True, slots=True)
class Command:
    """One thing people can do.

    Attributes:
        id: of the command, "group.what".
        text: in menus; "&" marks the menu's access key.
        handler: "handlers.method", see `handlers.Handlers`.
        shortcut: key sequences, separated by spaces, in Qt's portable form.
        icon: name in `icons.ICONS`, or empty.
        needs: see `Needs`.
        tip: a sentence, where the text alone is not enough.
        checkable: it is on or off; the handlers' `checked` says which.
        argument: for handlers that serve several commands.
    """

    id: str
    text: str
    handler: str
    shortcut: str = ""
    icon: str = ""
    needs: Needs = Needs.NOTHING
    tip: str = ""
    checkable: bool = False
    argument: str | int | None = None


_P, _C, _I = Needs.PROJECT, Needs.CASE, Needs.IDLE

COMMANDS: tuple[Command, ...] = (
    Command("project.new", "&New project…", "project.new", "Ctrl+N", "new", _I),
    Command("project.open", "&Open project…", "project.open", "Ctrl+O", "open", _I),
    Command("project.close", "&Close project", "project.close", "Ctrl+W", "", _P | _I),
    Command("project.import_images", "&Import pictures…", "project.import_images", "Ctrl+I", "import", _P | _I),
    Command(
        "project.import_drishti",
        "Import &Drishti-GS1…",
        "project.import_drishti",
        icon="dataset",
        needs=_I,
        tip="Make a project of the published Drishti-GS1 data set",
    ),
    Command(
        "project.segment_folder",
        "&Segment a folder…",
        "learning.segment_folder",
        "Ctrl+Shift+S",
        "folder",
        _I,
        "Write masks and a table of measurements for all pictures of a folder",
    ),
    Command(
        "project.rebuild_index",
        "&Rebuild index",
        "project.rebuild_index",
        needs=_P | _I,
        tip="Read all cases from the project's folder again, after another program changed it",
    ),
    Command("app.quit", "&Quit", "window.quit", "Ctrl+Q"),
    Command("edit.undo", "&Undo", "edit.undo", "Ctrl+Z", "undo", Needs.UNDO),
    Command("edit.redo", "&Redo", "edit.redo", "Ctrl+Y Ctrl+Shift+Z", "redo", Needs.REDO),
    Command("edit.cancel", "&Abandon stroke", "edit.cancel", "Esc", needs=_C, tip="Put back what this drag changed"),
    Command("tool.brush", "&Brush", "edit.choose_tool", "B", "brush", _C, "Paint the label", True, "brush"),
    Command(
        "tool.eraser",
        "&Eraser",
        "edit.choose_tool",
        "E",
        "eraser",
        _C,
        "Erase the label; the right button does so with any tool",
        True,
        "eraser",
    ),
    Command("brush.smaller", "&Smaller brush", "edit.step_brush", "[", needs=_C, argument=-1),
    Command("brush.larger", "&Larger brush", "edit.step_brush", "]", needs=_C, argument=1),
    *(
        Command(
            f"label.{number}",
            f"Label &{number}",
            "edit.choose_label",
            str(number),
            needs=_P,
            checkable=True,
            argument=number - 1,
        )
        for number in range(1, 10)
    ),
    Command("proposal.accept", "&Accept prediction", "edit.accept", "A", "accept", Needs.PROPOSAL),
    Command("proposal.reject", "Re&ject prediction", "edit.reject", "X", "reject", Needs.PROPOSAL),
    Command("case.previous", "&Previous case", "cases.step", "P PgUp", "previous", _P, argument=-1),
    Command("case.next", "&Next case", "cases.step", "N PgDown", "next", _P, argument=1),
    Command(
        "case.next_uncorrected",
        "Next &uncorrected case",
        "cases.next_uncorrected",
        "U",
        "uncorrected",
        _P | Needs.UNCORRECTED,
        "Go to the next case that nobody has corrected",
    ),
    Command(
        "case.approve",
        "&Approved",
        "cases.toggle_approved",
        "Ctrl+Return",
        "approve",
        _C | Needs.MASK,
        "Mark the mask as checked and final",
        True,
    ),
    Command(
        "case.flag",
        "&Flagged",
        "cases.toggle_flagged",
        "Shift+F",
        "flag",
        _C,
        "Doubtful: leave it out of training",
        True,
    ),
    Command(
        "case.details",
        "Case &details…",
        "cases.show_details",
        "Ctrl+D",
        "details",
        _C,
        "Patient, eye and notes of the case",
    ),
    Command("view.fit", "&Fit", "view.fit", "F", "fit", _C, "Show the whole picture"),
    Command(
        "view.zoom_mask", "Zoom to &mask", "view.zoom_mask", "Z", "zoom-mask", _C, "Show mask or prediction close up"
    ),
    Command("view.zoom_in", "Zoom &in", "view.zoom", "+ =", "zoom-in", _C, argument=1),
    Command("view.zoom_out", "Zoom &out", "view.zoom", "-", "zoom-out", _C, argument=-1),
    Command("view.actual", "&Actual pixels", "view.actual", "Ctrl+0", "actual", _C),
    Command(
        "view.overlay",
        "&Show mask",
        "view.toggle_overlay",
        "H",
        "overlay",
        _C,
        "Show or hide mask and prediction; hold the key to look for a moment",
        True,
    ),
    Command("view.more_opaque", "More o&paque", "view.step_opacity", ".", needs=_C, argument=1),
    Command("view.less_opaque", "&Less opaque", "view.step_opacity", ",", needs=_C, argument=-1),
    Command("theme.system", "As the s&ystem", "window.set_theme", checkable=True, argument="system"),
    Command("theme.light", "Lig&ht", "window.set_theme", checkable=True, argument="light"),
    Command("theme.dark", "Dar&k", "window.set_theme", checkable=True, argument="dark"),
    Command("window.reset", "&Reset panels", "window.reset_layout", tip="Put all panels back to where they belong"),
    Command(
        "learn.predict",
        "&Predict this case",
        "learning.predict_case",
        "Ctrl+P",
        "predict",
        _C | _I | Needs.MODEL,
        "Let the model propose a mask for this picture",
    ),
    Command(
        "learn.predict_all",
        "Predict all &uncorrected",
        "learning.predict_uncorrected",
        "Ctrl+Shift+P",
        "predict-all",
        _P | _I | Needs.MODEL | Needs.UNCORRECTED,
        "Let the model propose masks for all cases that nobody has corrected",
    ),
    Command("learn.train", "&Train…", "learning.show_training", "Ctrl+T", "train", _P, "Go to the training panel"),
    Command("learn.stop", "&Stop", "learning.stop", "Ctrl+.", "stop", Needs.BUSY, "Stop what is running"),
    Command("help.shortcuts", "&Keyboard shortcuts", "window.show_shortcuts", "F1 ?", "keys"),
    Command("help.about", "&About U-Net Desktop", "window.show_about", icon="about"),
)
"""In the order in which the list of shortcuts shows them."""
