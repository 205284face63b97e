"""Propose disc and cup for cases of a project that has no model yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from unet_desktop.errors import ProjectError, UserError, WriteError
from unet_desktop.images.read import read_image
from unet_desktop.masks.first_proposal.propose import propose_mask, proposed_labels
from unet_desktop.project.corrections import record_corrections
from unet_desktop.project.predictions import FIRST_PROPOSAL
from unet_desktop.project.project import Project
from unet_desktop.tasks.events import ItemDone

NOTHING_FOUND = "No disc stands out in this picture, so nothing is proposed. Draw it with the ellipse tool."


def propose_cases(root: Path, case_ids: Sequence[str]) -> Iterator[ItemDone]:
    """Propose masks for these cases by brightness and vessels, without a model, and save them as first proposals.

    Where no disc stands out, the case stays as it is and its event has a note.

    Raises:
        ProjectError: before the first event, if the project has no label for the optic disc.
        WriteError: the project cannot be written.
    """
    project = Project.open(root)
    if not proposed_labels(project.labels):
        raise ProjectError(
            f"The labels of {root} include no optic disc, so nothing can be proposed without a model. Correct some "
            "cases by hand and train one."
        )
    for done, case_id in enumerate(case_ids, 1):
        try:
            mask = propose_mask(read_image(project.image_path(case_id)).pixels, project.labels)
            if mask is not None:
                record_corrections(project.layout, project.labels, [project.case(case_id)])  # before it is replaced
                project.save_prediction(case_id, mask, model=FIRST_PROPOSAL, confidence=0.0)
            yield ItemDone(case_id, done, len(case_ids), note=NOTHING_FOUND if mask is None else "")
        except WriteError:
            raise
        except UserError as error:
            yield ItemDone(case_id, done, len(case_ids), problem=str(error))
