"""Nothing of what may name somebody is in the bytes of an export with pseudonyms."""

from __future__ import annotations

import base64
import contextlib
import csv
import re
import subprocess
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.tasks.export.conftest import drawn
from unet_desktop.errors import UserError
from unet_desktop.images.burnt_in_text import looks_lettered
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.project.case import Case
from unet_desktop.project.form import Form, Item, ItemKind
from unet_desktop.project.project import Project
from unet_desktop.tasks.events import ItemDone
from unet_desktop.tasks.export.names import pseudonyms
from unet_desktop.tasks.export.request import ExportRequest, KeyFile
from unet_desktop.tasks.export.run import export_cases
from unet_desktop.tasks.folders.outputs import Outputs

MARK = "Zyxwv"
EVERYTHING = Outputs(
    regions=True,
    overlays=True,
    contours=frozenset({"geojson", "coco", "labelme"}),
    tables=("csv", "xlsx", "parquet"),
    reports=("html", "pdf"),
)


@pytest.fixture
def marked(tmp_path, monkeypatch) -> Project:
    """A project whose every name, note and picture file holds a mark."""
    monkeypatch.setenv("UNET_DESKTOP_NAME", f"Dr {MARK}")
    folder = tmp_path / f"{MARK} clinic"
    folder.mkdir()
    project = Project.create(folder / "project", DISC_AND_CUP, f"{MARK} study")
    pixels = np.full((60, 80, 3), (150, 80, 40), np.uint8)
    exif = Image.Exif()
    exif[0x013B] = exif[0x010E] = f"{MARK} Jane"
    jpeg, png = folder / f"{MARK}_OD.jpg", folder / f"{MARK}_OS.png"
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{MARK}</x:xmpmeta>".encode()
    Image.fromarray(pixels).save(jpeg, exif=exif, comment=f"{MARK} Jane".encode(), xmp=xmp, icc_profile=MARK.encode())
    text = PngInfo()
    text.add_text("Patient", MARK)
    text.add_itxt("Patient", MARK, zip=True)
    Image.fromarray(pixels[:, ::-1]).save(png, pnginfo=text)
    project.set_form(Form((Item("remark", "Remark", ItemKind.TEXT), Item("notch", "Notch", choices=("yes", "no")))))
    for path in (jpeg, png):
        case = project.add_image(path, patient=f"{MARK}, Jane")
        project.save_mask(case.id, drawn())
        project.mark(case.id, notes=f"seen with Mrs {MARK}")
        project.grade(case.id, grades={"remark": f"as Dr {MARK} says", "notch": "yes"})
    return project


def contents(path: Path) -> Iterator[bytes]:
    """The bytes of a file, and what is compressed or encoded in them."""
    data = path.read_bytes()
    yield data
    yield path.name.encode()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    for blob in re.findall(rb"[A-Za-z0-9+/]{80,}={0,2}", data):
        yield base64.b64decode(blob + b"=" * (-len(blob) % 4))
    if path.suffix == ".pdf":
        yield from _streams(data)
        if which("pdftotext"):  # the codes of letters are those of the file's own fonts
            yield subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True).stdout
    for start in (found.start() + 4 for found in re.finditer(rb"iTXt|zTXt|iCCP", data)):
        yield data[start:]
    if path.suffix == ".parquet":
        from pyarrow import parquet

        yield str(parquet.read_table(path).to_pydict()).encode()


def _streams(data: bytes) -> Iterator[bytes]:
    """The streams of a PDF, unpacked as far as they are packed."""
    for blob in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL):
        with contextlib.suppress(ValueError):
            blob = base64.a85decode(blob.strip().removesuffix(b"~>"))
        with contextlib.suppress(zlib.error):
            blob = zlib.decompress(blob)
        yield blob


