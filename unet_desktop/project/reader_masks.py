"""Readers' masks of one case of a project, from their workbooks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from unet_desktop.errors import MaskError, ProjectError
from unet_desktop.masks.file import read_mask
from unet_desktop.masks.regions import Mask
from unet_desktop.project.case import Case
from unet_desktop.project.layout import Layout
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.records import list_stems
from unet_desktop.project.workbooks import FoundWorkbook


@dataclass(frozen=True, slots=True, eq=False)
class ReaderMask:
    """What a reader made of a case.

    Attributes:
        found: the reader's workbook.
        case: the case as it is recorded there.
        mask: (H, W) uint8 in the project's labels; None if the reader has not drawn it yet.
    """

    found: FoundWorkbook
    case: Case
    mask: Mask | None

    @property
    def title(self) -> str:
        """The reader's name."""
        return self.found.workbook.title


def read_reader_mask(project: ProjectReader, found: FoundWorkbook, case_id: str) -> ReaderMask | None:
    """Return a reader's mask of a case, or None if it is none of the reader's cases.

    Raises:
        UserError: record or mask is damaged, or does not belong to the project's case.
    """
    layout, mine = Layout(found.root), project.sound_case(case_id)
    own_id: str | None = case_id
    if not layout.record(case_id).exists():  # another name of the same picture, or none of the reader's
        own_id = _ids_by_digest(layout.cases, _changed_at(layout.cases)).get(mine.sha256)
    if own_id is None:
        return None
    case = Case.read(layout.record(own_id))
    if (case.height, case.width) != (mine.height, mine.width):
        raise ProjectError(
            f"The picture of {case_id} has another size in the reading of {found.workbook.title} than in the project. "
            "Look which of them was replaced."
        )
    if not found.labels.same_structures(project.labels):
        remedy = (
            " Open that reading once: it gets the project's labels." if found.labels.grew_into(project.labels) else ""
        )
        raise MaskError(
            f"The labels of the reading of {found.workbook.title} differ from the project's "
            f"({found.labels.contrast(project.labels)}), so its masks are not used.{remedy}"
        )
    path = layout.mask(own_id)
    mask = read_mask(path, project.labels, (mine.height, mine.width)) if path.exists() else None
    return ReaderMask(found, case, mask)


@lru_cache(maxsize=32)
def _ids_by_digest(cases: Path, _changed_at: int) -> dict[str, str]:
    """Return the ids of a workbook's cases by their pictures, as they were when the folder was changed last."""
    found = {}
    for case_id in list_stems(cases, ".json"):
        with contextlib.suppress(ProjectError):
            found[Case.read(cases / f"{case_id}.json").sha256] = case_id
    return found


def _changed_at(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0


def reader_masks(
    project: ProjectReader, workbooks: list[FoundWorkbook], case_id: str
) -> Iterator[ReaderMask | ProjectError | MaskError]:
    """Yield each reader's mask of a case, or why it cannot be read."""
    for found in workbooks:
        try:
            read = read_reader_mask(project, found, case_id)
        except (ProjectError, MaskError) as error:
            yield error
        else:
            if read is not None:
                yield read
