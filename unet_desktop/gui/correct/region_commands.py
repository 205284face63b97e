"""Handlers of the Region menu: what is done to a whole region, or to the whole mask, in one step."""

from __future__ import annotations

from collections.abc import Callable

from unet_desktop.errors import MaskError
from unet_desktop.gui.app_model import AppModel
from unet_desktop.images.laterality import Eye
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks import morphology
from unet_desktop.masks.patch import Patch
from unet_desktop.masks.regions import Mask
from unet_desktop.masks.shapes.flood_fill import fill_label_holes
from unet_desktop.masks.transform import mark_unannotated, mirror
from unet_desktop.project.case import Case
from unet_desktop.project.case_query import other_eye_cases
from unet_desktop.project.project import ProjectReader


class RegionHandlers:
    """Grow, shrink, smooth, keep the largest piece, fill holes; take another case's mask."""

    def __init__(self, app: AppModel) -> None:
        """Work on this app."""
        self._app = app

    def grow(self, by: int) -> None:
        """Make the label's region larger by that many pixels."""
        self._change(lambda mask, labels, label: morphology.grow(mask, labels, label, by), "No {} that could grow.")

    def shrink(self, by: int) -> None:
        """Make the label's region smaller by that many pixels."""
        self._change(lambda mask, labels, label: morphology.shrink(mask, labels, label, by), "No {} to shrink.")

    def smooth(self) -> None:
        """Smooth the border of the label's region."""
        self._change(morphology.smooth, "No {} to smooth.")

    def keep_largest(self) -> None:
        """Erase all pieces of the label's region but the largest."""
        self._change(morphology.keep_largest, "There is no second piece of {}.")

    def fill_holes(self) -> None:
        """Fill the holes of the label's region."""
        self._change(fill_label_holes, "There are no holes in {}.")

    def only_strokes(self) -> None:
        """Take all background for not annotated: what is painted is judged, and what will be painted or erased."""
        editor = self._app.editor
        self._settle()
        if editor.mask is not None:
            editor.apply(mark_unannotated(editor.mask, "Only my strokes count"))

    def copy_previous(self) -> None:
        """Take the mask of the case before this one in the list.

        Raises:
            MaskError: there is none, or its picture has another size.
        """
        found = self._ready()
        if found is None:
            return
        project, case = found
        previous = self._app.session.cases.step(case.id, -1)
        if previous is None:
            self._app.toolbox.refused.emit("This is the first case in the list: there is none before it to copy from.")
            return
        source = project.case(previous)
        if (source.height, source.width) != (case.height, case.width):
            raise MaskError(
                f"The picture of {source.id} has {source.width} x {source.height} pixels, this one {case.width} x "
                f"{case.height}; a mask can only be copied between pictures of the same size."
            )
        mask = project.load_mask(source.id)
        if mask is None:
            raise MaskError(f"The case before this one, {source.id}, has no mask yet that could be copied.")
        self._app.editor.replace_mask(f"Copy mask of {source.id}", mask)

    def mirror_other_eye(self) -> None:
        """Take the mask of the same patient's other eye, mirrored.

        Raises:
            MaskError: patient or eye is not noted, or there is no such mask.
        """
        found = self._ready()
        if found is None:
            return
        project, case = found
        if not case.patient or case.eye is Eye.UNKNOWN:
            raise MaskError("Note the patient and the eye in the case's details first: the other eye is found by them.")
        for source in other_eye_cases(project.cases(), case):
            mask = project.load_mask(source.id)
            if mask is not None:
                self._app.editor.replace_mask(f"Mirror mask of {source.id}", mirror(mask, (case.height, case.width)))
                return
        raise MaskError(f"No mask of the other eye of patient {case.patient} is there to be mirrored.")

    def _change(self, how: Callable[[Mask, LabelSet, Label], Patch | None], nothing: str) -> None:
        """Apply a change of the region of the label in use; where it changes nothing, say so of the label."""
        editor, options, toolbox = self._app.editor, self._app.options, self._app.toolbox
        self._settle()
        if editor.mask is None or options.labels is None or options.label is None or editor.refuse():
            return
        patch = how(editor.mask, options.labels, options.label)
        if patch is None:
            toolbox.refused.emit(nothing.format(options.label.name))
        editor.apply(patch)

    def _settle(self) -> None:
        """What is pending or in progress belongs to the region."""
        self._app.toolbox.current.commit()
        self._app.editor.finish()

    def _ready(self) -> tuple[ProjectReader, Case] | None:
        """The open project and case; None without them, and while edits of other cases cannot be written."""
        session = self._app.session
        if session.project is None or session.open is None or not self._app.autosave.flush():
            return None
        return session.project, session.open.case
