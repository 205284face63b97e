"""Commands of cases."""

from __future__ import annotations

from unet_desktop.gui.commands.command import Command, Needs

_P, _C, _W = Needs.PROJECT, Needs.CASE, Needs.WRITABLE

COMMANDS: tuple[Command, ...] = (
    Command(
        "case.previous", "&Previous case", "cases.step", "P PgUp Shift+D", "previous", _P | Needs.CASES, argument=-1
    ),
    Command("case.next", "&Next case", "cases.step", "N PgDown D", "next", _P | Needs.CASES, argument=1),
    Command(
        "case.next_uncorrected",
        "Next &uncorrected case",
        "cases.next_uncorrected",
        "U Shift+A",
        "uncorrected",
        _P | Needs.UNCORRECTED,
        "Go to the next case that nobody has corrected",
    ),
    Command(
        "case.most_useful",
        "&Most useful case next",
        "cases.most_useful",
        "J Shift+W",
        "useful",
        _P | Needs.UNCORRECTED,
        "Go to the uncorrected case whose prediction is least certain",
    ),
    Command(
        "case.approve",
        "&Approved",
        "cases.toggle_approved",
        "Ctrl+Return Ctrl+G",
        "approve",
        _C | _W | Needs.MASK,
        "Mark the mask as checked and final",
        True,
    ),
    Command(
        "case.flag",
        "&Flagged",
        "cases.toggle_flagged",
        "Shift+F",
        "flag",
        _C | _W,
        "Doubtful: leave it out of training",
        True,
    ),
    Command(
        "case.eye",
        "Change &eye",
        "cases.change_eye",
        "Shift+E",
        "eye",
        _C | _W,
        "Right, left, not known; the guessed one first",
    ),
    Command(
        "case.search", "&Search cases", "cases.search", "Ctrl+F", "search", _P, "Find cases by name, patient or notes"
    ),
    Command("case.note", "No&te…", "cases.edit_note", "Shift+N", "note", _C | _W, "Write a note on the case"),
    Command(
        "case.details",
        "Case &details…",
        "cases.show_details",
        "Ctrl+D",
        "details",
        _C | _W,
        "Patient, eye and notes of the case",
    ),
)
