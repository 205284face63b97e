"""Subject: the picture that is open, for tools that look at it."""

from __future__ import annotations

from unet_desktop.gui.session import Session
from unet_desktop.images.read import Pixels


class Subject:
    """What the session has open, as stored: how the canvas shows it (red-free, brighter) changes nothing here."""

    def __init__(self, session: Session) -> None:
        """Follow this session."""
        self._session = session

    @property
    def pixels(self) -> Pixels | None:
        """(H, W, 3) uint8 RGB, of the size of the open mask; None when nothing is open."""
        opened = self._session.open
        return None if opened is None else opened.image.pixels
