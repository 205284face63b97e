"""Whatever is read in a folder that somebody else may have filled: a pipe in its place is never waited for."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from unet_desktop.engine.files import checkpoint
from unet_desktop.errors import UserError
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.mask_values import read_colour_names
from unet_desktop.project import models, trail
from unet_desktop.project.layout import Layout
from unet_desktop.tasks.folders.ledger import GrowingLedger

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes there")
READERS: dict[str, Callable[[Path], object]] = {
    "trail.jsonl": lambda folder: trail.read(Layout(folder)),
    "models/m.txt": lambda folder: models.read_notes(Layout(folder), "m"),
    "m.safetensors": lambda folder: checkpoint.load(folder / "m.safetensors"),
    "labelmap.txt": lambda folder: read_colour_names(folder, DISC_AND_CUP),
    "results.jsonl": lambda folder: GrowingLedger(folder / "results.jsonl"),
}


@pytest.mark.parametrize("place", READERS)
def test_a_pipe_is_not_waited_for(tmp_path: Path, place: str) -> None:
    pipe = tmp_path / place
    pipe.parent.mkdir(exist_ok=True)
    os.mkfifo(pipe)
    ended: list[BaseException | None] = []

    def read() -> None:
        try:
            READERS[place](tmp_path)
            ended.append(None)
        except UserError as error:
            ended.append(error)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    thread.join(10)
    assert len(ended) == 1
    assert ended[0] is None or pipe.name in str(ended[0])
