"""What the trail says of the cases' masks."""

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
