"""Readers' masks of one case of a project, from their workbooks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from unet_desktop.errors import MaskError, ProjectError
from unet_desktop.masks.file import read_mask
from unet_desktop.masks.regions import Mask
from unet_desktop.project.case import Case
from unet_desktop.project.layout import Layout
from unet_desktop.project.reader import ProjectReader
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
    if not layout.record(case_id).exists():
        return None
    case = Case.read(layout.record(case_id))
    if (case.height, case.width) != (mine.height, mine.width):
        raise ProjectError(
            f"The picture of {case_id} has another size in the reading of {found.workbook.title} than in the project. "
            "Look which of them was replaced."
        )
    if not found.labels.same_structures(project.labels):
        raise MaskError(
            f"The labels of the reading of {found.workbook.title} differ from the project's "
            f"({found.labels.contrast(project.labels)}), so its masks are not used."
        )
    path = layout.mask(case_id)
    mask = read_mask(path, project.labels, (mine.height, mine.width)) if path.exists() else None
    return ReaderMask(found, case, mask)


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
