"""AccessPresenter: the banner on who else has the project, what was recovered, and what could not be saved."""

from __future__ import annotations

from PySide6.QtCore import QObject

from unet_desktop.gui.editing.autosave import Autosave
from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.messages.banner import Banner
from unet_desktop.gui.messages.status_line import StatusLine
from unet_desktop.gui.projects.commands import ProjectCommands
from unet_desktop.gui.session.session import Session

_WEAK = (
    "The drive of this project has no file locks. Make sure that nobody else opens the project while it is open here."
)
_MAX_SENTENCES = 3
"""Sentences that the banner shows; it only counts the others."""


class AccessPresenter(QObject):
    """Session, autosave, banner and, for what still holds after its message was closed, the status line."""

    def __init__(
        self,
        session: Session,
        editor: Editor,
        autosave: Autosave,
        banner: Banner,
        status: StatusLine,
        commands: ProjectCommands,
    ) -> None:
        super().__init__(banner)
        self._session, self._autosave, self._banner, self._commands = session, autosave, banner, commands
        self._status = status
        self._unsaved = ""  # the sentence on what cannot be saved, until it is
        session.project_changed.connect(self._on_session_project_changed)
        editor.refused.connect(self._show_obstacle)
        autosave.failed.connect(self._on_autosave_failed)
        autosave.recovered.connect(self._on_autosave_recovered)
        autosave.outside_changed.connect(self._on_outside_changed)
        session.picture_replaced.connect(self._on_outside_changed)
        banner.dismissed.connect(self._show_attention)
        status.attention_clicked.connect(self._on_status_attention_clicked)
        banner.retry_requested.connect(self._on_banner_retry_requested)

    def _show_obstacle(self) -> None:
        lease = self._session.lease
        if lease is not None and lease.obstacle:
            self._banner.show_problem(lease.obstacle, retry=True)
            self._status.set_attention("")

    def _on_session_project_changed(self) -> None:
        self._banner.hide()  # what it said was about another project
        self._unsaved = ""
        self._status.set_attention("")
        lease = self._session.lease
        recovered = [] if lease is None else list(lease.recovered)
        if lease is not None and lease.is_weak:
            recovered.insert(0, _WEAK)
        if recovered:
            more = len(recovered) - _MAX_SENTENCES
            rest = [] if more <= 0 else [f"… and {more} more."]
            self._banner.show_problem("\n".join(recovered[:_MAX_SENTENCES] + rest))
        self._show_obstacle()

    def _on_autosave_failed(self, sentence: str) -> None:
        self._unsaved = f"{sentence} Your changes are kept in memory and will be saved as soon as possible."
        self._show_unsaved()

    def _on_outside_changed(self, _case_id: str, sentence: str) -> None:
        self._banner.show_problem(sentence)

    def _on_autosave_recovered(self) -> None:
        self._unsaved = ""
        self._banner.hide()
        self._show_attention()

    def _show_unsaved(self) -> None:
        self._banner.show_problem(self._unsaved, retry=True)
        self._status.set_attention("")

    def _show_attention(self) -> None:
        project, lease = self._session.project, self._session.lease
        attention = "Weak lock" if lease is not None and lease.is_weak else ""
        if project is not None and project.read_only:
            attention = "Read-only"
        self._status.set_attention("Not saved" if self._unsaved else attention)

    def _on_status_attention_clicked(self) -> None:
        lease = self._session.lease
        if self._unsaved:
            self._show_unsaved()
        elif lease is not None and lease.is_weak:
            self._banner.show_problem(_WEAK)
            self._status.set_attention("")
        else:
            self._show_obstacle()

    def _on_banner_retry_requested(self) -> None:
        if self._session.project is not None and self._session.project.read_only:
            self._commands.reopen()
        else:
            self._autosave.flush()
