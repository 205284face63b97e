"""Doubts: what speaks against a reading that fits, so that people are asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from unet_desktop.labels import BACKGROUND
from unet_desktop.masks.mask_content import BLACK, TRANSPARENT, Key, name_colour
from unet_desktop.masks.mask_facts import MaskFacts, add_contacts, add_counts
from unet_desktop.masks.questions import AskError, MaskKind, count_contacts, describe_all
from unet_desktop.masks.readings import AlphaReading, Reading, ThresholdReading, name_key

RED, GREEN = 0xFF0000, 0x00FF00
"""RootPainter's foreground and background, whatever their opacity."""


def check_nesting(masks: Sequence[MaskFacts], kind: MaskKind, keys: Mapping[int, Key], *, by_colour: bool) -> None:
    """Refuse labels that lie inside out or apart.

    Args:
        masks: all masks.
        kind: what they are read for.
        keys: what stands for each of the labels' values.
        by_colour: these are colours; else numbers or indices.

    Raises:
        AskError: a label lies round the one that it should lie in, or beside it.
    """
    contacts = add_contacts(masks, by_colour=by_colour)
    counts = [facts.by_colour(facts.counts) or {} if by_colour else facts.counts for facts in masks]
    name = (lambda key: name_colour(int(key))) if by_colour else name_key
    grounds = (BLACK, TRANSPARENT) if by_colour else (BACKGROUND,)
    for label in kind.wanted:
        parent = kind.labels.parent(label)
        if parent is None or label.value not in keys or parent.value not in keys:
            continue
        inner, outer = keys[label.value], keys[parent.value]
        touching = count_contacts(contacts, inner, outer)
        if not any(count_contacts(contacts, inner, ground) for ground in grounds):
            continue
        if touching and not any(count_contacts(contacts, outer, ground) for ground in grounds):
            problem = f"{name(outer)} lies inside {name(inner)}, so that {parent.name} would lie inside {label.name}"
        elif not touching and any(inner in one and outer in one for one in counts):
            problem = f"{name(inner)}, which would be {label.name}, nowhere touches {name(outer)}, {parent.name}"
        else:
            continue
        raise AskError(masks, kind, f"{describe_all(masks)}, but {problem}")


def check_rootpainter(masks: Sequence[MaskFacts], kind: MaskKind) -> None:
    """Refuse red and green where green lies within red alone: then they are two labels, not strokes.

    Raises:
        AskError: they do.
    """
    contacts = add_contacts(masks, by_colour=True)
    green = [pair for pair in contacts if any(int(key) & 0xFFFFFF == GREEN and key != TRANSPARENT for key in pair)]
    free = sum(contacts[pair] for pair in green if TRANSPARENT in pair)
    if green and free * 10 <= sum(contacts[pair] for pair in green):
        problem = f"{describe_all(masks)}, and green lies inside red, which RootPainter's background does not"
        raise AskError(masks, kind, problem)


def decide_alpha(masks: Sequence[MaskFacts], kind: MaskKind) -> Reading:
    """The shape is in the alpha channel.

    Raises:
        AskError: the border is opaque, so the shape may be what is transparent.
    """
    reading = AlphaReading(kind.first)
    border = add_counts(facts.border for facts in masks)
    opaque = sum(count for key, count in border.items() if int(key) >> 24)
    if all(reading.fits(facts) for facts in masks) and opaque * 2 > border.total():
        problem = f"{describe_all(masks)}, and the border is opaque: whether {kind.first.name} is opaque is unclear"
        raise AskError(masks, kind, problem)
    return reading


def decide_threshold(masks: Sequence[MaskFacts], kind: MaskKind) -> Reading:
    """Probabilities.

    Raises:
        AskError: none reaches a half, so they may be scaled otherwise.
    """
    reading, most = ThresholdReading(kind.first), max(facts.high for facts in masks)
    if all(reading.fits(facts) for facts in masks) and most < 0.5:
        problem = f"{describe_all(masks)}; as probabilities none reaches 0.5, so nothing would be {kind.first.name}"
        raise AskError(masks, kind, problem)
    return reading
