"""Which public set lies in a folder, and which of its pictures would be imported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from unet_desktop.errors import ProjectError
from unet_desktop.plurals import quantity
from unet_desktop.tasks.public_sets.chaksu import CHAKSU
from unet_desktop.tasks.public_sets.drishti import DRISHTI
from unet_desktop.tasks.public_sets.g1020 import G1020
from unet_desktop.tasks.public_sets.idrid import IDRID
from unet_desktop.tasks.public_sets.origa import ORIGA
from unet_desktop.tasks.public_sets.papila import PAPILA
from unet_desktop.tasks.public_sets.picture import Found, Option, Part, PublicSet, SetPicture
from unet_desktop.tasks.public_sets.refuge import REFUGE
from unet_desktop.tasks.public_sets.rim_one import RIM_ONE
from unet_desktop.tasks.public_sets.tree import Tree

SETS: Mapping[str, PublicSet] = {
    one.name: one for one in (DRISHTI, REFUGE, ORIGA, RIM_ONE, PAPILA, G1020, IDRID, CHAKSU)
}
AUTO = "auto"
"""In place of a set's name: find out."""
PARTS: tuple[Part, ...] = ("train", "validation", "test")


@dataclass(frozen=True, slots=True)
class SetRequest:
    """What to import.

    Attributes:
        source: the folder of the set.
        root: the project: a new or empty folder, or a project of disc and cup.
        name: of the set, or `AUTO`.
        options: what was chosen, by the set's options; what is missing is the default.
        parts: of the published split; None for all but the test part.
        use_split: the published split becomes the project's.
        copy: copy the photographs, or refer to them where they are.
    """

    source: Path
    root: Path
    name: str = AUTO
    options: Mapping[Option, str] = field(default_factory=dict)
    parts: frozenset[Part] | None = None
    use_split: bool = True
    copy: bool = True


@dataclass(frozen=True, slots=True)
class Recognised:
    """A set that was found in a folder.

    Attributes:
        set: which.
        found: all of it.
        chosen: what is imported of it.
        left_out: what is not, because of its part.
    """

    set: PublicSet
    found: Found
    chosen: tuple[SetPicture, ...]
    left_out: tuple[SetPicture, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What would be imported, in words."""
        text = f"{self.set.title}: {quantity(len(self.chosen), 'photograph')} with masks"
        if parts := _count_parts(self.chosen):
            text += f" ({parts})"
        sentences = [f"{text}."]
        if self.left_out:
            were = "photograph is" if len(self.left_out) == 1 else "photographs are"
            sentences.append(f"{len(self.left_out):,} {were} left out: {_count_parts(self.left_out)}.")
        if self.found.without:
            sentences.append(f"{quantity(len(self.found.without), 'photograph has', 'photographs have')} no mask.")
        return (*sentences, *self.found.remarks)


def recognise(request: SetRequest, is_stopped: Callable[[], bool] = lambda: False) -> Recognised:
    """Find a set in a folder, by the names of its files.

    Args:
        request: what is asked for.
        is_stopped: asked now and then.

    Raises:
        ProjectError: there is none, or it was asked for what the set does not have.
    """
    if request.name != AUTO and request.name not in SETS:
        raise ProjectError(f'There is no set "{request.name}". There are: {", ".join(SETS)}.')
    tree = Tree.read(request.source, is_stopped)
    candidates = list(SETS.values()) if request.name == AUTO else [SETS[request.name]]
    results = [(one, one.find(tree, choose(one, request.options))) for one in candidates]
    several = [(one, found) for one, found in results if found.pictures]
    if len(several) > 1:
        listed = ", ".join(f"{one.title} ({len(found.pictures):,} photographs)" for one, found in several)
        names = " or ".join(one.name for one, _ in several)
        raise ProjectError(f"{request.source} holds several sets: {listed}. Name the one to import: {names}.")
    found_set, found = several[0] if several else results[0]
    if not found.pictures or (request.name == AUTO and not _is_most(tree, found)):
        raise ProjectError(_describe_nothing(tree, candidates))
    choose(found_set, request.options, strict=True)
    chosen, left_out = _split_parts(found, request.parts)
    if not chosen:
        raise ProjectError(
            f"{request.source} holds no photographs of the parts asked for; there are {_count_parts(left_out)}."
        )
    return Recognised(found_set, found, chosen, left_out)


def _is_most(tree: Tree, found: Found) -> bool:
    """Whether at least every tenth picture file is a photograph of the set; many experts make many masks."""
    return 10 * (len(found.pictures) + len(found.without)) >= sum(1 for _ in tree.pictures())


def choose(one: PublicSet, options: Mapping[Option, str], *, strict: bool = False) -> dict[Option, str]:
    """Return what applies to a set, with the defaults for the rest.

    Raises:
        ProjectError: with `strict`, if the set does not have what was chosen.
    """
    chosen = {option: values[0] for option, values in one.options.items()}
    for option, value in options.items():
        values = one.options.get(option, ())
        if value in values:
            chosen[option] = value
        elif strict:
            has = f"; it has {', '.join(values)}" if values else ""
            raise ProjectError(f'{one.title} has no {option.value} "{value}"{has}.')
    return chosen


def _split_parts(found: Found, parts: frozenset[Part] | None) -> tuple[tuple[SetPicture, ...], tuple[SetPicture, ...]]:
    """Divide into what is imported and what is not; of a test part alone, all is imported."""
    wanted = parts
    if wanted is None:
        is_all_test = all(picture.part == "test" for picture in found.pictures)
        wanted = frozenset(PARTS if is_all_test else PARTS[:2])
    chosen = [picture.part is None or picture.part in wanted for picture in found.pictures]
    return (
        tuple(picture for picture, is_chosen in zip(found.pictures, chosen, strict=True) if is_chosen),
        tuple(picture for picture, is_chosen in zip(found.pictures, chosen, strict=True) if not is_chosen),
    )


def _count_parts(pictures: tuple[SetPicture, ...]) -> str:
    counts = Counter(picture.part for picture in pictures)
    return ", ".join(f"{counts[part]:,} of the {part_name(part)} part" for part in PARTS if counts[part])


def part_name(part: Part) -> str:
    """What people call a part."""
    return "training" if part == "train" else part


def _describe_nothing(tree: Tree, candidates: list[PublicSet]) -> str:
    if len(candidates) == 1:
        one = candidates[0]
        return f"{tree.root} is not laid out like {one.title}: looked for {one.layout}; found {tree.describe()}."
    titles = ", ".join(one.title for one in candidates)
    return (
        f"{tree.root} is not laid out like any of the sets {titles}: found {tree.describe()}. Choose the folder that "
        "holds both photographs and masks."
    )
