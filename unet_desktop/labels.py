"""Labels: the named, coloured, possibly nested structures that masks are made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated

from msgspec import Meta

from unet_desktop.errors import LabelError
from unet_desktop.json_data import Count, DataError, check
from unet_desktop.safe_text import replace_halves

BACKGROUND = 0
"""Pixel value of everything that belongs to no label."""
NOT_ANNOTATED = 255
"""Pixel value of what nobody has judged: it is left out of the loss and of all metrics."""

_DISC_AND_CUP_NAMES = re.compile(
    r"\b(optic|dis[ck]s?\b|disque|disco\b|cups?\b|onh\b|od\b|oc\b|iris\b|pupils?\b|papil|excav|exkav|sehnerv)"
    r"|\bnerve head|диск|экскав|视盘|视杯|乳頭|陥凹"
)
_OTHER_EYE_NAMES = re.compile(
    r"\b(eyes?\b|retin|fundus|fove|macul|exudat|h[ae]+morrhag|microaneurysm|drusen|glaucom)|сетчат|黄斑|网膜|網膜"
)
"""Beginnings of words in labels' names, case-folded, in the languages that users have named labels in."""
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


_Name = Annotated[str, Meta(max_length=500)]


@dataclass(frozen=True, slots=True)
class Label:
    """One structure: its pixel value, name, colour, and relation to the others.

    Attributes:
        value: pixel value in a mask, 1..254.
        name: unique in its set.
        colour: "#rrggbb".
        inside: name of the label that contains it, or None.
        unique: an image holds at most one, in one piece (an optic disc; not a cell nucleus).
        formerly: names that it had before, oldest first; models may still know it by one of them.
    """

    value: Count
    name: _Name
    colour: Annotated[str, Meta(max_length=20)]
    inside: _Name | None = None
    unique: bool = False
    formerly: tuple[_Name, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class RetiredLabel:
    """A label that was merged into another one or removed. Its value is never given to another label.

    Attributes:
        value: pixel value that old masks may still hold.
        name, colour: as they were.
        becomes: the value that its pixels have now: another label's, or 0 for background.
    """

    value: Count
    name: _Name
    colour: Annotated[str, Meta(max_length=20)]
    becomes: Count


@dataclass(frozen=True, slots=True)
class LabelSet:
    """The labels of one project, in order: a label comes after the one it is inside.

    Attributes:
        labels: those in use.
        retired: labels of before, whose values masks that were written then may hold.

    Raises:
        LabelError: at construction, if a value, name, colour or `inside` is invalid.
    """

    labels: tuple[Label, ...]
    retired: tuple[RetiredLabel, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if not self.labels:
            raise LabelError("A project needs at least one label.")
        names: set[str] = set()
        values: set[int] = set()
        for label in self.labels:
            if not BACKGROUND < label.value < NOT_ANNOTATED:
                raise LabelError(f'Label "{label.name}" has the value {label.value}; choose one from 1 to 254.')
            if label.value in values:
                raise LabelError(f"Two labels have the value {label.value}; give each its own.")
            if not label.name.strip() or _key(label.name) in {_key(name) for name in names}:
                raise LabelError(f'Each label needs a unique name; "{label.name}" is empty or taken.')
            if replace_halves(label.name) != label.name:
                raise LabelError(
                    f'The label name "{replace_halves(label.name)}" holds half of a character. Type it again.'
                )
            if not _COLOUR.fullmatch(label.colour):
                raise LabelError(f'Label "{label.name}" has the colour "{label.colour}"; write it as #rrggbb.')
            if label.inside is not None and label.inside not in names:
                raise LabelError(f'Label "{label.name}" is inside "{label.inside}", which is not a label before it.')
            names.add(label.name)
            values.add(label.value)
        for gone in self.retired:
            if not BACKGROUND < gone.value < NOT_ANNOTATED or gone.value in values:
                raise LabelError(f'The value {gone.value} of the former label "{gone.name}" is invalid or taken.')
            values.add(gone.value)

    def __iter__(self) -> Iterator[Label]:
        """Iterate over the labels in order, a parent before its children."""
        return iter(self.labels)

    def __len__(self) -> int:
        """Return the number of labels, which is also the number of regions."""
        return len(self.labels)

    def by_name(self, name: str) -> Label:
        """Return the label with that name.

        Raises:
            LabelError: there is none.
        """
        for label in self.labels:
            if label.name == name:
                return label
        raise LabelError(f'There is no label "{name}"; there are {", ".join(label.name for label in self)}.')

    def by_value(self, value: int) -> Label | None:
        """Return the label with that pixel value; None for background, not annotated and unknown values."""
        return next((label for label in self.labels if label.value == value), None)

    def current_name(self, name: str) -> str:
        """Return the name of the label that has this name, or had it before; the name itself if there is none."""
        if any(label.name == name for label in self.labels):
            return name
        return next((label.name for label in self.labels if name in label.formerly), name)

    def parent(self, label: Label) -> Label | None:
        """Return the label that this one is inside, or None."""
        return None if label.inside is None else self.by_name(label.inside)

    def region_values(self, label: Label) -> tuple[int, ...]:
        """Return the pixel values of the label's region: its own and those of all labels inside it."""
        names = {label.name}
        for other in self.labels:  # parents come first, so one pass finds all descendants
            if other.inside in names:
                names.add(other.name)
        return tuple(other.value for other in self.labels if other.name in names)

    def location_label(self) -> Label | None:
        """Return the unique outermost label, which the locating network looks for; None if there is none."""
        return next((label for label in self.labels if label.unique and label.inside is None), None)

    def present_values(self) -> dict[int, int]:
        """Return what the value of each retired label is now: a label's, or background if that one is gone, too."""
        becomes, live = {gone.value: gone.becomes for gone in self.retired}, {label.value for label in self.labels}
        found = {}
        for value in becomes:
            now, seen = value, set[int]()
            while now in becomes and now not in seen:
                seen.add(now)
                now = becomes[now]
            found[value] = now if now in live else BACKGROUND
        return found

    def shows_eye(self) -> bool:
        """Whether a label's name says that the pictures show the back of an eye."""
        names = [_words(label.name) for label in self]
        return any(_DISC_AND_CUP_NAMES.search(name) or _OTHER_EYE_NAMES.search(name) for name in names)

    def same_structures(self, other: LabelSet) -> bool:
        """Whether both mean the same structures by the same pixel values; colours, order and a new name may differ."""
        theirs = {label.value: label for label in other}
        return len(self) == len(other) and all(
            (match := theirs.get(label.value)) is not None
            and _same_name(label, match)
            and label.unique == match.unique
            and _parent_value(self, label) == _parent_value(other, match)
            for label in self
        )

    def grew_into(self, newer: LabelSet) -> bool:
        """Whether a newer set still knows the meaning of each of these labels: as a label, or as one that is gone."""
        gone, labels = {one.value for one in newer.retired}, {label.value: label for label in newer}
        return all(
            label.value in gone or (label.value in labels and _same_name(label, labels[label.value])) for label in self
        )

    def differences(self, newer: LabelSet) -> list[str]:
        """Return what distinguishes a newer set from this one, as parts of a sentence.

        Colours, order and labels that were only renamed are no difference.
        """
        before = {label.name: label for label in self}
        renamed = {
            label.name: old
            for label in newer
            if label.name not in before and (old := self.by_value(label.value)) is not None and _same_name(label, old)
        }
        left = {old.name for old in renamed.values()}
        after = {label.name: label for label in newer}
        found = [f'"{name}" was added' for name in after if name not in before and name not in renamed]
        found += [f'"{name}" was removed' for name in before if name not in after and name not in left]
        for name, label in after.items():
            if (old := before.get(name) or renamed.get(name)) is None:
                continue
            if label.value != old.value:
                found.append(f'"{name}" has the value {label.value} instead of {old.value}')
            if _parent_value(newer, label) != _parent_value(self, old):
                found.append(f'"{name}" is {_place(label)} instead of {_place(old)}')
            if label.unique != old.unique:
                found.append(f'"{name}" {"is now" if label.unique else "is no longer"} at most one per picture')
        return found

    def contrast(self, other: LabelSet) -> str:
        """Return how this set differs from another one, apart from colours and order, as part of a sentence."""
        mine, theirs = ([label.name for label in labels] for labels in (self, other))
        if set(mine) != set(theirs):
            return f"{', '.join(mine)} against {', '.join(theirs)}"
        return "; ".join(other.differences(self))

    def in_this_order(self, other: LabelSet) -> LabelSet:
        """Return the labels of another set of the same structures, in the order of this one."""
        theirs = {label.value: label for label in other}
        return LabelSet(tuple(theirs[label.value] for label in self), other.retired)

    def to_json(self) -> list[dict[str, object]]:
        """Return plain data for a JSON file."""
        return [
            {
                "value": label.value,
                "name": label.name,
                "colour": label.colour,
                "inside": label.inside,
                "unique": label.unique,
            }
            | ({"formerly": list(label.formerly)} if label.formerly else {})
            for label in self.labels
        ]

    @classmethod
    def from_json(cls, data: object, retired: object = None) -> LabelSet:
        """Return the label set that `to_json` wrote, with what it says of retired labels beside it.

        Raises:
            LabelError: the data is malformed.
        """
        if not isinstance(data, list):
            raise LabelError("The labels must be a list.")
        try:
            return cls(tuple(check(data, list[Label])), tuple(check(retired or [], list[RetiredLabel])))
        except DataError as error:
            raise LabelError(f"The labels are malformed ({error}).") from error


def _key(name: str) -> str:
    """Normalise what tables and file names do not distinguish: case, and underscore against space."""
    return name.strip().casefold().replace("_", " ")


def names_disc_or_cup(label: Label) -> bool:
    """Whether the label's name speaks of an optic disc or cup."""
    return _DISC_AND_CUP_NAMES.search(_words(label.name)) is not None


def _words(name: str) -> str:
    """The name as words: "OpticDisc_2" and "optic-disc 2" are alike."""
    parts = re.sub(r"(?<=[a-zа-я])(?=[A-ZА-Я])", " ", name)
    return re.sub(r"[\W\d_]+", " ", parts).casefold()


def _same_name(one: Label, other: Label) -> bool:
    """Whether both have the same name, or one of them had the other's name before."""
    return one.name == other.name or one.name in other.formerly or other.name in one.formerly


def _parent_value(labels: LabelSet, label: Label) -> int | None:
    parent = labels.parent(label)
    return None if parent is None else parent.value


def _place(label: Label) -> str:
    return "in no other label" if label.inside is None else f'inside "{label.inside}"'


# Sky blue and bluish green of the colour-blind-safe set of Okabe and Ito (2008): both stand out on a red retina.
DISC_AND_CUP = LabelSet(
    (
        Label(1, "optic disc", "#56b4e9", unique=True),
        Label(2, "optic cup", "#009e73", inside="optic disc", unique=True),
    )
)
ONE_STRUCTURE = LabelSet((Label(1, "structure", "#0072b2"),))

TEMPLATES: dict[str, LabelSet | None] = {
    "Optic disc and cup": DISC_AND_CUP,
    "One structure": ONE_STRUCTURE,
    "Custom": None,
}
"""What a new project offers; with "Custom" the user enters all labels."""
