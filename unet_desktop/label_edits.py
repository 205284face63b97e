"""Edits of a label set: each gives a new set in which the labels that stay keep their pixel values.

The value of a label that is merged or removed is never given to another one: old masks and versions may hold it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from unet_desktop.errors import LabelError
from unet_desktop.labels import BACKGROUND, NOT_ANNOTATED, Label, LabelSet, RetiredLabel

COLOURS = ("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#0072b2", "#d55e00", "#999999")
"""Okabe and Ito's colours, told apart by people with any kind of colour vision."""


@dataclass(frozen=True, slots=True)
class LabelRow:
    """A label as somebody wants it.

    Attributes:
        value: of the label that it is now; None for a new one.
        name, colour, unique: see `Label`.
        inside: the row of the label that contains it; None without one.
    """

    value: int | None
    name: str
    colour: str
    inside: int | None = None
    unique: bool = False


def rows_of(labels: LabelSet) -> list[LabelRow]:
    """Return the labels as rows to edit."""
    places = {label.name: place for place, label in enumerate(labels)}
    return [
        LabelRow(
            label.value, label.name, label.colour, None if label.inside is None else places[label.inside], label.unique
        )
        for label in labels
    ]


def edit_labels(labels: LabelSet, rows: Sequence[LabelRow], merged: Mapping[int, int] | None = None) -> LabelSet:
    """Return the labels that these rows ask for.

    A label that no row has is removed: its pixels become the label around it, or background.

    Args:
        labels: as they are.
        rows: as they should be, in any order; a label is moved behind the one that it is inside.
        merged: for labels that no row has, the value of the label that their pixels become instead.

    Raises:
        LabelError: a name is empty or taken, labels would be inside each other, or there are no values left.
    """
    rows = [replace(row, name=row.name.strip()) for row in rows]
    values = _values_for(labels, rows)
    before = {label.value: label for label in labels}
    made = []
    for place in _parents_first(rows):
        row, value = rows[place], values[place]
        old = before.get(value)
        former = () if old is None else old.formerly
        if old is not None and old.name != row.name:
            former = tuple(name for name in (*former, old.name) if name != row.name)
        inside = None if row.inside is None else rows[row.inside].name
        made.append(Label(value, row.name, row.colour, inside, row.unique, former))
    kept = {label.value for label in made}
    retired = [
        RetiredLabel(old.value, old.name, old.colour, _becomes(labels, old, kept, merged or {}))
        for old in labels
        if old.value not in kept
    ]
    return LabelSet(tuple(made), (*(gone for gone in labels.retired if gone.value not in kept), *retired))


def rename(labels: LabelSet, old: str, new: str) -> LabelSet:
    """Return the labels with another name for one of them; raises LabelError if there is no such label."""
    value = labels.by_name(old).value
    return edit_labels(labels, [replace(row, name=new) if row.value == value else row for row in rows_of(labels)])


def recolour(labels: LabelSet, name: str, colour: str) -> LabelSet:
    """Return the labels with another colour for one of them; raises LabelError if there is no such label."""
    value = labels.by_name(name).value
    return edit_labels(labels, [replace(row, colour=colour) if row.value == value else row for row in rows_of(labels)])


def add(labels: LabelSet, name: str, colour: str = "", inside: str | None = None, *, unique: bool = False) -> LabelSet:
    """Return the labels with one more, in a free colour unless one is given."""
    rows = rows_of(labels)
    parent = None if inside is None else labels.labels.index(labels.by_name(inside))
    return edit_labels(labels, [*rows, LabelRow(None, name, colour or free_colour(labels), parent, unique)])


def move_inside(labels: LabelSet, name: str, inside: str | None) -> LabelSet:
    """Return the labels with one of them inside another one, or in none."""
    value = labels.by_name(name).value
    parent = None if inside is None else labels.labels.index(labels.by_name(inside))
    return edit_labels(labels, [replace(row, inside=parent) if row.value == value else row for row in rows_of(labels)])


def make_unique(labels: LabelSet, name: str, *, unique: bool) -> LabelSet:
    """Return the labels with one of them at most once in a picture, or as often as it occurs."""
    value = labels.by_name(name).value
    return edit_labels(labels, [replace(row, unique=unique) if row.value == value else row for row in rows_of(labels)])


def reorder(labels: LabelSet, names: Iterable[str]) -> LabelSet:
    """Return the labels with these first, in this order; a label stays behind the one that it is inside."""
    first = [labels.by_name(name) for name in names]
    order = [*first, *(label for label in labels if label not in first)]
    places = {label.name: place for place, label in enumerate(order)}
    return edit_labels(
        labels,
        [
            LabelRow(
                label.value,
                label.name,
                label.colour,
                None if label.inside is None else places[label.inside],
                label.unique,
            )
            for label in order
        ],
    )


def merge(labels: LabelSet, name: str, into: str) -> LabelSet:
    """Return the labels without one of them, whose pixels become another one.

    Raises:
        LabelError: there is no such label, or both are the same.
    """
    gone, kept = labels.by_name(name), labels.by_name(into)
    if gone == kept:
        raise LabelError(f'"{name}" cannot be merged into itself; choose another label.')
    return edit_labels(labels, drop_row(rows_of(labels), gone.value, kept.value), {gone.value: kept.value})


