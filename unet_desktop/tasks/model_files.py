"""Import a model file into a project, and export a model as ONNX."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from unet_desktop import files
from unet_desktop.engine.events import Message
from unet_desktop.engine.files import checkpoint
from unet_desktop.engine.inference.onnx_export import beside, export
from unet_desktop.errors import CheckpointError
from unet_desktop.project.models import free_model_name, list_models
from unet_desktop.project.project import Project
from unet_desktop.project.trail import Act, Event, append
from unet_desktop.tasks.events import FileWritten, ModelSaved
from unet_desktop.tasks.own_files import refuse_foreign


def import_model(root: Path, source: Path) -> Iterator[ModelSaved]:
    """Check a model file completely and copy it into the project under a free name.

    Raises:
        CheckpointError: not a model of this program, damaged, a pickle, for different labels, or already imported.
        WriteError: it cannot be written.
    """
    project = Project.open(root)
    loaded = checkpoint.load(source)  # completely: a file sent by mail may be truncated
    if not loaded.header.labels.same_structures(project.labels):
        changes = loaded.header.labels.contrast(project.labels)
        raise CheckpointError(
            f"{source} was trained for different labels from this project's ({changes}). Import it into a project with "
            "its labels."
        )
    for model in list_models(project.layout):
        if model.header.weights_sha256 == loaded.header.weights_sha256:
            raise CheckpointError(f"{source} is in this project already: it is {model.name}.")
    name = free_model_name(project.layout, source.stem)
    path = project.layout.model(name)
    files.copy_file(source, path)
    append(project.layout, Event(Act.CREATED, model=name, source=loaded.header.weights_sha256, detail="imported"))
    yield ModelSaved(name, path, dict(loaded.header.metrics))


def export_onnx(
    model: Path, target: Path, *, replace: bool = False, agreed: bool = False
) -> Iterator[Message | FileWritten]:
    """Write the model's networks as ONNX and compare them with the checkpoint.

    Args:
        model: the checkpoint.
        target: file of the segmenting network; those of the others are beside it.
        replace: overwrite files whoever wrote them.
        agreed: somebody has agreed that the target is overwritten, but was not asked about the others.

    Raises:
        UserError: packages are missing, the model is damaged, or a file cannot be written.
    """
    if not replace:
        refuse_foreign([*([] if agreed else [target]), *beside(target)])
    yield Message("Converting the model to ONNX and comparing it with the checkpoint …")
    for done in export(model, target):
        yield FileWritten(
            f"the {done.network} network (largest difference of a probability {done.difference:.1e})", done.path
        )
