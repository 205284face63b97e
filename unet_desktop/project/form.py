"""Form: the items that a project's people grade in each case, and templates of such items."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from unet_desktop import json_data
from unet_desktop.json_data import DataError
from unet_desktop.project.case import Grade

LONGEST_TEXT = 2000
"""Characters of a text that is given as a grade."""
MOST_ITEMS, MOST_CHOICES = 100, 30
_LONGEST_NAME = 80
_NO_KEY = re.compile(r"[^\w]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class ItemKind(StrEnum):
    """What is given for an item."""

    CHOICE = "choice"
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a form.

    Attributes:
        key: its name in records and tables, unique in the form; letters, digits and underscores.
        question: what people read.
        kind: what is given for it.
        choices: of which one is given, in order; only of a choice.
        required: a case is not completely graded without it.
        unit: of a number, or empty.
        lowest, highest: limits of a number; None for none.
        explanation: how to decide, shown as a hint; or empty.
    """

    key: str
    question: str
    kind: ItemKind = ItemKind.CHOICE
    choices: tuple[str, ...] = ()
    required: bool = False
    unit: str = ""
    lowest: float | None = None
    highest: float | None = None
    explanation: str = ""

    def check(self, grade: Grade) -> Grade:
        """Return a grade as it is stored.

        Raises:
            DataError: the item does not take it.
        """
        match self.kind:
            case ItemKind.CHOICE:
                if grade not in self.choices or not isinstance(grade, str):
                    raise DataError(f"{self.question}: {_show(grade)} is not one of {', '.join(self.choices)}")
                return grade
            case ItemKind.NUMBER:
                if isinstance(grade, str | bool) or not math.isfinite(grade):
                    raise DataError(f"{self.question}: {_show(grade)} is not a number")
                if (self.lowest is not None and grade < self.lowest) or (
                    self.highest is not None and grade > self.highest
                ):
                    raise DataError(f"{self.question}: {grade:g} is not {self.limits}")
                return grade
            case ItemKind.TEXT:
                if not isinstance(grade, str):
                    raise DataError(f"{self.question}: {_show(grade)} is not text")
                if len(grade) > LONGEST_TEXT:
                    raise DataError(f"{self.question}: the text is longer than {LONGEST_TEXT} characters")
                return grade

    @property
    def limits(self) -> str:
        """The limits of a number in words; empty without any."""
        if self.lowest is not None and self.highest is not None:
            return f"from {self.lowest:g} to {self.highest:g}"
        if self.lowest is not None:
            return f"{self.lowest:g} or more"
        return "" if self.highest is None else f"{self.highest:g} or less"

    def to_json(self) -> dict[str, Any]:
        """Return the item as plain data; what is empty is left out."""
        data = {
            "key": self.key,
            "question": self.question,
            "kind": self.kind.value,
            "choices": list(self.choices),
            "required": self.required,
            "unit": self.unit,
            "lowest": self.lowest,
            "highest": self.highest,
            "explanation": self.explanation,
        }
        return {name: value for name, value in data.items() if value or (value == 0 and value is not False)}


@dataclass(frozen=True, slots=True)
class Form:
    """The items of a project, in the order in which they are asked; none if nothing is graded."""

    items: tuple[Item, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.items)

    def find(self, key: str) -> Item | None:
        """Return the item with that key, or None."""
        return next((item for item in self.items if item.key == key), None)

    def grade(self, item: Item, grades: Mapping[str, Grade]) -> Grade | None:
        """Return what was given for an item; None if nothing was, or if the item does not take it any more."""
        given = grades.get(item.key)
        try:
            return None if given is None else item.check(given)
        except DataError:
            return None

    def missing(self, grades: Mapping[str, Grade]) -> tuple[Item, ...]:
        """Return the required items for which nothing was given."""
        return tuple(item for item in self.items if item.required and self.grade(item, grades) is None)

    def check(self, grades: Mapping[str, Grade]) -> dict[str, Grade]:
        """Return grades as they are stored.

        Raises:
            DataError: one is of an item that the form does not have, or that does not take it.
        """
        checked: dict[str, Grade] = {}
        for key, grade in grades.items():
            item = self.find(key)
            if item is None:
                raise DataError(f"the form has no item {_show(key)}")
            checked[key] = item.check(grade)
        return checked

    def to_json(self) -> list[dict[str, Any]]:
        """Return the form as plain data."""
        return [item.to_json() for item in self.items]

    @classmethod
    def from_json(cls, data: Any) -> Form:
        """Return the form that people or `to_json` wrote; fields that are not known are passed over.

        Raises:
            DataError: it is no form.
        """
        return cls(check_items(_item_of(stored) for stored in json_data.check(data, list[_Stored])))


@dataclass(frozen=True, slots=True)
class _Stored:
    """An item as people write it; without a key, the question gives one."""

    question: str
    kind: ItemKind = ItemKind.CHOICE
    key: str = ""
    choices: tuple[str, ...] = ()
    required: bool = False
    unit: str = ""
    lowest: float | None = None
    highest: float | None = None
    explanation: str = ""


