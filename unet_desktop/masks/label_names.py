"""What the names of labels in other programs' files mean in a project: matched where that is sure, otherwise asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from unet_desktop.errors import LabelError, MaskError, Remedy
from unet_desktop.file_names import fold
from unet_desktop.labels import LabelSet
from unet_desktop.masks.mask_values import find_value
from unet_desktop.masks.measure import cup_and_disc
from unet_desktop.plurals import name_some
from unet_desktop.safe_text import escape_controls

_DISC = frozenset(
    {"disc", "disk", "optic disk", "onh", "optic nerve head", "optic nerve", "papilla", "optic papilla"}
    | {"rim", "neuroretinal rim", "optic rim", "nrr"}
)
"""The rim among them: the disc's own pixels are the rim, because the cup lies in the disc."""
_CUP = frozenset({"cup", "excavation", "optic nerve cup", "physiological cup"})
_MAX_NAMED = 8
_PAIR = re.compile(r"\s*([^=]*?)\s*=\s*([^=]*?)\s*")


@dataclass(frozen=True, slots=True)
class LabelNames:
    """What names mean.

    Attributes:
        values: each name to a value of the project's masks; None if it is left out.
        unknown: names that are neither known nor said.
    """

    values: Mapping[str, int | None] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    @property
    def problem(self) -> str:
        """What is unknown, as a sentence; empty if nothing is."""
        if not self.unknown:
            return ""
        names = name_some([f'"{escape_controls(name)}"' for name in self.unknown], _MAX_NAMED)
        return f"It is not known what {names} {'means' if len(self.unknown) == 1 else 'mean'} here."

    def ask(self, labels: LabelSet) -> None:
        """Refuse to go on where a name is unknown.

        Raises:
            MaskError: one is.
        """
        if self.unknown:
            known = ", ".join(label.name for label in labels)
            raise MaskError(f"{self.problem} This project has: {known}.", Remedy.LABEL_NAMES)


def match_labels(names: Iterable[str], labels: LabelSet, said: Iterable[tuple[str, int | None]] = ()) -> LabelNames:
    """Find what names mean: by the names of the labels, by what disc and cup are called elsewhere, or as somebody said.

    "OD" is the disc only where "OC" occurs too, for it may be an eye. An empty name is that of the first label.

    Args:
        names: as files have them.
        labels: of the project.
        said: names, and values of the project's masks; None leaves a name out.
    """
    wanted = {_plain(name): value for name, value in said}
    names = sorted(set(names))
    plain = {_plain(name) for name in names}
    values: dict[str, int | None] = {}
    unknown = []
    for name in names:
        if _plain(name) in wanted:
            values[name] = wanted[_plain(name)]
        elif not name:
            values[name] = labels.labels[0].value
        elif (value := find_value(name, labels)) is not None or (value := _synonym(name, plain, labels)) is not None:
            values[name] = value
        else:
            unknown.append(name)
    return LabelNames(values, tuple(unknown))


def parse_label_names(text: str, labels: LabelSet) -> tuple[tuple[str, int | None], ...]:
    """Read a line such as "other=optic disc,vessel=" (nothing behind the sign leaves a name out).

    Raises:
        LabelError: it is not of this form, or names no label.
    """
    found: list[tuple[str, int | None]] = []
    for part in text.split(","):
        pair = _PAIR.fullmatch(part)
        if pair is None:
            raise LabelError(f'"{text}" does not say what labels mean. Write for example "OD=optic disc,vessel=".')
        value = None if pair[2] in {"", "nothing"} else find_value(pair[2], labels)
        if value is None and pair[2] not in {"", "nothing"}:
            names = ", ".join(label.name for label in labels)
            raise LabelError(f'"{pair[2]}" is no label of this project. There are: background, {names}, not annotated.')
        found.append((pair[1], value))
    return tuple(found)


def _synonym(name: str, all_names: set[str], labels: LabelSet) -> int | None:
    pair = cup_and_disc(labels)
    if pair is None:
        return None
    cup, disc = pair
    plain = _plain(name)
    if plain in _DISC or (plain == "od" and "oc" in all_names):
        return disc.value
    if plain in _CUP or (plain == "oc" and all_names & {"od", *_DISC}):
        return cup.value
    return None


def _plain(name: str) -> str:
    """A name as it is compared: case, "_", "-" and spaces tell nothing apart."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.strip())
    return " ".join(re.split(r"[\s_\-.]+", fold(words)))
