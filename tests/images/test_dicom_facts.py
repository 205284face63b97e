import pydicom
import pytest
from dicom_files import SECRETS, colours, local_test_files, write

from unet_desktop.errors import ImageError
from unet_desktop.images.dicom_facts import Facts, Identity, read_facts, read_identity
from unet_desktop.images.laterality import Eye


def grouped(**sequences):
    """A functional group that holds one item of each of these sequences."""
    group = pydicom.Dataset()
    for name, values in sequences.items():
        item = pydicom.Dataset()
        item.update(values)
        setattr(group, name, [item])
    return group


def test_rows_come_first(tmp_path):
    path = write(tmp_path / "a.dcm", colours(), PixelSpacing=[0.005, 0.006])
    assert read_facts(path) == Facts(spacing=(0.005, 0.006))


def test_the_size_of_a_sensor_s_or_a_film_s_pixel_is_none_of_the_retina_s(tmp_path):
    attributes = {"ImagerPixelSpacing": [0.005, 0.005], "NominalScannedPixelSpacing": [0.1, 0.1]}
    assert read_facts(write(tmp_path / "a.dcm", colours(), **attributes)) == Facts()


@pytest.mark.parametrize("spacing", [[0, 0.1], [-0.1, 0.1], [0.1], ["1e400", 0.1], ["nan", 0.1], None, ""])
def test_spacings_of_nonsense_are_none(tmp_path, spacing):
    path = write(tmp_path / "a.dcm", colours(), PixelSpacing=[1, 1])
    made = pydicom.dcmread(path)
    with pydicom.config.disable_value_validation():
        made.PixelSpacing = spacing
        made.save_as(path)
    assert read_facts(path).spacing is None


@pytest.mark.parametrize(
    ("attributes", "eye"),
    [
        ({}, Eye.UNKNOWN),
        ({"ImageLaterality": "R"}, Eye.RIGHT),
        ({"ImageLaterality": "L", "Laterality": "R"}, Eye.LEFT),
        ({"Laterality": "L"}, Eye.LEFT),
        ({"ImageLaterality": "B"}, Eye.UNKNOWN),
        ({"ImageLaterality": "U"}, Eye.UNKNOWN),
    ],
)
def test_the_eye(tmp_path, attributes, eye):
    assert read_facts(write(tmp_path / "a.dcm", colours(), **attributes)).eye is eye


def test_each_frame_has_its_own(tmp_path):
    frames = [
        grouped(FrameAnatomySequence={"FrameLaterality": side}, PixelMeasuresSequence={"PixelSpacing": [size, size]})
        for side, size in (("R", 0.004), ("L", 0.008))
    ]
    shared = [grouped(PixelMeasuresSequence={"PixelSpacing": [1, 1]})]
    path = write(
        tmp_path / "a.dcm",
        colours()[None].repeat(2, axis=0),
        frames=2,
        SharedFunctionalGroupsSequence=shared,
        PerFrameFunctionalGroupsSequence=frames,
    )
    assert read_facts(path, 0) == Facts(Eye.RIGHT, (0.004, 0.004))
    assert read_facts(path, 1) == Facts(Eye.LEFT, (0.008, 0.008))
    assert read_facts(path, 7).spacing == (1.0, 1.0)


def test_whose_it_is(tmp_path):
    assert read_identity(write(tmp_path / "a.dcm", colours())) == Identity(SECRETS[1], "1.2.3.4")
    issued = write(tmp_path / "b.dcm", colours(), IssuerOfPatientID="Ward")
    assert read_identity(issued).patient == f"Ward/{SECRETS[1]}"
    assert read_identity(write(tmp_path / "c.dcm", colours(), PatientID="", StudyInstanceUID="")) == Identity()


def test_other_pictures_say_nothing(tmp_path, write_picture):
    path = write_picture(tmp_path / "a.png")
    assert read_facts(path) == Facts()
    assert read_identity(path) == Identity()


def test_pydicoms_own_test_files_say_something_or_a_sentence():
    said = 0
    for path in local_test_files():
        for function in (read_facts, read_identity):
            try:
                said += function(path) not in (Facts(), Identity())
            except ImageError as error:
                sentence = str(error)
                if str(path) not in sentence:
                    pytest.fail(sentence)
    assert said > 150