def remove(labels: LabelSet, name: str) -> LabelSet:
    """Return the labels without one of them; its pixels become the label around it, or background.

    Raises:
        LabelError: there is no such label, or it is the only one.
    """
    gone = labels.by_name(name)
    if len(labels) == 1:
        raise LabelError(f'"{name}" is the only label; a project needs one. Add another one first, or rename this one.')
    return edit_labels(labels, drop_row(rows_of(labels), gone.value))


def drop_row(rows: Sequence[LabelRow], value: int, into: int | None = None) -> list[LabelRow]:
    """Return the rows without that of a label; what was inside it goes to where its pixels go.

    Args:
        rows: see `edit_labels`.
        value: of the label that goes.
        into: value of the label that its pixels become; None for the one around it.
    """
    gone = next(place for place, row in enumerate(rows) if row.value == value)
    around = rows[gone].inside
    home = around if into is None else next(place for place, row in enumerate(rows) if row.value == into)
    above = set(_chain(rows, home))  # rows around the one that it becomes must not move into that

    def new_home(place: int, row: LabelRow) -> int | None:
        parent = row.inside
        if parent == gone:
            parent = around if place in above else home
        return None if parent is None else parent - (parent > gone)

    return [replace(row, inside=new_home(place, row)) for place, row in enumerate(rows) if place != gone]


def sort_rows(rows: Sequence[LabelRow]) -> list[LabelRow]:
    """Return the rows with each behind the one that it is inside, otherwise in their order.

    Raises:
        LabelError: labels would be inside each other.
    """
    order = _parents_first(rows)
    places = {old: new for new, old in enumerate(order)}
    return [
        replace(rows[old], inside=None if (parent := rows[old].inside) is None else places[parent]) for old in order
    ]


def free_colour(labels: Iterable[Label | LabelRow]) -> str:
    """Return a colour that no label has, while there is one."""
    labels = list(labels)
    used = {label.colour.lower() for label in labels}
    return next((colour for colour in COLOURS if colour not in used), COLOURS[len(labels) % len(COLOURS)])


def describe_edit(before: LabelSet, after: LabelSet) -> list[str]:
    """Return what was done, as parts of a sentence; empty if nothing was."""
    old, new = {label.value: label for label in before}, {label.value: label for label in after}
    gone = {one.value: one for one in after.retired}
    found = [f'"{label.name}" added' for value, label in new.items() if value not in old]
    for value, label in old.items():
        if (now := new.get(value)) is None:
            became = new.get(gone[value].becomes) if value in gone else None
            found.append(f'"{label.name}" ' + ("removed" if became is None else f'merged into "{became.name}"'))
            continue
        if now.name != label.name:
            found.append(f'"{label.name}" renamed to "{now.name}"')
        if now.colour != label.colour:
            found.append(f'"{now.name}" now in {now.colour}')
        parents = (before.parent(label), after.parent(now))
        if (parents[0] and parents[0].value) != (parents[1] and parents[1].value):
            found.append(f'"{now.name}" now ' + (f'inside "{now.inside}"' if now.inside else "in no other label"))
        if now.unique != label.unique:
            found.append(f'"{now.name}" {"now" if now.unique else "no longer"} at most one per picture')
    kept = [value for value in old if value in new]
    if kept != [value for value in new if value in old]:
        found.append("order changed")
    return found


def _values_for(labels: LabelSet, rows: Sequence[LabelRow]) -> list[int]:
    """Return a value for each row: new labels get one that no label has or had."""
    taken = {label.value for label in labels} | {gone.value for gone in labels.retired}
    highest = max(taken)
    free = [*range(highest + 1, NOT_ANNOTATED), *(value for value in range(1, highest) if value not in taken)]
    values = []
    for row in rows:
        if row.value is not None:
            values.append(row.value)
        elif free:
            values.append(free.pop(0))
        else:
            raise LabelError("All 254 pixel values belong to labels of this project, or did before; none is left.")
    return values


def _parents_first(rows: Sequence[LabelRow]) -> list[int]:
    """Return the places of the rows, each behind the one that it is inside, otherwise in their order."""
    order: list[int] = []
    for place in range(len(rows)):
        chain = _chain(rows, place)
        order += [above for above in reversed(chain) if above not in order]
    return order


def _chain(rows: Sequence[LabelRow], place: int | None) -> list[int]:
    """Return a row and those around it, innermost first."""
    chain: list[int] = []
    while place is not None:
        if place in chain:
            names = " and ".join(f'"{rows[one].name}"' for one in chain)
            raise LabelError(f"{names} would be inside each other; a label can only be inside one that is not in it.")
        chain.append(place)
        place = rows[place].inside
    return chain


def _becomes(labels: LabelSet, gone: Label, kept: set[int], merged: Mapping[int, int]) -> int:
    """Return the value that a label's pixels get: of what it is merged into, or of the nearest label around it."""
    value, seen = gone.value, set[int]()
    while value not in kept and value not in seen:
        seen.add(value)
        label = labels.by_value(value)
        parent = None if label is None else labels.parent(label)
        value = merged.get(value, BACKGROUND if parent is None else parent.value)
    return value if value in kept else BACKGROUND
