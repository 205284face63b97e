"""Questions: what people are asked where the files do not say what masks mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from unet_desktop.errors import MaskError, Remedy
from unet_desktop.labels import BACKGROUND, NOT_ANNOTATED, Label, LabelSet
from unet_desktop.masks.mask_content import Key, spell_colour
from unet_desktop.masks.mask_facts import MaskFacts, add_colours, add_contacts, add_counts
from unet_desktop.masks.readings import (
    MANY_NUMBERS,
    describe_facts,
    describe_range,
    name_key,
    name_keys,
    name_value,
)

_MAX_ASKED = 6


@dataclass(frozen=True, slots=True)
class MaskKind:
    """What masks are read for.

    Attributes:
        labels: of the project.
        only: the label that these files are of, where there is a file for each label; None if they hold all labels.
        likely: the label that the folder of masks is named for; None if it is named for none.
        colour_names: the colours that a labelmap.txt beside the masks names, as values of the project's masks.
    """

    labels: LabelSet
    only: Label | None = None
    likely: Label | None = None
    colour_names: tuple[tuple[int, int], ...] = ()

    @property
    def first(self) -> Label:
        """The label of masks that are black and white."""
        return self.only or self.likely or self.labels.labels[0]

    @property
    def wanted(self) -> tuple[Label, ...]:
        """The labels that the masks can hold."""
        return self.labels.labels if self.only is None else (self.only,)


@dataclass(frozen=True, slots=True)
class Question:
    """Why masks could not be read surely.

    Attributes:
        problem: what is in the files, and what is unclear, as sentences.
        guess: what the keys might mean, to start from: (key as text, value).
    """

    problem: str
    guess: tuple[tuple[str, int], ...] = ()

    def error(self, labels: LabelSet) -> MaskError:
        """The error that asks."""
        example = ",".join(f"{key}={name_value(value, labels)}" for key, value in self.guess)
        might = f" They might mean: {example}." if example else ""
        return MaskError(f"{self.problem}{might}", Remedy.MASK_VALUES if self.guess else None)


class AskError(Exception):
    """Nothing is sure enough: the question must be asked."""

    def __init__(self, masks: Sequence[MaskFacts], kind: MaskKind, problem: str) -> None:
        super().__init__(problem)
        self.question = make_question(masks, kind, problem)


def make_question(masks: Sequence[MaskFacts], kind: MaskKind, problem: str) -> Question:
    """The question, and a guess: what is most at the border is the background, and what touches that lies outermost."""
    by_colour = any(facts.is_colour for facts in masks)
    counts: Counter[Key] | None = add_counts(one.counts for one in masks)
    border = add_counts(one.border for one in masks)
    if by_colour:
        colours, at_border = add_colours(masks), add_colours(masks, border=True)
        counts = None if colours is None else Counter(dict(colours.items()))
        border = Counter(dict((at_border or Counter[int]()).items()))
    if counts is None or any(facts.many for facts in masks):
        return Question(f"{problem}.")
    contacts = add_contacts(masks)
    if not by_colour and len(counts) > MANY_NUMBERS and any(facts.lossy for facts in masks):
        if not all(facts.has_two_ends for facts in masks):
            return Question(f"{problem}.")
        ends = sorted((0, 255), key=lambda end: -sum(border[key] for key in border if abs(key - end) < 128))
        return Question(f"{problem}.", tuple(zip(map(name_key, ends), (BACKGROUND, kind.first.value), strict=True)))
    ground = max(border, key=lambda key: border[key], default=0)
    keys = sorted(counts, key=lambda key: (key is not ground and key != ground, -count_contacts(contacts, key, ground)))
    names = [spell_colour(int(key)) if by_colour else name_key(key) for key in keys]
    odd = any(key < 0 or key != key for key in keys)  # negative, or NaN
    if len(keys) > _MAX_ASKED or (len(kind.wanted) == 1 and len(keys) > 2 and not odd):
        return Question(f"{problem}.", ((names[0], BACKGROUND), ("others", kind.first.value)))
    meanings = iter([BACKGROUND, *(label.value for label in kind.wanted)])
    guess = [
        (name, next(meanings, NOT_ANNOTATED) if key >= 0 or key is ground else NOT_ANNOTATED)
        for name, key in zip(names, keys, strict=True)
    ]
    return Question(f"{problem}.", tuple(guess))


def describe_all(masks: Sequence[MaskFacts]) -> str:
    """What the files hold, in words; of one file with its name."""
    counts = add_counts(one.counts for one in masks) if all(one.is_number and not one.many for one in masks) else None
    if len(masks) == 1 or counts is None:
        return f"The mask {masks[0].path} {describe_facts(masks[0])}"
    if len(counts) > MANY_NUMBERS:
        return f"The {len(masks)} masks hold {describe_range(counts)}"
    return f"The {len(masks)} masks hold the values {name_keys(counts, by_colour=False)}"


def count_contacts(contacts: Mapping[tuple[Key, Key], int], one: Key, other: Key) -> int:
    """How often two keys lie beside each other."""
    return contacts.get((min(one, other), max(one, other)), 0)
