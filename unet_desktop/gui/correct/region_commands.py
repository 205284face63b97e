"""Commands that change a label's whole region, or the whole mask, in one step."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from unet_desktop.errors import MaskError
from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.commands.command import CommandSet, Needs, ShowsErrors, command
from unet_desktop.images.laterality import Eye
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks import morphology
from unet_desktop.masks.patch import Patch
from unet_desktop.masks.regions import Mask
from unet_desktop.masks.shapes.flood_fill import fill_label_holes
from unet_desktop.masks.transform import mark_unannotated, mirror
from unet_desktop.project.case import Case
from unet_desktop.project.case_query import other_eye_cases
from unet_desktop.project.reader import ProjectReader

_NEEDS = Needs.CASE | Needs.WRITABLE

Change = Callable[[Mask, LabelSet, Label, Label | None], Patch | None]
"""Makes the patch that changes the region of a label, within that of the last one or anywhere; None for no change."""


class RegionCommands(CommandSet):
    """Grow, shrink, smooth, keep the largest piece, fill holes; take another case's mask."""

    def __init__(self, app: AppModel, errors: ShowsErrors) -> None:
        super().__init__(errors)
        self._app = app

    def editing(self) -> AbstractContextManager[None]:
        return self._app.accept_on_edit.editing()

    @command(
        "region.grow",
        "&Grow",
        shortcut="Shift+Up",
        icon="grow",
        needs=_NEEDS,
        edits=True,
        tip="Grow the label by one pixel",
        argument=1,
    )
    @command(
        "region.shrink",
        "&Shrink",
        shortcut="Shift+Down",
        icon="shrink",
        needs=_NEEDS,
        edits=True,
        tip="Shrink the label by one pixel",
        argument=-1,
    )
    @command(
        "region.grow_more",
        "Grow by &5",
        shortcut="Ctrl+Shift+Up",
        needs=_NEEDS,
        edits=True,
        tip="Grow the label by 5 pixels",
        argument=5,
    )
    @command(
        "region.shrink_more",
        "Shrink &by 5",
        shortcut="Ctrl+Shift+Down",
        needs=_NEEDS,
        edits=True,
        tip="Shrink the label by 5 pixels",
        argument=-5,
    )
    def grow(self, pixels: int) -> None:
        """Grow the label's region by that many pixels, or shrink it where they are negative."""
        if pixels > 0:
            self._change(
                lambda mask, labels, label, limit: morphology.grow(
                    mask, labels, label, pixels, limit, free=limit is None
                ),
                "No {} to grow.",
            )
        else:
            self._change(
                lambda mask, labels, label, _: morphology.shrink(mask, labels, label, -pixels), "No {} to shrink."
            )

    @command(
        "region.smooth",
        "S&mooth",
        shortcut="Shift+S",
        icon="smooth",
        needs=_NEEDS,
        edits=True,
        tip="Smooth the label's border",
    )
    def smooth(self) -> None:
        self._change(
            lambda mask, labels, label, limit: morphology.smooth(mask, labels, label, limit, free=limit is None),
            "No {} to smooth.",
        )

    @command(
        "region.keep_largest",
        "Keep &largest piece",
        shortcut="Shift+L",
        icon="largest",
        needs=_NEEDS,
        edits=True,
        tip="Erase all pieces of the label but the largest",
    )
    def keep_largest(self) -> None:
        self._change(
            lambda mask, labels, label, _: morphology.keep_largest(mask, labels, label),
            "The {} is already in one piece.",
        )

    @command(
        "region.fill_holes",
        "Fill &holes",
        shortcut="Shift+R",
        icon="fill-holes",
        needs=_NEEDS,
        edits=True,
        tip="Fill all holes of the label",
    )
    def fill_holes(self) -> None:
        self._change(fill_label_holes, "There are no holes in {}.")

    @command(
        "region.only_strokes",
        "&Only my strokes count",
        shortcut="Shift+U",
        icon="only-strokes",
        needs=_NEEDS,
        edits=True,
        tip="Mark all background as not annotated: the model then learns only from what you paint or erase",
    )
    def only_strokes(self) -> None:
        """Mark all background as not annotated; only what is painted or erased from now on counts."""
        editor = self._app.editor
        self._settle()
        if editor.mask is not None:
            editor.apply(mark_unannotated(editor.mask, "Only my strokes count"))

    @command(
        "region.copy_previous",
        "&Copy mask of previous case",
        shortcut="Shift+P",
        icon="copy",
        needs=_NEEDS,
        tip="Replace the mask with that of the previous case in the list",
    )
    def copy_previous(self) -> None:
        """Take the mask of the case before this one in the list."""
        found = self._ready()
        if found is None:
            return
        project, case = found
        previous = self._app.session.cases.step(case.id, -1)
        if previous is None:
            self._app.toolbox.refused.emit("This is the first case in the list, so there is no previous mask to copy.")
            return
        source = project.case(previous)
        if (source.height, source.width) != (case.height, case.width):
            raise MaskError(
                f"The picture of {source.id} has {source.width} x {source.height} pixels, this one {case.width} x "
                f"{case.height}; a mask can only be copied between pictures of the same size."
            )
        mask = project.load_mask(source.id)
        if mask is None:
            raise MaskError(f"The previous case, {source.id}, has no mask to copy.")
        self._app.editor.replace_mask(f"Copy mask of {source.id}", mask)

    @command(
        "region.mirror",
        "Mi&rror mask of other eye",
        shortcut="Shift+M",
        icon="mirror",
        needs=_NEEDS,
        tip="Replace the mask with the mirrored mask of the patient's other eye",
    )
    def mirror_other_eye(self) -> None:
        """Take the mask of the same patient's other eye, mirrored."""
        found = self._ready()
        if found is None:
            return
        project, case = found
        if not case.patient or case.eye is Eye.UNKNOWN:
            raise MaskError(
                "Enter the patient and the eye in the case details first; the other eye is found from them."
            )
        for source in other_eye_cases(project.cases(), case):
            mask = project.load_mask(source.id)
            if mask is not None:
                self._app.editor.replace_mask(f"Mirror mask of {source.id}", mirror(mask, (case.height, case.width)))
                return
        raise MaskError(f"The other eye of patient {case.patient} has no mask to mirror.")

    @command(
        "region.grow_parent",
        "Let a region gro&w its parent",
        shortcut="Shift+I",
        needs=Needs.PROJECT,
        tip="Let what is painted outside the region around it enlarge that region, instead of leaving it out",
        is_checked=lambda self: self.grows_parent,
    )
    def toggle_grow_parent(self) -> None:
        self._app.options.set_grow_parent(not self._app.options.grow_parent)

    @property
    def grows_parent(self) -> bool:
        """May a region grow the one around it?"""
        return self._app.options.grow_parent

    def _change(self, how: Change, nothing: str) -> None:
        """Apply a change to the region of the label in use; if nothing changes, say so with `nothing`."""
        editor, options, toolbox = self._app.editor, self._app.options, self._app.toolbox
        self._settle()
        mask, labels, label = editor.mask, options.labels, options.label
        if mask is None or labels is None or label is None or editor.refuse() or toolbox.refuse_label():
            return
        limit = None if options.grow_parent else editor.limit(label)
        patch = how(mask, labels, label, limit)
        if patch is None and limit is not None and how(mask, labels, label, None) is not None:
            toolbox.refused.emit(f"Nothing was changed: the {label.name} stays inside the {limit.name}.")
        elif patch is None:
            toolbox.refused.emit(nothing.format(label.name))
        editor.apply(patch)

    def _settle(self) -> None:
        """Finish the shape and the gesture in progress: they are part of the region."""
        self._app.toolbox.current.commit()
        self._app.editor.finish()

    def _ready(self) -> tuple[ProjectReader, Case] | None:
        """The open project and case; None without them, or if pending edits cannot be written."""
        session = self._app.session
        if session.project is None or session.open is None or not self._app.autosave.flush():
            return None
        return session.project, session.open.case
