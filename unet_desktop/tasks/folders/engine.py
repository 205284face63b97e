"""What segments the pictures of a run: here, in threads, or on a cluster; a run knows only this."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.errors import UserError
from unet_desktop.tasks.folders.inputs import Picture
from unet_desktop.tasks.folders.one_picture import Segmented, segment_picture
from unet_desktop.tasks.folders.outputs import Outputs

log = logging.getLogger("unet.tasks")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a picture could not be segmented."""

    sentence: str


Outcome = Segmented | Problem


class Engine(Protocol):
    """Segments pictures with one model."""

    def outcomes(self, pictures: Iterable[Picture]) -> Iterator[tuple[Picture, Outcome] | None]:
        """Each picture with what came of it, in any order; few pictures are taken before they are needed.

        Taking the next picture must not wait: results that are there are given afterwards. None comes between where
        it may be long until the next result, so that the run can be stopped.

        Raises:
            UserError: no picture can be segmented any more.
        """

    def close(self) -> None:
        """Give up what is in work and let go of everything; it may be called twice."""


def outcome_of(segmenter: Segmenter, picture: Picture, outputs: Outputs) -> Outcome:
    """What comes of a picture, whatever is wrong with it."""
    try:
        return segment_picture(segmenter, picture, outputs)
    except Exception as error:  # noqa: BLE001  (whatever is wrong with one picture must not stop the rest)
        return Problem(sentence_of(error, picture))


def sentence_of(error: Exception, picture: Picture) -> str:
    """Why a picture failed, for a person; the log has the rest."""
    if isinstance(error, UserError):
        return str(error)
    log.error("%s could not be segmented", picture.path, exc_info=error)
    return f"{picture.path} could not be segmented ({type(error).__name__}: {error}). The log has the details."
