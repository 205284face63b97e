"""AccessView: says that another program has the project, and what was recovered when it was opened."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from unet_desktop.gui.messages.banner import Banner
from unet_desktop.gui.workbench import Workbench

_MOST = 3
"""Sentences that the banner shows; each further one only adds to a count."""


class AccessView(QObject):
    """The banner on who may change the project, and on what could not be saved."""

    def __init__(self, bench: Workbench, banner: Banner, find: Callable[[str], Callable[..., object]]) -> None:
        """Connect them.

        Args:
            bench: whose project.
            banner: to say it.
            find: gives a handler by its name.
        """
        super().__init__(banner)
        self._bench, self._banner, self._find = bench, banner, find
        bench.session.project_changed.connect(self._on_session_project_changed)
        bench.editor.refused.connect(self._show_holder)
        bench.autosave.failed.connect(self._on_autosave_failed)
        bench.autosave.recovered.connect(banner.hide)
        banner.retry_requested.connect(self._on_banner_retry_requested)

    def _show_holder(self) -> None:
        access = self._bench.session.access
        if access is not None and access.holder is not None:
            self._banner.show_problem(
                f"This project is open in another program ({access.holder}), so it cannot be changed here.", retry=True
            )

    def _on_session_project_changed(self) -> None:
        access = self._bench.session.access
        recovered = [] if access is None else access.recovered
        if recovered:
            more = len(recovered) - _MOST
            rest = [] if more <= 0 else [f"{more} more {'case has' if more == 1 else 'cases have'} such a message."]
            self._banner.show_problem("\n".join(recovered[:_MOST] + rest))
        self._show_holder()

    def _on_autosave_failed(self, sentence: str) -> None:
        self._banner.show_problem(
            f"{sentence} Your changes are kept in memory and will be written as soon as that is possible.", retry=True
        )

    def _on_banner_retry_requested(self) -> None:
        if self._bench.session.project is not None and self._bench.session.project.read_only:
            self._find("project.reopen")()
        else:
            self._bench.autosave.flush()
