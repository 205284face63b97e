"""ModelsPresenter: brings the project's models to their panel, and what is done there back."""

from __future__ import annotations

from PySide6.QtCore import QObject

from unet_desktop.gui.models.commands import ModelCommands
from unet_desktop.gui.models.panel import ModelsPanel
from unet_desktop.gui.session.session import Session
from unet_desktop.project.models import read_notes


class ModelsPresenter(QObject):
    """Session and models panel."""

    def __init__(self, session: Session, panel: ModelsPanel, commands: ModelCommands) -> None:
        """Connect them."""
        super().__init__(panel)
        self._session, self._panel = session, panel
        session.models_changed.connect(self._on_session_models_changed)
        session.project_changed.connect(self._on_session_project_changed)
        session.leaving_project.connect(panel.keep_notes)
        panel.model_chosen.connect(session.refresh_models)
        panel.import_requested.connect(commands.import_model)
        panel.export_requested.connect(commands.export)
        panel.card_requested.connect(commands.save_card)
        panel.onnx_requested.connect(commands.export_onnx)
        panel.delete_requested.connect(commands.delete)
        panel.notes_edited.connect(commands.write_notes)

    def _on_session_models_changed(self) -> None:
        session, project = self._session, self._session.project
        notes = (
            {} if project is None else {model.path: read_notes(project.layout, model.name) for model in session.models}
        )
        self._panel.set_models(
            session.models, session.model_in_use, notes, offers_first_proposal=session.offers_first_proposal
        )

    def _on_session_project_changed(self) -> None:
        project = self._session.project
        self._panel.set_writable(project is not None and not project.read_only)
