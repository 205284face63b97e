"""Decide what masks of other programs mean: one reading for all masks of an import, or a question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from unet_desktop.labels import BACKGROUND, NOT_ANNOTATED, Label, LabelSet
from unet_desktop.masks.doubts import (
    GREEN,
    RED,
    check_nesting,
    check_rootpainter,
    decide_alpha,
    decide_threshold,
)
from unet_desktop.masks.mask_content import BLACK, TRANSPARENT, WHITE, Key, grey_of, pack
from unet_desktop.masks.mask_facts import MaskFacts, add_colours, add_contacts, add_counts
from unet_desktop.masks.measure import cup_and_disc
from unet_desktop.masks.questions import (
    AskError,
    MaskKind,
    Question,
    count_contacts,
    describe_all,
    make_question,
)
from unet_desktop.masks.readings import (
    ChannelReading,
    ObjectReading,
    Reading,
    TableReading,
    TwoToneReading,
    describe_facts,
    name_key,
)

_NOT_ANNOTATED_GREY = pack(128, 128, 128)
"""The colour that the program's own masks have for it."""
_MIN_SHADES = 16
"""Fewer different numbers between 0 and 1 may be levels with a meaning, not probabilities."""
_SURELY_OBJECTS = 8
_MIN_OBJECTS = 3


def is_own(facts: MaskFacts, labels: LabelSet, *, exact: bool = False) -> bool:
    """Did this program write the file? Its palette shows the labels' values and "not annotated", and no others.

    Args:
        facts: of the file.
        labels: of the project.
        exact: the colours must be the project's, too; else they may have been changed since, or be a model's.
    """
    palette = facts.palette
    if palette is None or palette[BACKGROUND] != BLACK or palette[NOT_ANNOTATED] != _NOT_ANNOTATED_GREY:
        return False
    shown = {int(value) for value in (palette[:NOT_ANNOTATED] != BLACK).nonzero()[0]}
    if shown != {label.value for label in labels}:
        return False
    colours = [int(palette[label.value]) for label in labels]
    ours = [_pack_colour(label) for label in labels]
    if colours != ours and (exact or set(colours) == set(ours)):
        return False
    return facts.counts.keys() <= {BACKGROUND, NOT_ANNOTATED} | shown


def decide(masks: Sequence[MaskFacts], kind: MaskKind) -> Reading | Question:
    """The reading of masks that are not the program's own.

    Where a few masks differ from all others, the reading is that of the others: `Reading.fits` tells which.
    """
    found = _decide_together(masks, kind)
    if isinstance(found, Question) and len(masks) > 2:
        alike = [facts for facts in masks if not isinstance(_decide_together([facts], kind), Question)]
        if 2 * len(alike) > len(masks) and len(alike) < len(masks):
            again = _decide_together(alike, kind)
            return found if isinstance(again, Question) else again
    return found


def _decide_together(masks: Sequence[MaskFacts], kind: MaskKind) -> Reading | Question:
    try:
        for reading in _find_candidates(masks, kind):
            if all(reading.fits(facts) for facts in masks):
                return reading
    except AskError as error:
        return error.question
    lossy = "; save masks as PNG: JPEG and other lossy files change values" if any(one.lossy for one in masks) else ""
    return make_question(masks, kind, f"{describe_all(masks)}, which fit none of this project's labels{lossy}")


def _find_candidates(masks: Sequence[MaskFacts], kind: MaskKind) -> Iterator[Reading]:
    """The readings that come into question, the surest first."""
    if any(facts.is_colour or facts.palette is not None for facts in masks):
        yield from _try_colours(masks, kind)
    if any(facts.is_colour for facts in masks):
        return
    if any(not facts.whole and (facts.many or len(facts.counts) > _MIN_SHADES) for facts in masks):
        yield decide_threshold(masks, kind)
    yield from _try_numbers(masks, kind)


