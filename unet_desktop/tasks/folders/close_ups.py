"""Close-ups: the few pictures that a report shows, read again with the masks that the run wrote."""

from __future__ import annotations

import logging
from pathlib import Path

from unet_desktop.errors import UserError
from unet_desktop.images.read import read_image
from unet_desktop.labels import LabelSet
from unet_desktop.masks.file import read_mask
from unet_desktop.reports.close_ups import SIDE, Outline, draw_close_up, label_outlines
from unet_desktop.reports.document import Card
from unet_desktop.tasks.folders.summary import Seen

log = logging.getLogger("unet.tasks")


class CloseUps:
    """Makes cards of pictures; one that is wanted twice is read once.

    Args:
        output: the run's output folder.
        labels: of its masks.
    """

    def __init__(self, output: Path, labels: LabelSet) -> None:
        """Nothing is read yet."""
        self._output, self._labels = output, labels
        # What is found once in a picture is shown large; of what is found many times, all is shown.
        self._close = any(label.unique for label in labels)
        self._made: dict[str, bytes | None] = {}

    def card(self, seen: Seen, lines: tuple[str, ...]) -> Card:
        """The picture with its outlines; without a picture where it cannot be read any more."""
        if seen.image not in self._made:
            self._made[seen.image] = self._jpeg(seen)
        folder, _, name = seen.image.rpartition("/")
        return Card(name, self._made[seen.image], (*((folder,) if folder else ()), *lines), (SIDE, SIDE))

    def _jpeg(self, seen: Seen) -> bytes | None:
        try:
            pixels = read_image(Path(seen.path), seen.page).pixels
            outlines: tuple[Outline, ...] = ()
            if seen.mask:
                mask = read_mask(self._output / seen.mask, self._labels, pixels.shape[:2])
                outlines = label_outlines(mask, self._labels)
        except UserError as error:
            log.warning("%s is not shown in the report: %s", seen.image, error)
            return None
        return draw_close_up(pixels, outlines, close=self._close)
