"""SettingsWriter: what is set for a whole project, in its project.json."""

from __future__ import annotations

from dataclasses import replace

from unet_desktop.errors import ProjectError
from unet_desktop.project.form import Form
from unet_desktop.project.guard import check_project
from unet_desktop.project.manifest import Manifest, write_manifest
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.trail import Act, Event, append


def refuse_form_of_workbook(project: ProjectReader) -> None:
    """Make sure that the form is changed in a project, not in a reader's workbook of it, which follows the project.

    Raises:
        ProjectError: it is a workbook.
    """
    if project.workbook is not None:
        raise ProjectError(
            f"{project.root} is the reading of {project.workbook.title}. Change the grading form in the project that "
            "it belongs to; the reading gets it when it is opened next."
        )


class SettingsWriter(ProjectReader):
    """The part of a `Project` that changes its settings."""

    def set_scale(self, mm_per_pixel: float | None) -> None:
        """Save how many millimetres on the retina a pixel covers; None for unknown.

        Raises:
            WriteError: it cannot be written; the project is unchanged.
        """
        self._write_manifest(replace(self.manifest, mm_per_pixel=mm_per_pixel))
        self.mm_per_pixel = mm_per_pixel

    def set_camera_factor(self, degrees_per_pixel: float | None) -> None:
        """Save how many degrees of visual angle a pixel covers; None for unknown.

        Raises:
            WriteError: it cannot be written; the project is unchanged.
        """
        self._write_manifest(replace(self.manifest, degrees_per_pixel=degrees_per_pixel))
        self.degrees_per_pixel = degrees_per_pixel

    def set_form(self, form: Form) -> None:
        """Save what people grade in each case; what was given for items that are no longer asked stays in the records.

        Raises:
            WriteError: it cannot be written; the project is unchanged.
        """
        self._write_manifest(replace(self.manifest, form=form))
        items = ", ".join(item.key for item in form.items) or "none"
        self.form = form
        append(self.layout, Event(Act.DESCRIBED, detail=f"grading form: {items}"))

    def _write_manifest(self, manifest: Manifest) -> None:
        check_project(self.root)
        write_manifest(self.layout.manifest, manifest)
