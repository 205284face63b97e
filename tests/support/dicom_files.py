"""DICOM photographs for tests, made from arrays."""

import io

import numpy as np
import pydicom
from PIL import Image as Pillow
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian, JPEGBaseline8Bit

OPHTHALMIC_8_BIT = "1.2.840.10008.5.1.4.1.1.77.1.5.1"
SECRETS = ("Doe^Jane", "PID-4711", "19501231", "ACC-0815")
"""What names a patient in each file."""


def colours(height=20, width=28):
    """(H, W, 3) uint8, different in each channel."""
    rows, columns = np.mgrid[0:height, 0:width]
    return np.stack([rows * 9, columns * 7, (rows + columns) * 4], axis=2).astype(np.uint8)


def dataset(values, **attributes):
    """An ophthalmic photograph of (H, W), (H, W, 3), or with frames as the first axis; attributes replace its own."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = attributes.pop("syntax", ExplicitVRLittleEndian)
    meta.MediaStorageSOPClassUID = OPHTHALMIC_8_BIT
    meta.MediaStorageSOPInstanceUID = "1.2.3.4.5"
    made = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    frames = attributes.pop("frames", None)
    colour = values.shape[-1] == 3 and values.ndim == (3 if frames is None else 4)
    made.update(
        {
            "SOPClassUID": OPHTHALMIC_8_BIT,
            "SOPInstanceUID": "1.2.3.4.5",
            "StudyInstanceUID": "1.2.3.4",
            "SeriesInstanceUID": "1.2.3.4.1",
            "PatientName": SECRETS[0],
            "PatientID": SECRETS[1],
            "PatientBirthDate": SECRETS[2],
            "PatientSex": "F",
            "AccessionNumber": SECRETS[3],
            "StudyID": "",
            "StudyDate": "20240102",
            "StudyTime": "101112",
            "ContentDate": "20240102",
            "ContentTime": "101113",
            "ReferringPhysicianName": "",
            "Modality": "OP",
            "SeriesNumber": 1,
            "InstanceNumber": 1,
            "Manufacturer": "Nobody",
            "SamplesPerPixel": 3 if colour else 1,
            "PhotometricInterpretation": "RGB" if colour else "MONOCHROME2",
            "Rows": values.shape[-3 if colour else -2],
            "Columns": values.shape[-2 if colour else -1],
            "BitsAllocated": values.dtype.itemsize * 8,
            "BitsStored": values.dtype.itemsize * 8,
            "HighBit": values.dtype.itemsize * 8 - 1,
            "PixelRepresentation": int(values.dtype.kind == "i"),
        }
    )
    if colour:
        made.PlanarConfiguration = 0
    if frames is not None:
        made.NumberOfFrames = frames
    made.PixelData = values.tobytes() + b"\0" * (values.nbytes % 2)
    made["PixelData"].VR = "OB" if values.dtype.itemsize == 1 else "OW"
    made.update(attributes)
    return made


def write(path, values, **attributes):
    """The file of `dataset`."""
    dataset(values, **attributes).save_as(path, enforce_file_format=True)
    return path


def write_compressed(path, values, syntax, **attributes):
    """The file of `dataset`, compressed by pydicom."""
    made = dataset(values, **attributes)
    made.compress(syntax, generate_instance_uid=False)
    made.save_as(path, enforce_file_format=True)
    return path


def write_jpeg(path, pixels, quality=95, subsampling=0, **attributes):
    """A JPEG inside of DICOM, as most cameras write; pixels (H, W, 3), or a list of them."""
    frames = pixels if isinstance(pixels, list) else [pixels]
    coded = []
    for frame in frames:
        file = io.BytesIO()
        Pillow.fromarray(frame).save(file, "JPEG", quality=quality, subsampling=subsampling)
        coded.append(file.getvalue())
    stated = {"PhotometricInterpretation": "YBR_FULL_422"} | attributes
    return write_coded(path, frames[0], coded, stated.pop("syntax", JPEGBaseline8Bit), **stated)


def write_coded(path, values, coded, syntax, **attributes):
    """The file of frames that were compressed already; (H, W) or (H, W, 3) values tell their form."""
    made = dataset(values, syntax=syntax)
    if len(coded) > 1:
        made.NumberOfFrames = len(coded)
    made.PixelData = encapsulate(coded)
    made["PixelData"].is_undefined_length = True
    made.update(attributes)
    made.save_as(path, enforce_file_format=True)
    return path


def local_test_files():
    """All files that pydicom brings in its own package; none is downloaded."""
    from pathlib import Path

    root = Path(pydicom.__file__).parent / "data"
    return sorted(path for path in root.rglob("*") if path.is_file() and path.suffix not in {".py", ".pyc", ".json"})
