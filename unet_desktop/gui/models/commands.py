"""Commands of models: import, export, describe, delete."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from unet_desktop import files
from unet_desktop.checkpoint_header import SUFFIX
from unet_desktop.engine.events import Message
from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.commands.command import CommandSet, Needs, ShowsErrors, command, guarded
from unet_desktop.gui.jobs.runner import Job
from unet_desktop.gui.messages.confirm import confirm
from unet_desktop.project.models import remove_model, write_notes
from unet_desktop.tasks.events import FileWritten, ModelSaved
from unet_desktop.tasks.model_card import card_of


class ModelCommands(CommandSet):
    """Import, export, card, ONNX, notes, delete."""

    def __init__(self, app: AppModel, window: QWidget, errors: ShowsErrors) -> None:
        """Open dialogs over the window."""
        super().__init__(errors)
        self._app, self._window = app, window

    @command(
        "model.import",
        "&Import model…",
        shortcut="Ctrl+Shift+M",
        icon="import-model",
        needs=Needs.PROJECT | Needs.IDLE | Needs.WRITABLE,
        tip="Import a model file from elsewhere into this project",
    )
    def import_model(self) -> None:
        """Ask for a model file, check and import it in the background, and use it."""
        project = self._app.session.project
        if project is None or project.read_only:
            return
        kinds = f"Models (*{SUFFIX} *.pt *.pth);;All files (*)"  # a pickle is refused with the way to convert it
        chosen, _ = QFileDialog.getOpenFileName(self._window, "Import a model", str(Path.home()), kinds)
        if chosen:
            self._add([Path(chosen)])

    @guarded
    def add(self, models: Sequence[Path]) -> None:
        """Check and import model files in the background, and use the last of them."""
        self._add(models)

    def _add(self, models: Sequence[Path]) -> None:
        project = self._app.session.project
        if project is None or project.read_only:
            return
        root = project.root

        def start() -> Iterator[ModelSaved]:
            from unet_desktop.tasks.model_files import import_model

            for model in models:
                yield from import_model(root, model)

        use = self._app.project_jobs.use_new_model
        done, kept = "The model was imported.", "The model is not imported then."
        if len(models) > 1:
            done, kept = f"{len(models)} models were imported.", "Those imported so far are kept."
        self._app.runner.start(Job("Importing a model", start, at_end=use, done=done, root=root, kept=lambda: kept))

    @guarded
    def export(self, model: Path) -> None:
        """Ask where to, and copy the model's file there."""
        target = self._ask("Export the model", model.name, f"Models (*{SUFFIX})")
        if target is not None and target != model:
            files.copy_file(model, target)

    @guarded
    def save_card(self, model: Path) -> None:
        """Ask where to, and write the model card there."""
        target = self._ask("Save the model card", f"{model.stem}.md", "Markdown (*.md)")
        if target is not None:
            files.write_text(target, card_of(model))

    @guarded
    def export_onnx(self, model: Path) -> None:
        """Ask where to, and write the model as ONNX in the background."""
        target = self._ask("Export the model as ONNX", f"{model.stem}.onnx", "ONNX (*.onnx)")
        if target is None:
            return

        def start() -> Iterator[Message | FileWritten]:
            from unet_desktop.tasks.model_files import export_onnx

            return export_onnx(model, target, agreed=True)

        done = f"{target} was written and agrees with the model."
        self._app.runner.start(
            Job("Exporting as ONNX", start, done=done, kept=lambda: f"{target.name} is not written then.")
        )

    @guarded
    def delete(self, model: Path) -> None:
        """Move a model to the bin, if the user means it; the curves of its training stay."""
        project = self._app.session.project
        if project is None or project.read_only or self._app.runner.busy:
            return
        question = f"Move {model.stem} to the project's bin? Masks and predictions are kept. File > Bin brings it back."
        if confirm(self._window, "Remove model", question, "Remove"):
            remove_model(project.layout, model.stem)
            self._app.session.refresh_models()

    @guarded
    def write_notes(self, model: Path, text: str) -> None:
        """Save the user's notes on a model."""
        project = self._app.session.project
        if project is not None and not project.read_only and project.layout.model(model.stem) == model:
            write_notes(project.layout, model.stem, text)

    def _ask(self, title: str, name: str, kind: str) -> Path | None:
        """Ask for a file to write; the dialog asks before one is replaced."""
        chosen, _ = QFileDialog.getSaveFileName(self._window, title, str(Path.home() / name), kind)
        return Path(chosen) if chosen else None
