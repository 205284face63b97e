"""Commands on the label in use: hide, lock, clear, say that there is none."""

from __future__ import annotations

from contextlib import AbstractContextManager

from unet_desktop.errors import ProjectError
from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.commands.command import CommandSet, Needs, ShowsErrors, command
from unet_desktop.masks.measure import cup_and_disc
from unet_desktop.masks.paint_tables import erase_table
from unet_desktop.masks.patch import patch_between
from unet_desktop.masks.regions import region

_NEEDS = Needs.CASE | Needs.WRITABLE


class LabelCommands(CommandSet):
    """Hide, lock and clear the label in use, and say that there is none of it."""

    def __init__(self, app: AppModel, errors: ShowsErrors) -> None:
        super().__init__(errors)
        self._app = app

    def editing(self) -> AbstractContextManager[None]:
        return self._app.accept_on_edit.editing()

    @command(
        "region.hide_label",
        "Hi&de label",
        shortcut="Shift+O",
        needs=Needs.PROJECT,
        tip="Do not draw the label over the picture; it stays in the mask",
        is_checked=lambda self: self.is_hidden,
    )
    def toggle_hidden(self) -> None:
        if (label := self._app.options.label) is not None:
            self._settle()
            self._app.options.toggle_hidden(label)

    @command(
        "region.lock_label",
        "Loc&k label",
        shortcut="Shift+K",
        needs=Needs.PROJECT,
        tip="Let no tool and no command change the label's region",
        is_checked=lambda self: self.is_locked,
    )
    def toggle_locked(self) -> None:
        if (label := self._app.options.label) is not None:
            self._settle()
            self._app.options.toggle_locked(label)

    @property
    def is_hidden(self) -> bool:
        """Whether the label in use is hidden."""
        options = self._app.options
        return options.label is not None and options.label.value in options.hidden

    @property
    def is_locked(self) -> bool:
        """Whether the label in use is locked."""
        options = self._app.options
        return options.label is not None and options.label.value in options.locked

    @command(
        "region.clear",
        "Cle&ar label",
        shortcut="Shift+Del",
        needs=_NEEDS,
        edits=True,
        tip="Erase the label and what is inside it from this case",
    )
    def clear(self) -> None:
        """Erase the region of the label in use, in one step."""
        editor, options, toolbox = self._app.editor, self._app.options, self._app.toolbox
        self._settle()
        mask, labels, label = editor.mask, options.labels, options.label
        if mask is None or labels is None or label is None or editor.refuse() or toolbox.refuse_label():
            return
        patch = patch_between(f"Clear {label.name}", mask, erase_table(labels, label)[mask])
        if patch is None:
            toolbox.refused.emit(f"There is no {label.name} to clear.")
        editor.apply(patch)

    @command(
        "region.none_here",
        "No&ne of this label here",
        shortcut="Shift+Alt+X",
        needs=_NEEDS,
        tip="Say that the picture shows none of a label that was added after its mask was drawn",
    )
    def toggle_absent(self) -> None:
        """Say that there is none of the label in use, or take that back.

        Raises:
            ProjectError: it is drawn already. WriteError: the record cannot be written.
        """
        session, labels, label = self._app.session, self._app.options.labels, self._app.options.label
        if labels is None or label is None or session.open is None:
            return
        pair = cup_and_disc(labels)
        unsaid = session.open.case.not_annotated
        if pair is not None and label == pair[0] and label.value not in unsaid:
            self._app.cup_absence.toggle()
            return
        mask = self._app.editor.mask
        if mask is not None and region(mask, labels, label).any():
            raise ProjectError(
                f"The {label.name} of {session.open.case.id} is drawn already. If the picture has none, clear it first."
            )
        if not self._app.autosave.flush():
            return
        is_absent = label.value not in unsaid
        if is_absent:
            session.mark(not_annotated=(*unsaid, label.value))
            sentence = f"The {label.name} is not annotated here; training learns nothing about it from this case."
        else:
            session.mark(not_annotated=tuple(value for value in unsaid if value != label.value))
            sentence = f"No {label.name} here; the same command takes that back."
        self._app.cup_absence.decided.emit(sentence)

    def _settle(self) -> None:
        """Finish the shape and the gesture in progress: they are part of the region."""
        self._app.toolbox.current.commit()
        self._app.editor.finish()
