"""What the trail says of the cases: their masks, approvals and flags."""

from __future__ import annotations

from collections.abc import Iterable

from unet_desktop.project.trail import Act, Entry

_FROM = "from "


def former_name(case_id: str) -> str:
    """Return the detail of an event that says what a case was called before."""
    return f"{_FROM}{case_id}"


def last_masks(entries: Iterable[Entry]) -> dict[str, str]:
    """Return the SHA-256 of each case's human mask as the trail last noted it; empty for a mask that was removed."""
    masks: dict[str, str] = {}
    for entry in entries:
        if entry.act == Act.CREATED:  # the mask was that of an earlier case with this id, which was removed
            masks.pop(entry.case, None)
        elif entry.act == Act.RENAMED and (before := entry.detail.removeprefix(_FROM)) in masks:
            masks[entry.case] = masks.pop(before)
        elif entry.case and (entry.mask or entry.act in {Act.CLEARED, Act.NOTICED}):
            masks[entry.case] = entry.mask
    return masks


_MARKS = ("approved", "flagged")
_MARKED_BY: dict[str, tuple[str, bool]] = {
    Act.APPROVED: ("approved", True),
    Act.REOPENED: ("approved", False),
    Act.CHANGED: ("approved", False),
    Act.ACCEPTED: ("approved", False),
    Act.COLLECTED: ("approved", False),
    Act.CLEARED: ("approved", False),
    Act.FLAGGED: ("flagged", True),
    Act.UNFLAGGED: ("flagged", False),
}


def last_marks(entries: Iterable[Entry]) -> dict[tuple[str, str], bool]:
    """Map case and mark to whether the trail says that the case has it; nothing for cases older than the trail."""
    marks: dict[tuple[str, str], bool] = {}
    for entry in entries:
        for mark in _MARKS if entry.act == Act.CREATED else ():
            marks[entry.case, mark] = False
        if entry.act in _MARKED_BY:
            mark, is_set = _MARKED_BY[entry.act]
            marks[entry.case, mark] = is_set
        elif entry.act == Act.NOTICED and entry.detail.removeprefix("not ") in _MARKS:
            marks[entry.case, entry.detail.removeprefix("not ")] = not entry.detail.startswith("not ")
    return marks
