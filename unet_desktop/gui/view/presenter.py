"""ViewPresenter: brings the open picture, and how it is to be shown, to the canvas and the panels."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.canvas.canvas import Canvas
from unet_desktop.gui.canvas.pointer import Pointer
from unet_desktop.gui.canvas.split_view import SplitView
from unet_desktop.gui.view.commands import ViewCommands, marked_box
from unet_desktop.gui.view.panel import ViewPanel
from unet_desktop.gui.widgets.overlay_controls import OverlayPanel
from unet_desktop.masks.drawing import MaskStyle


class ViewPresenter(QObject):
    """Split view, view panel, overlay controls and scale."""

    def __init__(
        self,
        split_view: SplitView,
        canvas: Canvas,
        pointer: Pointer,
        app: AppModel,
        panel: ViewPanel,
        overlays: Sequence[OverlayPanel],
        commands: ViewCommands,
    ) -> None:
        """Connect them and show the present state.

        Args:
            split_view: the canvas and the picture beside it.
            canvas: the canvas in it.
            pointer: what the mouse does on the canvas.
            app: what is behind the window.
            panel: the view's own panel.
            overlays: the same controls of the overlay, in several panels.
            commands: those of the view.
        """
        super().__init__(split_view)
        self._split_view, self._canvas, self._app = split_view, canvas, app
        self._panel, self._overlays = panel, overlays
        self._close_up_due = False
        options, session = app.view_options, app.session
        options.changed.connect(self._on_options_changed)
        session.project_changed.connect(self._on_session_scale_changed)
        session.scale_changed.connect(self._on_session_scale_changed)
        session.case_changed.connect(self._on_session_case_changed)
        app.proposal.changed.connect(self._show_close_up)  # it may come after the case, as readers' masks do
        app.adjudication.masks_changed.connect(self._show_close_up)
        panel.look_chosen.connect(options.change_look)
        panel.chosen.connect(options.change)
        session.case_updated.connect(self._show_case_scale)
        panel.scale_chosen.connect(commands.set_scale)
        panel.camera_chosen.connect(commands.set_camera_factor)
        for overlay in overlays:
            overlay.visible_chosen.connect(lambda visible: options.change("visible", visible))
            overlay.opacity_chosen.connect(lambda opacity: options.change("opacity", opacity))
        pointer.hovered.connect(lambda x, y: split_view.bare_view.set_mark((x, y)))
        pointer.left.connect(lambda: split_view.bare_view.set_mark(None))
        self._on_options_changed()
        self._on_session_scale_changed()
        self._on_session_case_changed()

    def _on_options_changed(self) -> None:
        view = self._app.view_options.view
        self._split_view.set_view(view)
        self._panel.set_view(view)
        for overlay in self._overlays:
            overlay.set_overlay(view.visible, 0.0 if view.style is MaskStyle.OUTLINE else view.opacity)

    def _on_session_scale_changed(self) -> None:
        session = self._app.session
        self._show_case_scale()
        if session.project is None:
            self._panel.set_scale(None, None, known=False, shows_eye=True)
            return
        project = session.project
        self._panel.set_scale(
            project.mm_per_pixel, project.degrees_per_pixel, known=True, shows_eye=project.labels.shows_eye()
        )

    def _show_case_scale(self) -> None:
        scale = self._app.session.scale
        self._split_view.set_scale(None if scale is None else scale.mm_per_pixel)

    def _on_session_case_changed(self) -> None:
        opened = self._app.session.open
        self._show_case_scale()
        self._split_view.set_image(None if opened is None else opened.image.pixels)
        self._close_up_due = opened is not None
        self._show_close_up()

    def _show_close_up(self) -> None:
        """Show the mask close up if each case is to open so; once a case, so that panning and zooming last."""
        project = self._app.session.project
        labels = None if project is None else project.labels
        wanted = self._close_up_due and self._app.view_options.view.opens_close_up(labels)
        if wanted and (box := marked_box(self._app)) is not None:
            self._close_up_due = False
            self._canvas.show_box(box)
