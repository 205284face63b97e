"""Predict cases of a project; predictions become proposals and leave human masks alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unet_desktop.engine.inference.segmenter import Prediction, Segmenter
from unet_desktop.engine.inference.stereo import segment_clearer
from unet_desktop.errors import CheckpointError, UserError, WriteError
from unet_desktop.images.read import read_image
from unet_desktop.images.stereo import find_halves
from unet_desktop.project.case import UNCORRECTED, Case
from unet_desktop.project.corrections import record_corrections
from unet_desktop.project.project import Project
from unet_desktop.tasks.events import ItemDone

NOTHING_FOUND = "Nothing was found in it."


def uncorrected_cases(cases: Sequence[Case]) -> list[Case]:
    """The cases that nobody has corrected or approved."""
    return [case for case in cases if case.state in UNCORRECTED]


def segment_cases(root: Path, case_ids: Sequence[str], model: Path, *, device: str = "auto") -> Iterator[ItemDone]:
    """Predict these cases and save the predictions in the project.

    Raises:
        CheckpointError: before the first event, if the model is damaged or has different labels.
        WriteError: the project cannot be written.
    """
    project = Project.open(root)
    segmenter = Segmenter.open(model, device)
    if not segmenter.header.labels.same_structures(project.labels):
        changes = segmenter.header.labels.contrast(project.labels)
        raise CheckpointError(
            f"The model {model} was trained for different labels from this project's ({changes}). Choose another model "
            "or train one."
        )
    for done, case_id in enumerate(case_ids, 1):
        try:
            prediction, shows = _segment(segmenter, read_image(project.image_path(case_id)).pixels)
            record_corrections(
                project.layout, project.labels, [project.case(case_id)]
            )  # before its prediction is replaced
            case = project.save_prediction(
                case_id,
                prediction.mask,
                model=segmenter.header.weights_sha256,
                confidence=prediction.confidence,
                trust=prediction.trust,
            )
            if case.not_annotated and case.state in UNCORRECTED:  # this model knows all labels, unlike the one before
                project.mark(case_id, not_annotated=())
            unfamiliar = prediction.trust.unfamiliar
            notes = (shows, "" if prediction.found else NOTHING_FOUND, unfamiliar.sentence(), unfamiliar.advice)
            yield ItemDone(case_id, done, len(case_ids), note=" ".join(filter(None, notes)))
        except WriteError:
            raise
        except UserError as error:
            yield ItemDone(case_id, done, len(case_ids), problem=str(error))


def _segment(segmenter: Segmenter, pixels: NDArray[np.uint8]) -> tuple[Prediction, str]:
    """Segment a picture, or the clearer half of one that shows two photographs; returns a sentence about that."""
    located = segmenter.header.labels.location_label()
    halves = None if located is None else find_halves(pixels)
    if halves is None or located is None:
        return segmenter.segment(pixels), ""
    chosen = segment_clearer(segmenter, pixels, halves)
    return chosen.prediction, halves.sentence(located.name, chosen.name if chosen.prediction.found else "")
