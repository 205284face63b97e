from __future__ import annotations

import subprocess
from shutil import which

import pytest

from unet_desktop.errors import ProjectError, UserError, WriteError
from unet_desktop.images.laterality import Eye
from unet_desktop.project.form import Form, Item
from unet_desktop.project.reader import ProjectReader
from unet_desktop.reports.document import Columns, Table
from unet_desktop.tasks.events import FileWritten
from unet_desktop.tasks.export.names import plain_names
from unet_desktop.tasks.export.one_case import Known, read_case
from unet_desktop.tasks.export.patient import export_patient, patient_document


@pytest.mark.parametrize("kind", ["pdf", "html"])
def test_one_page_of_both_eyes(corrected, tmp_path, kind):
    path = tmp_path / f"doe.{kind}"
    corrected.set_scale(0.05)
    corrected.set_form(Form(tuple(Item(f"item{n}", f"Question {n}", choices=("yes", "no")) for n in range(9))))
    for case_id in ("a_OD", "a_OS"):
        corrected.mark(case_id, notes="A long note about what was seen. " * 9)
        corrected.grade(case_id, grades={f"item{n}": "yes" for n in range(9)}, axial_length_mm=24.0)
    (written,) = [event for event in export_patient(corrected.root, "doe", path) if isinstance(event, FileWritten)]
    assert written.path == path
    if kind == "html":
        text = path.read_text()
        assert "Patient Doe" in text
        assert text.index("Right eye (OD)") < text.index("Left eye (OS)")
        assert text.count("data:image/jpeg") == 2
    elif which("pdfinfo"):
        pages = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout
        assert "Pages:           1\n" in pages
    list(export_patient(corrected.root, "Doe", path))  # its own file it may replace
    path.write_text("mine")
    with pytest.raises(WriteError, match="was not written by this command"):
        export_patient(corrected.root, "Doe", path)


def test_figures_of_eyes_are_side_by_side(corrected):
    corrected.set_scale(0.05)
    project = ProjectReader.open(corrected.root)
    known = Known(project.layout, project.labels, project.mm_per_pixel)
    eyes = [read_case(named, known) for named in plain_names(project.cases()[:2], project.root)]
    document = patient_document(project, eyes, 3)
    assert "3 corrected pictures, 2 of them shown" in document.subtitle
    columns, table = document.blocks[:2]
    assert isinstance(columns, Columns)
    assert isinstance(table, Table)
    assert [column.title for column in table.columns] == ["", "Right eye (OD)", "Left eye (OS)"]
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["Vertical cup-to-disc ratio"] == ("0.40", "0.40")
    assert rows["Optic disc: height × width, area"][0] == "1.50 × 1.40 mm, 2.10 mm²"
    assert "Notes" not in rows


def test_approved_picture_of_an_eye_is_shown(corrected, tmp_path):
    corrected.mark("a_OD", patient="Roe", eye=Eye.LEFT)
    list(export_patient(corrected.root, "Roe", tmp_path / "new" / "roe.html"))
    corrected.mark("b", eye=Eye.LEFT)
    list(export_patient(corrected.root, "Roe", tmp_path / "roe.html"))
    text = (tmp_path / "roe.html").read_text()
    assert "haemorrhage?" in text
    assert "2 corrected pictures, 1 of them shown" in text


def test_nothing_to_show(corrected, tmp_path):
    with pytest.raises(ProjectError, match=r'no patient "Poe"\. There are: Doe, Roe'):
        export_patient(corrected.root, "Poe", tmp_path / "x.pdf")
    corrected.mark("c", patient="Poe")
    with pytest.raises(ProjectError, match="Nobody has corrected a picture of Poe"):
        export_patient(corrected.root, "Poe", tmp_path / "x.pdf")
    with pytest.raises(UserError, match="neither a PDF nor an HTML"):
        export_patient(corrected.root, "Doe", tmp_path / "x.txt")
