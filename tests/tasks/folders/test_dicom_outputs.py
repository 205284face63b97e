"""Outputs for DICOM photographs: millimetres, identifiers as asked for, and segmentations."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import highdicom
import numpy as np
import pydicom
import pytest
from dicom_files import OPHTHALMIC_8_BIT, SECRETS, write
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow
from pydicom.uid import SecondaryCaptureImageStorage

from unet_desktop.engine.inference.segmenter import Prediction
from unet_desktop.errors import UserError
from unet_desktop.formats.dicom_seg import SourceModel, dicom_segmentation, segment_codes
from unet_desktop.images.crop import Square
from unet_desktop.labels import DISC_AND_CUP, Label, LabelSet
from unet_desktop.masks.regions import regions
from unet_desktop.tasks.folders.columns import columns
from unet_desktop.tasks.folders.inputs import Picture
from unet_desktop.tasks.folders.one_picture import segment_picture
from unet_desktop.tasks.folders.outputs import Outputs
from unet_desktop.tasks.folders.pseudonyms import VARIABLE, key_path, pseudonym, require_key
from unet_desktop.tasks.folders.run import require_dicom

HEIGHT, WIDTH = 90, 121
FOLDER = Path("out")
ALL = Outputs(masks=False, dicom_seg=True)
MODEL = SourceModel("model-007", "0123456789abcdef" * 4)


def mask():
    rows, across = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    distance = np.hypot(rows - 40, across - 60)
    return ((distance < 30).astype(np.uint8) + (distance < 15)).astype(np.uint8)


@pytest.fixture
def segmenter():
    square = Square(60.0, 40.0, 80.0)
    planes = np.zeros((2, 8, 8), np.float32)
    found = Prediction(mask(), 0.9, True, square, square.box(HEIGHT, WIDTH), planes)
    header = SimpleNamespace(labels=DISC_AND_CUP, weights_sha256=MODEL.fingerprint)
    return SimpleNamespace(header=header, name=MODEL.name, segment=lambda pixels: found)


@pytest.fixture
def photograph(tmp_path):
    """Function of attributes to the picture of such a file."""

    def picture(name="a.dcm", page=0, **attributes):
        path = tmp_path / name
        values = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
        frames = attributes.get("frames")
        write(path, values if frames is None else values[None].repeat(frames, axis=0), **attributes)
        return Picture(path, page, name, name.removesuffix(".dcm"))

    return picture


def test_millimetres_where_the_file_says_how_large_a_pixel_is(segmenter, photograph):
    row = segment_picture(segmenter, photograph(PixelSpacing=[0.01, 0.02]), Outputs(), FOLDER).row
    assert (row["pixel_height_mm"], row["pixel_width_mm"]) == (0.01, 0.02)
    assert row["optic_disc_height_mm"] == pytest.approx(0.6)
    assert row["optic_disc_width_mm"] == pytest.approx(1.2)
    assert row["optic_disc_area_mm2"] == pytest.approx(row["optic_disc_area_px"] * 0.0002)
    assert "optic_disc_height_mm" not in segment_picture(segmenter, photograph(), Outputs(), FOLDER).row


def test_nothing_that_names_a_patient_is_told_unless_it_is_asked_for(segmenter, photograph):
    picture = photograph(ImageLaterality="L")
    done = segment_picture(segmenter, picture, replace(ALL, masks=True, overlays=True), FOLDER)
    told = json.dumps(done.row).encode() + b"".join(content for _, content in done.files)
    for secret in SECRETS:
        assert secret.encode() not in told
    assert "patient" not in done.row
    assert "study" not in done.row
    assert "20240102" not in told.decode("latin1")
    assert done.row["eye_from"] != "file"


def test_identifiers_are_kept_when_that_is_asked_for(segmenter, photograph):
    row = segment_picture(segmenter, photograph(ImageLaterality="L"), Outputs(identifiers="keep"), FOLDER).row
    assert (row["patient"], row["study"]) == (SECRETS[1], "1.2.3.4")
    assert (row["eye"], row["eye_from"]) == ("left", "file")
    assert {column.name for column in columns(DISC_AND_CUP, identifiers=True)} >= {"patient", "study"}


def test_hashed_identifiers_are_equal_for_equal_patients_alone(segmenter, photograph):
    hashed = Outputs(identifiers="hash")
    require_dicom(hashed)
    same, also, other = (
        segment_picture(segmenter, picture, hashed, FOLDER).row["patient"]
        for picture in (photograph("a.dcm"), photograph("b.dcm"), photograph("c.dcm", PatientID="another"))
    )
    assert same == also != other
    assert len(str(same)) == 16
    assert SECRETS[1] not in str(same)


def test_a_hash_cannot_be_looked_up_without_the_key(home, monkeypatch):
    require_key()
    own = key_path().read_bytes()
    assert home in key_path().parents
    assert os.name == "nt" or key_path().stat().st_mode & 0o777 == 0o600
    require_key()
    assert key_path().read_bytes() == own
    assert pseudonym("patient", "1", own) != pseudonym("patient", "1", b"another key, also long")
    assert pseudonym("patient", "1", own) != pseudonym("study", "1", own)
    assert pseudonym("patient", "", own) == ""


def test_a_key_that_a_killed_program_left_empty_is_made(home):
    key_path().parent.mkdir(parents=True)
    key_path().write_bytes(b"")
    require_key()
    assert len(key_path().read_bytes()) == 64


def test_a_key_can_be_given(segmenter, photograph, monkeypatch):
    monkeypatch.setenv(VARIABLE, "a key for a whole study")
    require_dicom(Outputs(identifiers="hash"))
    assert not key_path().exists()
    row = segment_picture(segmenter, photograph(), Outputs(identifiers="hash"), FOLDER).row
    assert row["patient"] == pseudonym("patient", SECRETS[1], b"a key for a whole study")
    monkeypatch.setenv(VARIABLE, "short")
    with pytest.raises(UserError, match="shorter than 16 characters"):
        require_dicom(Outputs(identifiers="hash"))


def test_without_a_key_there_is_a_sentence(segmenter, photograph):
    with pytest.raises(UserError, match=VARIABLE):
        segment_picture(segmenter, photograph(), Outputs(identifiers="hash"), FOLDER)


def segmentation(picture, labels=DISC_AND_CUP, planes=None, *, who=False):
    content = dicom_segmentation(
        picture.path, mask() if planes is None else planes, labels, MODEL, who=who, page=picture.page
    )
    assert content is not None
    return highdicom.seg.segread(io.BytesIO(content))


def test_a_segmentation_holds_the_regions(segmenter, photograph):
    (written,) = segment_picture(segmenter, photograph("sub.dcm", PixelSpacing=[0.01, 0.02]), ALL, FOLDER).files
    assert written[0] == "dicom_seg/sub.dcm"
    read = highdicom.seg.segread(io.BytesIO(written[1]))
    np.testing.assert_array_equal(read.pixel_array.astype(bool), regions(mask(), DISC_AND_CUP))
    plain = pydicom.dcmread(io.BytesIO(written[1]))
    np.testing.assert_array_equal(plain.pixel_array.astype(bool), regions(mask(), DISC_AND_CUP))
    assert plain.SegmentationType == "BINARY"


def test_segments_say_what_they_are(photograph):
    disc, cup = segmentation(photograph()).SegmentSequence
    assert (disc.SegmentLabel, cup.SegmentLabel) == ("optic disc", "optic cup")
    kind = disc.SegmentedPropertyTypeCodeSequence[0]
    assert (kind.CodeValue, kind.CodingSchemeDesignator) == ("81016008", "SCT")
    assert cup.SegmentedPropertyTypeCodeSequence[0].CodeMeaning == "Optic cup"
    assert disc.SegmentAlgorithmType == "AUTOMATIC"
    assert disc.SegmentAlgorithmName == "model-007"


def test_labels_of_one_s_own_getsegment_codes_this_program(photograph):
    labels = LabelSet((Label(1, "Drüse \\ weich, a rather long name of a label", "#aa0000"), Label(2, "红", "#00aa00")))
    first, second = segmentation(photograph(), labels).SegmentSequence
    assert first.SegmentedPropertyTypeCodeSequence[0].CodingSchemeDesignator == "99UNETDESKTOP"
    assert first.SegmentLabel == "Drüse  weich, a rather long name of a label"
    assert second.SegmentLabel == "红"
    assert second.SegmentedPropertyTypeCodeSequence[0].CodeValue == "label-0eb7ee"


def test_a_segmentation_points_at_its_picture(photograph):
    read = segmentation(photograph())
    assert read.StudyInstanceUID == "1.2.3.4"
    (reference,) = read.SourceImageSequence
    assert (reference.ReferencedSOPInstanceUID, reference.ReferencedSOPClassUID) == ("1.2.3.4.5", OPHTHALMIC_8_BIT)
    assert read.ReferencedSeriesSequence[0].SeriesInstanceUID == "1.2.3.4.1"
    assert read.SeriesInstanceUID != "1.2.3.4.1"
    assert "ReferencedFrameNumber" not in reference


def test_each_frame_has_its_own_segmentation(photograph):
    first, second = (segmentation(photograph(page=page, frames=2)) for page in (0, 1))
    assert first.SOPInstanceUID != second.SOPInstanceUID
    for number, found in enumerate((first, second), 1):
        assert found.SourceImageSequence[0].ReferencedFrameNumber == number
        for frame in found.PerFrameFunctionalGroupsSequence:
            assert frame.DerivationImageSequence[0].SourceImageSequence[0].ReferencedFrameNumber == number
        instance = found.ReferencedSeriesSequence[0].ReferencedInstanceSequence[0]
        assert "ReferencedFrameNumber" not in instance, "the standard has none there"


@pytest.mark.parametrize(
    ("stated", "written"),
    [(["L", "F"], ["L", "F"]), (["AL", "FP"], ["AL", "FP"]), ([], None), ("L", None), (["UP", "DOWN"], None)],
)
def test_the_orientation_is_the_source_s_or_empty(photograph, stated, written):
    read = segmentation(photograph(PatientOrientation=stated))
    assert "PatientOrientation" in read
    assert (list(read.PatientOrientation) if read.PatientOrientation else None) == written


NAMES = st.lists(
    st.text(st.sampled_from("ab -_/Ä红\\\n"), min_size=1, max_size=90).filter(str.strip),
    min_size=1,
    max_size=6,
    unique_by=lambda name: name.strip().casefold().replace("_", " "),
)


@given(NAMES, st.booleans())
def test_no_two_segments_have_one_code_or_label(names, paired):
    pair = list(DISC_AND_CUP) if paired else []
    labels = LabelSet((*pair, *(Label(value, name, "#aa0000") for value, name in enumerate(names, 11))))
    codes = [kind for _, kind in segment_codes(labels).values()]
    assert len({value for value, _, _ in codes}) == len(labels)
    assert all(0 < len(value) <= 16 and "\\" not in value for value, _, _ in codes)


def test_long_names_with_one_beginning_have_their_own_codes_and_labels(photograph):
    labels = LabelSet(tuple(Label(value, "soft drusen " * 8 + str(value), "#aa0000") for value in (1, 2, 3)))
    segments = segmentation(photograph(), labels).SegmentSequence
    for values in (
        {segment.SegmentLabel for segment in segments},
        {segment.SegmentedPropertyTypeCodeSequence[0].CodeValue for segment in segments},
        {segment.SegmentedPropertyTypeCodeSequence[0].CodeMeaning for segment in segments},
        {segment.TrackingID for segment in segments},
    ):
        assert len(values) == 3


def test_a_label_has_the_same_code_in_all_label_sets():
    one, other = (LabelSet((*labels, Label(9, "Drusen", "#aa0000"))) for labels in ((), (Label(1, "x", "#000000"),)))
    assert segment_codes(one)["Drusen"] == segment_codes(other)["Drusen"]


def test_other_content_has_another_identifier(photograph):
    picture = photograph()
    renamed = LabelSet((Label(1, "optic disc", "#56b4e9", unique=True), Label(2, "pit", "#009e73")))
    found = (segmentation(picture), segmentation(picture, renamed), segmentation(picture, who=True))
    assert len({read.SOPInstanceUID for read in found}) == 3


VALIDATOR = shutil.which("dciodvfy")
MANY = LabelSet((Label(1, "drusen, soft and large", "#aa0000"), Label(2, "drusen, soft and larger", "#00aa00")))
PRIVATE = "Unrecognized defined term <99UNETDESKTOP>"
"""Of all codes of private schemes; there is no other code for the cup."""
DIRECTORY = "needed to build DICOMDIR - "


@pytest.mark.skipif(VALIDATOR is None, reason="dciodvfy is not installed (Debian: dicom3tools)")
@pytest.mark.parametrize("who", [True, False])
@pytest.mark.parametrize(
    ("labels", "page", "attributes"),
    [
        (DISC_AND_CUP, 0, {}),
        (DISC_AND_CUP, 0, {"frames": 3}),
        (DISC_AND_CUP, 2, {"frames": 3}),
        (MANY, 0, {"PatientOrientation": ["L", "F"], "PixelSpacing": [0.01, 0.02]}),
        (DISC_AND_CUP, 0, {"PatientOrientation": ["UP", "DOWN"], "PatientName": "Müller^Jürgen"}),
        (DISC_AND_CUP, 0, {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.2"}),
        (DISC_AND_CUP, 0, {"SOPClassUID": SecondaryCaptureImageStorage}),
    ],
)
def test_the_validator_finds_nothing(photograph, tmp_path, labels, page, attributes, who):
    picture = photograph(page=page, StudyID="7", SpecificCharacterSet="ISO_IR 100", **attributes)
    for values in (mask(), np.zeros((HEIGHT, WIDTH), np.uint8)):
        content = dicom_segmentation(picture.path, values, labels, MODEL, who=who, page=picture.page)
        (tmp_path / "seg.dcm").write_bytes(content)
        done = subprocess.run([VALIDATOR, str(tmp_path / "seg.dcm")], capture_output=True, text=True, check=False)
        said = [line for line in (done.stdout + done.stderr).splitlines() if PRIVATE not in line]
        if not who:  # patient and study are left empty on purpose, which only a DICOMDIR minds
            said = [line for line in said if DIRECTORY not in line]
        assert said == ["Segmentation"]
        assert done.returncode == 0


def test_other_kinds_of_dicom_picture_have_one_too(photograph):
    ct = "1.2.840.10008.5.1.4.1.1.2"
    for kind in (SecondaryCaptureImageStorage, ct):
        read = segmentation(photograph(SOPClassUID=kind))
        assert read.SourceImageSequence[0].ReferencedSOPClassUID == kind


def test_an_empty_region_is_an_empty_frame(photograph):
    read = segmentation(photograph(), planes=np.zeros((HEIGHT, WIDTH), np.uint8))
    assert read.pixel_array.shape == (2, HEIGHT, WIDTH)
    assert not read.pixel_array.any()


def test_the_same_bytes_at_any_time(photograph, monkeypatch):
    import datetime

    picture = photograph()
    first = dicom_segmentation(picture.path, mask(), DISC_AND_CUP, MODEL, who=False)

    class Later(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(2031, 5, 6, 7, 8, 9, tzinfo=tz)

    monkeypatch.setattr(sys.modules["highdicom.base"].datetime, "datetime", Later)
    assert dicom_segmentation(picture.path, mask(), DISC_AND_CUP, MODEL, who=False) == first
    other = dicom_segmentation(picture.path, mask(), DISC_AND_CUP, replace(MODEL, fingerprint="f" * 64), who=False)
    assert pydicom.dcmread(io.BytesIO(other)).SOPInstanceUID != pydicom.dcmread(io.BytesIO(first)).SOPInstanceUID


def test_patient_and_dates_go_with_it_only_when_they_are_kept(segmenter, photograph):
    picture = photograph(PatientName="Müller^Jürgen", SpecificCharacterSet="ISO_IR 100")
    ((_, content),) = segment_picture(segmenter, picture, replace(ALL, identifiers="keep"), FOLDER).files
    kept = pydicom.dcmread(io.BytesIO(content))
    assert (kept.PatientName, kept.PatientID, kept.StudyDate) == ("Müller^Jürgen", SECRETS[1], "20240102")
    assert (kept.ContentDate, kept.ContentTime) == ("20240102", "101113")
    without = segmentation(picture)
    assert (without.PatientName, without.PatientID, without.StudyDate) == ("", "", "")
    assert without.ContentDate == "19000101"


def test_what_is_no_dicom_file_has_none_and_loses_nothing(segmenter, tmp_path):
    path = tmp_path / "a.png"
    Pillow.fromarray(np.full((HEIGHT, WIDTH, 3), 120, np.uint8)).save(path)
    done = segment_picture(segmenter, Picture(path, 0, "a.png", "a"), replace(ALL, masks=True), FOLDER)
    assert [name for name, _ in done.files] == ["masks/a.png"]
    assert done.row["note"] == ""


def test_a_picture_that_does_not_say_which_it_is_has_none_and_loses_nothing(segmenter, photograph):
    done = segment_picture(segmenter, photograph(StudyInstanceUID=""), replace(ALL, masks=True), FOLDER)
    assert [name for name, _ in done.files] == ["masks/a.png"]
    assert "has no StudyInstanceUID" in str(done.row["note"])


def test_without_the_extra_a_run_does_not_start(monkeypatch):
    monkeypatch.setitem(sys.modules, "highdicom", None)
    with pytest.raises(UserError, match=r'pip install "unet-desktop\[dicom\]"'):
        require_dicom(ALL)
    require_dicom(Outputs())