def _try_colours(masks: Sequence[MaskFacts], kind: MaskKind) -> Iterator[Reading]:
    counts = add_colours(masks)
    if counts is None:
        return
    used = set(counts)
    if kind.colour_names:
        yield _make_colour_table(dict(kind.colour_names), used)
    own = {_pack_colour(label): label.value for label in kind.wanted} | {_NOT_ANNOTATED_GREY: NOT_ANNOTATED}
    if used & own.keys() - {_NOT_ANNOTATED_GREY}:
        check_nesting(masks, kind, {value: colour for colour, value in own.items()}, by_colour=True)
        yield _make_colour_table(own, used)
    if used <= {BLACK, WHITE}:
        yield _decide_two_tone(masks, kind)
    if not any(facts.is_colour for facts in masks):
        return
    seen = {colour & 0xFFFFFF for colour in used if colour != TRANSPARENT}
    if TRANSPARENT in used and seen <= {RED, GREEN} and seen:
        check_rootpainter(masks, kind)
        meaning = {colour: kind.first.value if colour & RED else BACKGROUND for colour in used - {TRANSPARENT}}
        yield TableReading((*sorted(meaning.items()), (TRANSPARENT, NOT_ANNOTATED)), by_colour=True)
    if TRANSPARENT in used or any(colour >> 24 < 255 for colour in used):
        yield decide_alpha(masks, kind)
    ids = {_id_in_one_channel(colour): colour for colour in used - {BLACK, TRANSPARENT}}
    values = {label.value for label in kind.wanted}
    if len({channel for channel, _ in ids}) == 1 and any(number in values for _, number in ids):
        yield _make_colour_table(
            {colour: number for (_, number), colour in ids.items() if number in {*values, NOT_ANNOTATED}}, used
        )
    yield from _try_channels(masks, kind, used)
    colours = used - {BLACK, TRANSPARENT}
    if len(kind.wanted) == 1 and len(colours) == 1 and grey_of(next(iter(colours))) is None:
        yield _make_colour_table({next(iter(colours)): kind.first.value}, used)


def _try_channels(masks: Sequence[MaskFacts], kind: MaskKind, used: set[int]) -> Iterator[Reading]:
    """A region in each channel: the labels in order or, where one lies inside the other, the outer one first."""
    border = add_colours(masks, border=True) or Counter[int]()
    if border[BLACK] * 2 < border.total():  # nothing is drawn there, so that it should be black
        return
    shifts = {"red": 16, "green": 8, "blue": 0}
    channels = [name for name, shift in shifts.items() if any(colour >> shift & 255 for colour in used - {WHITE})]
    if len(kind.wanted) < 2 or len(channels) != len(kind.wanted):
        return
    pair = cup_and_disc(kind.labels)
    if pair is None or len(kind.wanted) != 2:
        if WHITE in used or len(used - {BLACK}) > len(channels):  # they overlap, so they are channels, not colours
            yield ChannelReading(tuple(zip(channels, kind.wanted, strict=True)), kind.labels)
        return
    alone = {name: any(_uses_only(colour, shifts[name]) for colour in used - {BLACK}) for name in channels}
    both = any(all(colour >> shifts[name] & 255 for name in channels) for colour in used)
    outer = [name for name in channels if alone[name]]
    if both and len(outer) == 1:
        cup, disc = pair
        inner = next(name for name in channels if name != outer[0])
        yield ChannelReading(((outer[0], disc), (inner, cup)), kind.labels)


