"""A project that three readers have read."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from reader_squares import square

from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.project.form import Form, Item, ItemKind
from unet_desktop.project.project import Project
from unet_desktop.project.workbooks import make_workbook


@pytest.fixture
def study(tmp_path, monkeypatch) -> Project:
    """p0 to p2, of two patients; Anna, Ben and Cy read them, Anna twice; each grades "quality" and "age"."""
    made = Project.create(tmp_path / "project", DISC_AND_CUP, "Ward 3")
    for number in range(3):
        path = tmp_path / f"p{number}.png"
        Image.fromarray(np.full((60, 80, 3), 40 * number, np.uint8)).save(path)
        made.add_image(path, patient=f"Q{number // 2}")
    quality = Item("quality", "Quality", ItemKind.CHOICE, ("bad", "fair", "good"))
    made.set_form(Form((quality, Item("age", "Age", ItemKind.NUMBER))))
    for who, (name, turn) in enumerate((("Anna", 1), ("Anna", 2), ("Ben", 1), ("Cy", 1))):
        monkeypatch.setenv("UNET_DESKTOP_NAME", name)
        workbook = Project.open(make_workbook(made, name, again=turn > 1).root)
        for number in range(3):
            workbook.save_mask(f"p{number}", square(20, 4 + 3 * number + who))
            grade = ("bad", "fair", "good")[min(number + (who == 3), 2)]
            workbook.grade(f"p{number}", grades={"quality": grade, "age": 10.0 * number + who})
    monkeypatch.setenv("UNET_DESKTOP_NAME", "Coordinator")
    return Project.open(made.root)
