"""OpenCase: a case with everything read from disk to work on it, and the function that reads it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from unet_desktop import files
from unet_desktop.errors import ImageError, MaskError, UserError
from unet_desktop.images.read import Image, read_image
from unet_desktop.masks.file import read_mask
from unet_desktop.masks.regions import Mask
from unet_desktop.project.case import Case, CaseState
from unet_desktop.project.outside import WatchedPicture
from unet_desktop.project.predictions import StoredPrediction, load_prediction
from unet_desktop.project.reader import ProjectReader


@dataclass(frozen=True, slots=True, eq=False)
class OpenCase:
    """A case with its picture, human mask and waiting prediction, all read and matching.

    Attributes:
        case: what is known of it.
        image: its picture.
        mask: (H, W) uint8, or None if nobody has drawn one.
        model: fingerprint of the model whose prediction the mask started from, or empty.
        prediction: waits for a decision, if no human has worked on the case yet.
        problem: why there is no prediction although one should be, as a sentence; or empty.
        watched: notices that the picture's file is replaced.
    """

    case: Case
    image: Image
    mask: Mask | None
    model: str
    prediction: StoredPrediction | None = None
    problem: str = ""
    watched: WatchedPicture | None = None


def read_case(project: ProjectReader, case_id: str, *, image: Image | None = None, with_mask: bool = True) -> OpenCase:
    """Read a case from disk; any thread may call it, because it keeps and changes nothing.

    Args:
        project: whose case.
        case_id: which.
        image: its picture, if that has been read and checked already.
        with_mask: read the human mask too.

    Raises:
        UserError: picture or mask cannot be read, or do not fit.
    """
    case, picture = project.case(case_id), project.image_path(case_id)
    watched = WatchedPicture(picture)
    if image is None:
        image = read_image(picture)
        _check_size(case, image)
        _check_content(case, picture)
    else:
        _check_size(case, image)
    path = project.layout.mask(case_id)
    mask = read_mask(path, project.labels, (case.height, case.width)) if with_mask and path.exists() else None
    prediction, problem = read_prediction(project, case)
    return OpenCase(case, image, mask, "" if mask is None else case.model, prediction, problem, watched)


def read_prediction(project: ProjectReader, case: Case) -> tuple[StoredPrediction | None, str]:
    """The prediction to accept or reject, or None, and why there is none although one should be."""
    if case.state is not CaseState.PREDICTED:
        return None, ""
    try:
        return load_prediction(project.layout, project.labels, case), ""
    except UserError as error:
        return None, str(error)


def _check_size(case: Case, image: Image) -> None:
    """Make sure that the picture is the one that was added.

    Raises:
        ImageError: its size is different.
    """
    height, width = image.pixels.shape[:2]
    if (height, width) != (case.height, case.width):
        raise ImageError(
            f"The picture of {case.id} has {width} x {height} pixels now but had {case.width} x {case.height} "
            "when it was added. Put the original picture back."
        )


def _check_content(case: Case, picture: Path) -> None:
    """Make sure that the picture's file is the one that was added.

    Raises:
        ImageError: it is another one, to which the mask may not belong.
    """
    try:
        digest = files.sha256(picture)
    except OSError as error:
        raise ImageError(f"{picture} cannot be read ({error.strerror or error}).") from error
    if case.sha256 and digest != case.sha256:
        raise ImageError(
            f"The picture of {case.id} is not the file that was added: {picture} was replaced or changed since, so its "
            "mask may not belong to it. Put the original file back, or choose this one to use it with the mask."
        )


def check_mask(case: Case, mask: Mask | None) -> None:
    """Make sure that the mask has the picture's size.

    Raises:
        MaskError: its size is different.
    """
    if mask is not None and mask.shape != (case.height, case.width):
        raise MaskError(f"The mask of {case.id} does not have the same size as its picture. Restore the matching mask.")


class CaseRemedy(StrEnum):
    """What the user can do, beside trying again."""

    LOCATE = "locate"  # say where the picture is
    EMPTY_MASK = "empty-mask"  # move the mask aside and start with an empty one
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Broken:
    """A case that could not be opened.

    Attributes:
        case_id: which.
        sentence: why.
        remedy: what can be done.
    """

    case_id: str
    sentence: str
    remedy: CaseRemedy = CaseRemedy.NONE

    @classmethod
    def by(cls, case_id: str, error: UserError) -> Broken:
        """The broken case for this error."""
        remedy = CaseRemedy.NONE
        if isinstance(error, ImageError):
            remedy = CaseRemedy.LOCATE
        elif isinstance(error, MaskError):
            remedy = CaseRemedy.EMPTY_MASK
        return cls(case_id, str(error), remedy)
