"""Split: which cases form the validation set, about one in five; decided once per patient or case, and kept.

Labels and empty masks are spread over both parts, rare ones too, by greedy iterative stratification (after Sechidis,
Tsoumakas, Vlahavas 2011, "On the stratification of multi-label data", ECML PKDD, pp. 145-158).
"""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from unet_desktop import files
from unet_desktop.errors import ProjectError, reason_of
from unet_desktop.json_data import DataError, read

Part = Literal["train", "validation"]
VALIDATION_SHARE = 0.2
MIN_GROUPS = 2
"""One to train on and one to validate on."""
EMPTY = ""
"""Among what a group's masks show: one of them shows no label at all. No label has this name."""

Contents = Mapping[str, frozenset[str]]
"""Group to what its masks show: names of labels, and `EMPTY`."""
_NOTHING_KNOWN: Contents = {}


def assign_parts(
    known: Mapping[str, Part], groups: Iterable[str], contents: Contents = _NOTHING_KNOWN
) -> dict[str, Part]:
    """Assign every group to a part: known groups keep theirs, new ones fill validation up to its share.

    New groups are chosen so that each label, and empty masks, come as near as possible to the same share; a label that
    only one group shows stays in training, if another group can validate.

    Args:
        known: the parts assigned before.
        groups: the groups used now. With two or more, each part gets at least one, unless earlier decisions leave no
            new group to choose. Their order does not matter.
        contents: what the groups' masks show, where known.

    Returns:
        `known` with the new groups added.
    """
    parts = dict(known)
    present = sorted(set(groups), key=_shuffle_key)
    wanted = max(1, round(VALIDATION_SHARE * len(present))) if len(present) > 1 else 0
    validating = [group for group in present if parts.get(group) == "validation"]
    chosen = _choose(present, parts, validating, wanted - len(validating), contents)
    return parts | {group: "validation" if group in chosen else "train" for group in present if group not in parts}


def _choose(
    present: list[str], parts: Mapping[str, Part], validating: list[str], count: int, contents: Contents
) -> frozenset[str]:
    """Choose `count` of the groups without a part for validation, each time the one whose contents lack most there."""
    totals = Counter(trait for group in present for trait in contents.get(group, ()))
    here = Counter(trait for group in validating for trait in contents.get(group, ()))
    waiting: dict[frozenset[str], deque[tuple[int, str]]] = {}
    for place, group in enumerate(present):
        if group not in parts:
            waiting.setdefault(contents.get(group, frozenset()), deque()).append((place, group))
    chosen: list[str] = []

    def merit(traits: frozenset[str]) -> tuple[bool, float, int]:
        trainable = all(totals[trait] - here[trait] > 1 for trait in traits - {EMPTY})
        lacking = sum(VALIDATION_SHARE * totals[trait] - here[trait] for trait in traits)
        return trainable, round(lacking, 9), -waiting[traits][0][0]  # 0.2 * 3 - 0.6 is not 0

    for _ in range(count):
        left = [traits for traits, queue in waiting.items() if queue]
        if not left:
            break
        traits = max(left, key=merit)
        chosen.append(waiting[traits].popleft()[1])
        here.update(traits)
    return frozenset(chosen)


def split_folds(groups: Iterable[str], count: int, contents: Contents = _NOTHING_KNOWN) -> list[frozenset[str]]:
    """Divide the groups into `count` folds of nearly equal size for cross-validation; their order does not matter.

    Groups with the same contents are spread evenly over the folds.
    """
    present = sorted(set(groups), key=lambda group: (sorted(contents.get(group, ())), _shuffle_key(group)))
    return [frozenset(present[at::count]) for at in range(count)]


def inherit_parts(known: Mapping[str, Part], members: Mapping[str, Iterable[str]]) -> dict[str, Part]:
    """Assign groups whose members were assigned before under another group name.

    A case moves to another group when its patient is entered or corrected; a case once trained on must not validate.

    Args:
        known: the parts assigned before.
        members: each group's cases, as the names of their own groups.

    Returns:
        `known` with those groups added; "train" if members were in both parts.
    """
    parts = dict(known)
    for group, cases in members.items():
        earlier = {known[name] for name in (group, *cases) if name in known}
        if earlier:
            parts[group] = "train" if "train" in earlier else "validation"
    return parts


def read_split(path: Path) -> dict[str, Part]:
    """Read the split; empty if there is none yet.

    Raises:
        ProjectError: the file is damaged.
    """
    try:
        return read(path, dict[str, Part], file_names=True)
    except FileNotFoundError:
        return {}
    except (OSError, DataError) as error:
        raise ProjectError(
            f"{path} cannot be read ({reason_of(error)}). Restore it, or delete it to split the cases again."
        ) from error


def write_split(path: Path, parts: Mapping[str, Part]) -> None:
    """Write the split.

    Raises:
        WriteError: the file cannot be written.
    """
    files.write_json(path, dict(sorted(parts.items())))


def _shuffle_key(group: str) -> str:
    """Return a sort key that is unrelated to the name and the same on every computer."""
    return hashlib.sha256(group.encode("utf-8", "surrogatepass")).hexdigest()
