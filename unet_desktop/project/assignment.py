"""Assignment: which reader is to read which cases."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from unet_desktop.errors import ProjectError
from unet_desktop.file_names import fold
from unet_desktop.person import clean_name
from unet_desktop.plurals import quantity
from unet_desktop.project.case import Case
from unet_desktop.project.marks import Annotations
from unet_desktop.project.project import Project


def assign(
    project: Project,
    readers: Sequence[str],
    case_ids: Collection[str] | None = None,
    *,
    per_case: int = 0,
    seed: int = 0,
) -> dict[str, int]:
    """Assign cases to readers in place of whoever had them; return how many each got.

    Cases of one patient go to the same readers. The same seed gives the same assignment.

    Args:
        project: held by this program.
        readers: their names; none to take the assignment away.
        case_ids: the cases; None for all.
        per_case: how many readers each case gets; 0 for all of them.
        seed: of the random order.

    Raises:
        ProjectError: a name is empty or given twice, or there are too few readers. WriteError: it cannot be written.
    """
    names = [clean_name(reader) for reader in readers]
    if not all(names) or len({fold(name) for name in names}) < len(names):
        raise ProjectError("Each reader needs a name, and is given once.")
    if per_case > len(names):
        wanted_readers = quantity(per_case, "reader")
        raise ProjectError(f"Each case is to be read by {wanted_readers}, but {len(names)} are named. Name more.")
    wanted = None if case_ids is None else {project.sound_case(case_id).id for case_id in case_ids}
    groups: dict[str, list[Case]] = {}
    for case in project.cases():
        if not case.damage and (wanted is None or case.id in wanted):
            groups.setdefault(case.group, []).append(case)
    order = [str(group) for group in np.random.default_rng(seed).permutation(sorted(groups))]
    order.sort(key=lambda group: -len(groups[group]))  # large groups first, so that all readers get about as many
    counts = dict.fromkeys(names, 0)
    changed: dict[str, Annotations] = {}
    for group in order:
        chosen = sorted(names, key=lambda name: (counts[name], names.index(name)))[: per_case or len(names)]
        given = tuple(name for name in names if name in chosen)
        changed |= {case.id: {"assigned_to": given} for case in groups[group] if case.assigned_to != given}
        for name in chosen:
            counts[name] += len(groups[group])
    project.mark_many(changed)
    return counts
