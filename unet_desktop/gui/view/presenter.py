"""ViewPresenter: brings what was chosen of the view to the canvas, the picture beside and the panels."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.canvas.pointer import Pointer
from unet_desktop.gui.canvas.split_view import SplitView
from unet_desktop.gui.window.panels import Panels


class ViewPresenter(QObject):
    """Split view, view panel and scale."""

    def __init__(
        self,
        split_view: SplitView,
        pointer: Pointer,
        app: AppModel,
        panels: Panels,
        find: Callable[[str], Callable[..., object]],
    ) -> None:
        """Connect them; `find` gives handlers whose errors are shown."""
        super().__init__(split_view)
        self._split_view, self._app, self._panels = split_view, app, panels
        options = app.view_options
        options.changed.connect(self._on_options_changed)
        app.session.project_changed.connect(self._on_session_scale_changed)
        app.session.scale_changed.connect(self._on_session_scale_changed)
        panels.view.look_chosen.connect(options.change_look)
        panels.view.chosen.connect(options.change)
        panels.view.scale_chosen.connect(lambda scale: find("view.set_scale")(scale))
        panels.tools.overlay.visible_chosen.connect(lambda visible: options.change("visible", visible))
        panels.tools.overlay.opacity_chosen.connect(lambda opacity: options.change("opacity", opacity))
        pointer.hovered.connect(lambda x, y: split_view.bare_view.set_ghost((x, y)))
        pointer.left.connect(lambda: split_view.bare_view.set_ghost(None))
        self._on_options_changed()
        self._on_session_scale_changed()

    def _on_options_changed(self) -> None:
        view = self._app.view_options.view
        self._split_view.set_view(view)
        self._panels.view.set_view(view)
        self._panels.tools.overlay.set_overlay(view.visible, view.opacity)

    def _on_session_scale_changed(self) -> None:
        project = self._app.session.project
        scale = None if project is None else project.mm_per_pixel
        self._split_view.set_scale(scale)
        self._panels.view.set_scale(scale, known=project is not None)