def _item_of(stored: _Stored) -> Item:
    return Item(
        stored.key or key_of(stored.question),
        stored.question.strip(),
        stored.kind,
        tuple(choice.strip() for choice in stored.choices),
        stored.required,
        stored.unit.strip(),
        stored.lowest,
        stored.highest,
        stored.explanation.strip(),
    )


def key_of(question: str, taken: Iterable[str] = ()) -> str:
    """Return a key for a question, such as "disc_haemorrhage", that is not taken yet."""
    key = _NO_KEY.sub("_", question.strip().lower()).strip("_")[:40].strip("_") or "item"
    used, number, free = set(taken), 1, key
    while free in used:
        number += 1
        free = f"{key}_{number}"
    return free


def check_items(items: Iterable[Item]) -> tuple[Item, ...]:
    """Return the items if they make a form.

    Raises:
        DataError: they do not.
    """
    checked = tuple(items)
    if len(checked) > MOST_ITEMS:
        raise DataError(f"a form has at most {MOST_ITEMS} items, not {len(checked)}")
    seen: set[str] = set()
    for number, item in enumerate(checked, 1):
        _check_item(item, f"item {number}")
        if item.key in seen:
            raise DataError(f'item {number}: the key "{item.key}" is that of another item')
        seen.add(item.key)
    return checked


def _check_item(item: Item, where: str) -> None:
    if not item.question:
        raise DataError(f"{where}: its question is empty")
    if not item.key or _NO_KEY.search(item.key) or len(item.key) > _LONGEST_NAME:
        raise DataError(f"{where}: the key {_show(item.key)} may hold only letters, digits and underscores")
    for text in (item.question, item.unit, *item.choices):
        if len(text) > _LONGEST_NAME or _CONTROL.search(text):
            raise DataError(f"{where}: the text {_show(text)} is too long or more than one line")
    if len(item.explanation) > LONGEST_TEXT:
        raise DataError(f"{where}: the explanation is longer than {LONGEST_TEXT} characters")
    if item.kind is ItemKind.CHOICE:
        if not 2 <= len(item.choices) <= MOST_CHOICES:
            raise DataError(f"{where}: a choice has 2 to {MOST_CHOICES} choices, not {len(item.choices)}")
        if "" in item.choices or len(set(item.choices)) < len(item.choices):
            raise DataError(f"{where}: its choices must differ and must not be empty")
    elif item.choices:
        raise DataError(f"{where}: only a choice has choices")
    limits = [limit for limit in (item.lowest, item.highest) if limit is not None]
    if limits and item.kind is not ItemKind.NUMBER:
        raise DataError(f"{where}: only a number has limits")
    if limits != sorted(limits) or not all(map(math.isfinite, limits)):
        raise DataError(f"{where}: its lowest value is above its highest")


def _show(value: object) -> str:
    text = str(value)
    return f'"{text if len(text) <= 40 else text[:40] + "…"}"'


NO_FORM = Form()

_CANNOT_TELL = "cannot tell"
TEMPLATES: dict[str, Item] = {
    item.key: item
    for item in (
        Item(
            "image_quality",
            "Image quality",
            choices=("good", "usable", "reject"),
            required=True,
            explanation="Good: nothing hampers grading. Usable: flaws, but disc and cup can be seen. Reject: they "
            "cannot be judged.",
        ),
        Item(
            "parapapillary_atrophy",
            "Parapapillary atrophy",
            choices=("none", "alpha zone only", "beta zone", _CANNOT_TELL),
            explanation="Alpha zone: irregular pigmentation beside the disc. Beta zone, next to the disc: sclera and "
            "large choroidal vessels can be seen.",
        ),
        Item(
            "disc_haemorrhage",
            "Disc haemorrhage",
            choices=("no", "yes", _CANNOT_TELL),
            explanation="A splinter or flame haemorrhage on the disc or at its edge.",
        ),
        Item(
            "notch",
            "Rim notch",
            choices=("none", "superior", "inferior", "both", _CANNOT_TELL),
            explanation="The rim is narrowed in one place, much more than beside it.",
        ),
        Item(
            "glaucoma_suspect",
            "Glaucoma",
            choices=("no", "suspect", "yes", _CANNOT_TELL),
            required=True,
            explanation="By the appearance of the disc alone.",
        ),
    )
}
"""Items to start from, by their keys; docs/grading.md says where each comes from."""
GLAUCOMA = "glaucoma"
"""The name of all templates together."""


def template(name: str) -> Form | None:
    """Return the form of a template, or of all of them by the name `GLAUCOMA`; None if there is no such template."""
    if name == GLAUCOMA:
        return Form(tuple(TEMPLATES.values()))
    return Form((TEMPLATES[name],)) if name in TEMPLATES else None
