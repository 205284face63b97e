"""Readiness: what is there for commands to work with, and which of them are on."""

from __future__ import annotations

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.settings.settings import Theme
from unet_desktop.gui.settings.view_options import View
from unet_desktop.gui.window.command_table import Needs
from unet_desktop.project.case import UNCORRECTED, CaseState


def have(app: AppModel) -> Needs:
    """Everything that commands can need and that is there now."""
    session, editor = app.session, app.editor
    opened = session.open
    there = {
        Needs.PROJECT: session.project is not None,
        Needs.CASES: bool(session.case_ids),
        Needs.CASE: opened is not None,
        Needs.MASK: opened is not None and (opened.case.state not in UNCORRECTED or not app.autosave.complete),
        Needs.IDLE: not app.runner.busy,
        Needs.BUSY: app.runner.busy,
        Needs.MODEL: session.model_in_use is not None,
        Needs.UNCORRECTED: session.counts[0] < session.counts[1],
        Needs.PROPOSAL: app.proposal.prediction is not None,
        Needs.UNDO: editor.history.can_undo
        or editor.drawing
        or app.toolbox.current.pending
        or app.proposal.was_rejected,
        Needs.REDO: editor.history.can_redo,
        Needs.SHAPE: app.toolbox.current.pending,
        Needs.WRITABLE: session.project is not None and not session.project.read_only,
    }
    result = Needs.NOTHING
    for need, is_there in there.items():
        if is_there:
            result |= need
    return result


def checked(app: AppModel, theme: Theme) -> frozenset[str]:
    """Ids of the commands that are on."""
    options, opened = app.options, app.session.open
    on = {f"tool.{options.tool.value}", f"theme.{theme.value}"}
    if options.labels is not None and options.label is not None:
        on.add(f"label.{options.labels.labels.index(options.label) + 1}")
    on |= _shown(app.view_options.view)
    if opened is not None and opened.case.state is CaseState.APPROVED:
        on.add("case.approve")
    if opened is not None and opened.case.flagged:
        on.add("case.flag")
    return frozenset(on)


def _shown(view: View) -> set[str]:
    on = {
        "view.overlay": view.visible,
        "view.clahe": view.look.clahe > 0,
        "view.crosshair": view.crosshair,
        "view.magnifier": view.magnifier,
        "view.split": view.split,
        "view.scale_bar": view.scale_bar,
        "view.uncertainty": view.uncertainty,
        "view.close_up": view.close_up,
    }
    chosen = {f"channel.{view.look.channel.value}", f"style.{view.style.value}"}
    return chosen | {command for command, is_on in on.items() if is_on}
