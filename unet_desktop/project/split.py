"""Split: which cases form the validation set, about one in five; decided once per patient or case, and kept."""

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
MIN_GROUPS = 2
"""One to train on and one to validate on."""


def assign_parts(known: Mapping[str, Part], groups: Iterable[str]) -> dict[str, Part]:
    """Assign every group to a part: known groups keep theirs, new ones fill validation up to its share.

    Args:
        known: the parts assigned before.
        groups: the groups used now. With two or more, each part gets at least one, unless earlier decisions leave no
            new group to choose. Their order does not matter.

    Returns:
        `known` with the new groups added.
    """
    parts = dict(known)
    present = sorted(set(groups), key=_shuffle_key)
    wanted = max(1, round(VALIDATION_SHARE * len(present))) if len(present) > 1 else 0
    validating = sum(1 for group in present if parts.get(group) == "validation")
    for group in present:
        if group not in parts:
            parts[group] = "validation" if validating < wanted else "train"
            validating += parts[group] == "validation"
    return parts


def split_folds(groups: Iterable[str], count: int) -> list[frozenset[str]]:
    """Divide the groups into `count` folds of nearly equal size for cross-validation; their order does not matter."""
    present = sorted(set(groups), key=_shuffle_key)
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
        data = json.loads(path.read_text("utf-8"))
        if not isinstance(data, dict) or not all(part in ("train", "validation") for part in data.values()):
            raise ValueError("its values are not train or validation")
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ProjectError(
            f"{path} cannot be read ({error}). Restore it, or delete it to split the cases again."
        ) from error
    return data


def write_split(path: Path, parts: Mapping[str, Part]) -> None:
    """Write the split.

    Raises:
        WriteError: the file cannot be written.
    """
    files.write_json(path, dict(sorted(parts.items())))


def _shuffle_key(group: str) -> str:
    """Return a sort key that is unrelated to the name and the same on every computer."""
    return hashlib.sha256(group.encode("utf-8")).hexdigest()