def _try_numbers(masks: Sequence[MaskFacts], kind: MaskKind) -> Iterator[Reading]:
    counts = add_counts(facts.counts for facts in masks)
    used = set(counts)
    values = {label.value for label in kind.wanted}
    lossy = any(facts.lossy for facts in masks)  # only black and white survives that
    if used <= {BACKGROUND}:
        if lossy:
            problem = f"{describe_all(masks)}; JPEG and other lossy files lose small numbers, so save masks as PNG"
            raise AskError(masks, kind, problem)
        yield TableReading(((BACKGROUND, BACKGROUND),))
    odd = next((facts for facts in masks if _starts_elsewhere(facts)), None)
    if odd is not None:
        raise AskError(masks, kind, f"The mask {odd.path} {describe_facts(odd)}, so index 0 may not be background")
    if all(facts.is_number and facts.is_one_bit for facts in masks) and BACKGROUND in used:
        yield _decide_two_tone(masks, kind)
    if kind.likely and used <= {0, 1, NOT_ANNOTATED} and 1 in used:
        yield _make_number_table({1: kind.first.value}, used)
    if used <= {BACKGROUND, NOT_ANNOTATED} | values and used & values and not lossy:
        yield _check_label_values(masks, kind, used)
    if kind.only is not None or len(kind.wanted) == 1:
        marks = used - {BACKGROUND, NOT_ANNOTATED}
        if (used <= {0, 1, NOT_ANNOTATED} or kind.only is not None) and len(marks) == 1:
            yield _make_number_table({next(iter(marks)): kind.first.value}, used)
    yield from _try_three_levels(masks, kind, used)
    if all(TwoToneReading(kind.first).fits(facts) for facts in masks):
        yield _decide_two_tone(masks, kind)
    if len(kind.wanted) == 1 and _are_objects(masks):
        yield ObjectReading(kind.first)


def _starts_elsewhere(facts: MaskFacts) -> bool:
    """Is another index than 0 shown black or transparent, as a background is?"""
    if facts.palette is None:
        return False
    ground = {BLACK, TRANSPARENT}
    shown = {int(key): int(facts.palette[int(key)]) for key in facts.counts}
    return shown.get(0, BLACK) not in ground and any(colour in ground for colour in shown.values())


def _check_label_values(masks: Sequence[MaskFacts], kind: MaskKind, used: set[Key]) -> Reading:
    """Numbers that are the labels' own values; refused where the border or the nesting speaks against it.

    Raises:
        AskError: it does.
    """
    border = add_counts(facts.border for facts in masks)
    values = {label.value: label for label in kind.wanted}
    void = [facts for facts in masks if NOT_ANNOTATED in facts.counts]
    if void and not any(facts.counts.keys() & values.keys() for facts in void):
        problem = (
            f"{void[0].path} holds 255 and no label, others hold labels and no 255: 255 may be a label or not annotated"
        )
        raise AskError(masks, kind, problem)
    at_border = max(border, key=lambda key: border[key])
    label = values.get(int(at_border))
    share = border[at_border] / border.total()
    if label and (share > 0.5 if label.unique else share == 1 and used == {BACKGROUND, at_border}):
        name = label.name
        raise AskError(
            masks, kind, f"{describe_all(masks)}, and {name_key(at_border)}, which would be {name}, is at the border"
        )
    check_nesting(masks, kind, {label.value: label.value for label in kind.wanted}, by_colour=False)
    return _make_number_table({value: value for value in values}, used)


def _try_three_levels(masks: Sequence[MaskFacts], kind: MaskKind, used: set[Key]) -> Iterator[Reading]:
    """0, 128, 255 for cup, disc, background (REFUGE); or, on a black background, the inner of the others is the cup."""
    pair = cup_and_disc(kind.labels)
    if pair is None or kind.only is not None or len(kind.wanted) != 2 or not used <= {0, 127, 128, 255}:
        return
    middle = used & {127, 128}
    if len(middle) != 1 or any(facts.palette is not None for facts in masks):
        return
    grey = next(iter(middle))
    cup, disc = pair
    border = add_counts(facts.border for facts in masks)
    contacts = add_contacts(masks)
    if border[255] > border.total() * 0.9:
        if count_contacts(contacts, 0, 255) <= count_contacts(contacts, 0, grey):
            yield TableReading(((0, cup.value), (grey, disc.value), (255, BACKGROUND)))
    elif border[0] > border.total() * 0.9:
        between = count_contacts(contacts, grey, 255)
        inner = [key for key in (grey, 255) if count_contacts(contacts, key, 0) * 10 < between]
        if len(inner) == 1:
            outer = 255 if inner[0] == grey else grey
            meaning = {0: BACKGROUND, inner[0]: cup.value, outer: disc.value}
            yield TableReading(tuple(sorted(meaning.items())))


