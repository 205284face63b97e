"""Models as the panels list them."""

from __future__ import annotations

import json
import struct
from pathlib import Path

from unet_desktop.checkpoint_header import CheckpointHeader
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.project.models import Model


def model(number: int, **changes: object) -> Model:
    fields: dict[str, object] = {
        "labels": DISC_AND_CUP,
        "networks": {},
        "preset": "fast",
        "training": {},
        "metrics": {"dice/optic disc": 0.97, "dice/optic cup": 0.9, "vcdr_error": 0.046},
        "data": {"train": 40, "validation": 10},
        "versions": {"torch": "2.13.0"},
        "created": f"2026-11-0{number}T12:00:00+00:00",
        "weights_sha256": "ab" * 32,
    }
    header = CheckpointHeader(**(fields | changes))  # type: ignore[arg-type]
    return Model(f"model-00{number}", Path(f"/models/model-00{number}.safetensors"), header)


def write_header(path: Path, header: CheckpointHeader) -> None:
    """A model file without weights, which nothing but its description is read of."""
    description = json.dumps({"__metadata__": header.to_metadata()}).encode()
    path.write_bytes(struct.pack("<Q", len(description)) + description)
