"""Which cases validate: decided once for each patient or case, kept for ever, about one in five."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from unet_desktop import files
from unet_desktop.errors import ProjectError

Part = Literal["train", "validation"]
VALIDATION_SHARE = 0.2
FEWEST_GROUPS = 2
"""One to learn from and one to see whether it was learned."""


def assign_parts(known: Mapping[str, Part], groups: Iterable[str]) -> dict[str, Part]:
    """Parts for all groups: those known keep theirs, new ones fill up validation to its share.

    Args:
        known: parts that were given before.
        groups: the groups that take part now; with two or more of them, both parts hold at least one, unless
            earlier decisions leave no new group to choose.

    Returns:
        known, with the new groups added. The order of `groups` does not matter.
    """
    parts = dict(known)
    present = sorted(set(groups), key=_shuffled)
    wanted = max(1, round(VALIDATION_SHARE * len(present))) if len(present) > 1 else 0
    validating = sum(1 for group in present if parts.get(group) == "validation")
    for group in present:
        if group not in parts:
            parts[group] = "validation" if validating < wanted else "train"
            validating += parts[group] == "validation"
    return parts


def split_folds(groups: Iterable[str], count: int) -> list[frozenset[str]]:
    """The groups in so many parts of as good as equal size, for cross-validation; their order does not matter."""
    present = sorted(set(groups), key=_shuffled)
    return [frozenset(present[at::count]) for at in range(count)]


def inherit_parts(known: Mapping[str, Part], members: Mapping[str, Iterable[str]]) -> dict[str, Part]:
    """Parts that groups have already, because their members were decided on under another name.

    A case whose patient is entered or mended later belongs to another group; nothing that taught may come to judge.

    Args:
        known: parts that were given before.
        members: each group's cases, named as groups of their own.

    Returns:
        known, with those groups; "train" where members were on both sides.
    """
    parts = dict(known)
    for group, cases in members.items():
        earlier = {known[name] for name in (group, *cases) if name in known}
        if earlier:
            parts[group] = "train" if "train" in earlier else "validation"
    return parts


def read_split(path: Path) -> dict[str, Part]:
    """The decisions so far; empty when there were none.

    Raises:
        ProjectError: the file is damaged.
    """
    try:
        data = json.loads(path.read_text("utf-8"))
        if not isinstance(data, dict) or not all(part in ("train", "validation") for part in data.values()):
            raise ValueError("it does not name train and validation")
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ProjectError(f"{path} cannot be read ({error}). Restore it, or delete it to split anew.") from error
    return data


def write_split(path: Path, parts: Mapping[str, Part]) -> None:
    """Keep the decisions.

    Raises:
        WriteError: the file cannot be written.
    """
    files.write_json(path, dict(sorted(parts.items())))


def _shuffled(group: str) -> str:
    """An order that has nothing to do with names, the same on every computer."""
    return hashlib.sha256(group.encode("utf-8")).hexdigest()
