"""A checkpoint's header with nothing in it."""

from __future__ import annotations

from unet_desktop.checkpoint_header import CheckpointHeader
from unet_desktop.labels import DISC_AND_CUP

HEADER = CheckpointHeader(
    labels=DISC_AND_CUP,
    networks={},
    preset="fast",
    training={},
    metrics={},
    data={},
    versions={},
    created="2026-01-01T00:00:00+00:00",
    weights_sha256="00",
)