def _decide_two_tone(masks: Sequence[MaskFacts], kind: MaskKind) -> Reading:
    """Black and white. The border's tone is the background where that is sure; white is the label by custom.

    Raises:
        AskError: it is not sure.
    """
    white = total = inside_white = pixels = touching = 0
    framed: dict[bool, MaskFacts] = {}  # a mask whose border is wholly white, and one whose border is wholly black
    for facts in masks:
        border, counts = _count_light(facts, facts.border), _count_light(facts, facts.counts)
        length, area = sum(facts.border.values()), sum(facts.counts.values())
        white, total = white + border, total + length
        inside_white, pixels = inside_white + counts, pixels + area
        touching += 0 < border < length
        if border in {0, length} and 0 < counts < area:
            framed[border == length] = facts
    if len(framed) == 2:
        problem = (
            f"The border of {framed[True].path} is white, and that of {framed[False].path} black: which of them is"
        )
        raise AskError(masks, kind, f"{problem} {kind.first.name} is unclear; give both the same meaning")
    sharp = all(facts.is_number and facts.white == 255 and not facts.smooth and facts.counts for facts in masks)
    if inside_white == pixels:
        raise AskError(masks, kind, f"{describe_all(masks)}, which may be all or nothing")
    if 2 * white <= total or not inside_white:
        if sharp:
            return TableReading(((0, BACKGROUND), (255, kind.first.value)))
        return TwoToneReading(kind.first)
    if not touching and white == total and 2 * inside_white > pixels:
        if sharp:
            return TableReading(((0, kind.first.value), (255, BACKGROUND)))
        return TwoToneReading(kind.first, label_is_white=False)
    raise AskError(
        masks,
        kind,
        "The masks are black and white, and white at most of the border: which of them is "
        f"{kind.first.name} is unclear",
    )


def _are_objects(masks: Sequence[MaskFacts]) -> bool:
    """Are numbers the objects of a picture: each in one piece, and as many as there happen to be?"""
    if any(facts.is_colour or facts.many or not facts.whole or facts.low < 0 for facts in masks):
        return False
    numbers = [sum(key != 0 for key in facts.counts) for facts in masks]
    several = [(facts, count) for facts, count in zip(masks, numbers, strict=True) if facts.pieces and count > 1]
    if not several or any(not 0.8 <= facts.pieces / count <= 1.5 for facts, count in several):
        return False
    if any(count < 0.5 * facts.high for facts, count in several):  # objects are numbered from 1
        return False
    most = max(numbers)
    vary = len({count for count in numbers if count}) > 1
    return most >= _SURELY_OBJECTS or (most >= _MIN_OBJECTS and (vary or any(facts.wide for facts in masks)))


def _make_colour_table(meaning: Mapping[int, int], used: set[int]) -> Reading:
    """Colours by their names, where black and transparent are the background unless they are named."""
    whole = {BLACK: BACKGROUND, TRANSPARENT: BACKGROUND} | dict(meaning)
    return TableReading(tuple((colour, value) for colour, value in whole.items() if colour in used), by_colour=True)


def _make_number_table(meaning: Mapping[Key, int], used: set[Key]) -> Reading:
    whole = {BACKGROUND: BACKGROUND, **meaning, NOT_ANNOTATED: NOT_ANNOTATED}
    return TableReading(tuple((key, value) for key, value in whole.items() if key in used))


def _count_light(facts: MaskFacts, keys: Mapping[Key, int]) -> int:
    if facts.is_number:
        return sum(count for key, count in keys.items() if key >= facts.white / 2)
    colours = facts.by_colour(keys) or Counter()
    return sum(count for colour, count in colours.items() if colour & 255 >= 128)


def _pack_colour(label: Label) -> int:
    return pack(*(int(label.colour[at : at + 2], 16) for at in (1, 3, 5)))


def _id_in_one_channel(colour: int) -> tuple[str, int]:
    """The only channel that a colour uses, and its number; ("", 0) for others."""
    parts = {"red": colour >> 16 & 255, "green": colour >> 8 & 255, "blue": colour & 255}
    used = [(name, number) for name, number in parts.items() if number]
    return used[0] if len(used) == 1 else ("", 0)


def _uses_only(colour: int, shift: int) -> bool:
    return bool(colour >> shift & 255) and not colour & 0xFFFFFF & ~(0xFF << shift)
