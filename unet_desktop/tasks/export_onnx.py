"""A model as ONNX files, with what they were compared by."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from unet_desktop.engine.events import Message
from unet_desktop.engine.inference.onnx_export import export
from unet_desktop.tasks.events import Written


def export_onnx(model: Path, target: Path) -> Iterator[Message | Written]:
    """Write the model's networks as ONNX; see `engine.onnx_export.export`.

    Raises:
        UserError: packages are missing, the model is damaged, or a file cannot be written.
    """
    yield Message("Converting the model to ONNX and comparing it with the checkpoint …")
    for done in export(model, target):
        yield Written(
            f"the {done.network} network (largest difference of a probability {done.difference:.1e})", done.path
        )