def places_of(mark: str, folder: Path) -> set[str]:
    forms = [mark.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be")]
    found = set()
    for path in (path for path in folder.rglob("*") if path.is_file()):
        for data in contents(path):
            if any(form.lower() in data.lower() for form in forms):
                found.add(path.relative_to(folder).as_posix())
    return found


@pytest.mark.parametrize("hashed", [False, True])
def test_no_name_is_in_any_byte(marked, tmp_path, hashed):
    out, key = tmp_path / "out", tmp_path / "kept apart" / "key.csv"
    request = ExportRequest(
        root=marked.root,
        output=out,
        outputs=EVERYTHING,
        pictures=True,
        training_sets=("nnunet", "folder", "rootpainter"),
        key_file=KeyFile(key, hashed),
    )
    list(export_cases(request))
    assert len(list((out / "pictures").iterdir())) == 2
    assert places_of(MARK, out) == set()
    with key.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["pseudonym_of"] for row in rows} == {"case", "patient", "reader"}
    assert all(MARK in row["name"] and MARK not in row["pseudonym"] for row in rows)
    named = {row["name"]: row["pseudonym"] for row in rows}
    with (out / "measurements.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert {row["case"] for row in table} == {named[f"{MARK}_OD"], named[f"{MARK}_OS"]}
    assert {row["patient"] for row in table} == {named[f"{MARK}, Jane"]}
    assert "notes" not in table[0]
    assert [value for name, value in table[0].items() if "notch" in name] == ["yes"]
    list(export_cases(request))  # the same names again, and its own files
    with key.open(newline="") as file:
        assert list(csv.DictReader(file)) == rows


def test_marks_are_found_where_they_are(marked, tmp_path):
    """The search above finds them in an export with names, or it would prove nothing."""
    list(export_cases(ExportRequest(root=marked.root, output=tmp_path / "out", outputs=EVERYTHING, pictures=True)))
    found = places_of(MARK, tmp_path / "out")
    assert {"measurements.csv", "measurements.xlsx", "measurements.parquet", "report.html"} <= found
    assert "report.pdf" in found or not which("pdftotext")
    pictures = tmp_path / "copies"
    pictures.mkdir()
    for name in (f"{MARK}_OD.jpg", f"{MARK}_OS.png"):
        (pictures / name[-6:]).write_bytes((marked.layout.images / name).read_bytes())
    assert places_of(MARK, pictures) == {"OD.jpg", "OS.png"}


def test_problems_of_cases_are_told_and_not_written(marked, tmp_path):
    marked.layout.mask(f"{MARK}_OD").write_bytes(b"no mask")
    out = tmp_path / f"for Dr {MARK}"
    (out / "masks").mkdir(parents=True)
    (out / "masks" / "case-0001.png").write_bytes(b"mine")
    events = list(export_cases(ExportRequest(root=marked.root, output=out, key_file=KeyFile(tmp_path / "key.csv"))))
    told = [event.problem for event in events if isinstance(event, ItemDone) and event.problem]
    assert len(told) in {1, 2}  # the file in the way may be that of the case that has no mask
    assert all(MARK in sentence for sentence in told)
    assert places_of(MARK, out) == set()
    assert "It could not be exported" in (out / "errors.csv").read_text()


def test_key_file_is_kept_apart_and_never_overwrites_another(ask, out, tmp_path):
    with pytest.raises(UserError, match="would be in the export"):
        export_cases(ask(key_file=KeyFile(out / "key.csv")))
    (tmp_path / "letter.csv").write_text("Dear colleague,\n")
    with pytest.raises(UserError, match="is not a key file of an export"):
        list(export_cases(ask(key_file=KeyFile(tmp_path / "letter.csv"))))
    with pytest.raises(UserError, match="cannot be exported with"):
        export_cases(ask(key_file=KeyFile(tmp_path / "key.csv"), outputs=Outputs(dicom_seg=True)))


def test_two_exports_do_not_give_one_pseudonym_twice(corrected, tmp_path):
    key = KeyFile(tmp_path / "key.csv")
    first, *others = corrected.cases()

    def other_export() -> Iterator[Case]:
        pseudonyms([first], corrected.root, key)
        yield from others

    with pytest.raises(UserError, match="Another export is using the key file"):
        pseudonyms(other_export(), corrected.root, key)
    assert first.id in key.path.read_text()


@pytest.mark.parametrize("replace", [False, True])
def test_pseudonyms_do_not_go_beside_names(export, out, tmp_path, replace):
    key, other = KeyFile(tmp_path / "key.csv"), KeyFile(tmp_path / "other.csv", hashed=True)
    export(key_file=key)
    export(key_file=key, replace=replace)
    with pytest.raises(UserError, match="by another key file"):
        export(key_file=other, replace=replace)
    export(output=tmp_path / "plain")
    with pytest.raises(UserError, match="holds an export under names"):
        export(output=tmp_path / "plain", key_file=key, replace=replace)


def test_letters_beside_the_field_are_warned_about(corrected, ask, tmp_path):
    plain = np.zeros((480, 640, 3), np.uint8)
    cv2.circle(plain, (320, 240), 200, (180, 90, 50), -1)
    assert not looks_lettered(plain)
    lettered = plain.copy()
    cv2.putText(lettered, "DOE JANE 1955", (8, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (255, 255, 255), 1, cv2.LINE_AA)
    assert looks_lettered(lettered)
    path = tmp_path / "lettered.png"
    Image.fromarray(lettered).save(path)
    case = corrected.add_image(path)
    mask = np.zeros((480, 640), np.uint8)
    mask[200:280, 280:360] = 1
    corrected.save_mask(case.id, mask)
    events = list(export_cases(ask(key_file=KeyFile(tmp_path / "key.csv"))))
    notes = {event.name: event.note for event in events if isinstance(event, ItemDone) and event.note}
    assert list(notes) == ["lettered"]
    assert "looks like it has letters" in notes["lettered"]
