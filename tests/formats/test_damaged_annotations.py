"""Damaged annotations: one sentence, whatever field is wrong."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import struct
import zipfile
import zlib

import nrrd
import numpy as np
import pydicom
import pytest
from foreign_annotations import label_studio, two_discs

from unet_desktop.errors import MaskError
from unet_desktop.formats.coco import COCO_FORMAT
from unet_desktop.formats.cvat import CVAT_FORMAT
from unet_desktop.formats.dicom_seg_reader import look_at_segmentation
from unet_desktop.formats.geojson import GEOJSON_FORMAT
from unet_desktop.formats.label_studio import LABEL_STUDIO_FORMAT
from unet_desktop.formats.matlab import read_matrix
from unet_desktop.formats.nrrd import read_nrrd
from unet_desktop.formats.numpy_arrays import has_labels, read_npz
from unet_desktop.formats.recognise import find_annotation_files
from unet_desktop.formats.yolo import YOLO_FORMAT

SQUARE = [1, 1, 4, 1, 4, 4, 1, 4]


def read_all(reader, path):
    return [shape.shape.cover((6, 6)) for entry in reader.look(path) for shape in reader.read(entry).drawn]


def coco(**fields):
    annotation = {"id": 1, "image_id": 1, "category_id": 1, "segmentation": [SQUARE]} | fields
    images = [{"id": 1, "file_name": "a.png", "height": 6, "width": 6}]
    return {"images": images, "annotations": [annotation], "categories": [{"id": 1, "name": "disc"}]}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"category_id": 1 << 63}, "whole number"),
        ({"segmentation": {"size": [6, 6], "counts": [1 << 52] * 4096 + [36]}}, "do not add up"),
    ],
)
def test_coco_numbers_beyond_64_bits(tmp_path, fields, said):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(coco(**fields)))
    with pytest.raises(MaskError, match=said):
        read_all(COCO_FORMAT, path)


def test_run_lengths_of_cvat_whose_sum_overflows(tmp_path):
    counts = ",".join(map(str, [1 << 62] * 4 + [36]))
    mask = f'<mask label="disc" left="0" top="0" width="6" height="6" rle="{counts}"/>'
    path = tmp_path / "a.xml"
    path.write_text(f'<annotations><image name="a.png" width="6" height="6">{mask}</image></annotations>')
    with pytest.raises(MaskError, match="do not add up"):
        read_all(CVAT_FORMAT, path)


def test_a_picture_of_cvat_with_thousands_of_digits_has_no_size(tmp_path):
    path = tmp_path / "a.xml"
    path.write_text(f'<annotations><image name="a.png" width="{"9" * 5000}" height="6"></image></annotations>')
    with pytest.raises(MaskError, match="has no size"):
        read_all(CVAT_FORMAT, path)


def test_geometries_that_are_too_deep_are_not_passed_over(tmp_path):
    geometry: dict[str, object] = {"type": "Polygon", "coordinates": [[[1, 1], [4, 1], [4, 4], [1, 1]]]}
    for _ in range(10):
        geometry = {"type": "GeometryCollection", "geometries": [geometry]}
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "Feature", "geometry": geometry, "properties": {"label": "disc"}}))
    with pytest.raises(MaskError, match="levels deep"):
        read_all(GEOJSON_FORMAT, path)


def test_a_note_of_label_studio_is_not_the_picture(tmp_path):
    (task,) = label_studio({"eye1.png": two_discs()})
    task["data"] = {"note": "Seen by Mr. X [twice].", **task["data"]}
    path = tmp_path / "a.json"
    path.write_text(json.dumps([task]))
    (entry,) = LABEL_STUDIO_FORMAT.look(path)
    assert entry.picture == "eye1.png"


def test_names_of_classes_are_read_again_when_they_change(tmp_path):
    (tmp_path / "eye1.txt").write_text("0 0.1 0.1 0.9 0.1 0.9 0.9\n")
    (entry,) = YOLO_FORMAT.look(tmp_path / "eye1.txt")
    assert entry.labels == {"class 0"}
    for name in ("disc", "optic cup"):
        (tmp_path / "data.yaml").write_text(f"names: [{name}]\n")
        (entry,) = YOLO_FORMAT.look(tmp_path / "eye1.txt")
        assert entry.labels == {name}


def test_a_dicom_segmentation_without_a_size(tmp_path):
    found = pydicom.Dataset()
    found.SOPClassUID = "1.2.840.10008.5.1.4.1.1.66.4"
    found.file_meta = pydicom.dataset.FileMetaDataset()
    found.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    found.save_as(tmp_path / "a.dcm", enforce_file_format=False)
    content = (tmp_path / "a.dcm").read_bytes()
    if content[128:132] != b"DICM":
        (tmp_path / "a.dcm").write_bytes(bytes(128) + b"DICM" + content)
    with pytest.raises(MaskError, match="damaged"):
        list(look_at_segmentation(tmp_path / "a.dcm"))


def matlab(*elements):
    body = b"".join(struct.pack("<II", kind, len(data)) + data for kind, data in elements)
    return b"MATLAB 5.0".ljust(124, b" ") + b"\0\1IM" + body


def test_a_matlab_file_whose_matrix_ends_early(tmp_path):
    flags = struct.pack("<IIII", 6, 8, 9, 0)
    (tmp_path / "a.mat").write_bytes(matlab((14, flags)))
    with pytest.raises(MaskError, match="damaged"):
        read_matrix(tmp_path / "a.mat", "mask")


def test_a_matlab_file_that_is_packed_again_and_again(tmp_path):
    data = b""
    for _ in range(2000):
        data = zlib.compress(struct.pack("<II", 15, len(data)) + data)
    (tmp_path / "a.mat").write_bytes(matlab((15, data)))
    with pytest.raises(MaskError, match="damaged"):
        read_matrix(tmp_path / "a.mat", "mask")


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_an_archive_of_arrays_whose_middle_is_damaged(tmp_path, compression):
    array, archive = io.BytesIO(), io.BytesIO()
    np.save(array, np.random.default_rng(0).integers(0, 3, (60, 80), np.uint8))
    with zipfile.ZipFile(archive, "w", compression) as file:
        file.writestr("mask.npy", array.getvalue())
    whole = archive.getvalue()
    for at in range(40, 400, 30):
        (tmp_path / "a.npz").write_bytes(whole[:at] + bytes(30) + whole[at + 30 :])
        with pytest.raises(MaskError):
            read_npz(tmp_path / "a.npz")


def test_a_zip_file_of_another_version_is_recognised_as_one(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, disc=np.zeros((6, 6), np.uint8), cup=np.zeros((6, 6), np.uint8))
    content = bytearray(path.read_bytes())
    content[content.rindex(b"PK\1\2") + 6] = 190  # version needed to extract
    path.write_bytes(content)
    (found,) = find_annotation_files(path)
    assert "unpack it" in found.problem
    assert not has_labels(path)


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("bzip2", bz2.compress)])
def test_an_nrrd_that_unpacks_to_more_than_it_says_is_not_unpacked(tmp_path, monkeypatch, encoding, pack):
    header = f"NRRD0004\ntype: uint8\ndimension: 2\nsizes: 8 6\nencoding: {encoding}\n\n"
    (tmp_path / "whole.nrrd").write_bytes(header.encode() + pack(bytes(range(48))))
    assert np.array_equal(read_nrrd(tmp_path / "whole.nrrd").ravel(), range(48))
    (tmp_path / "bomb.nrrd").write_bytes(header.encode() + pack(bytes(2 << 20)))
    monkeypatch.setattr(nrrd, "read_data", None)
    with pytest.raises(MaskError, match="larger than its header says"):
        read_nrrd(tmp_path / "bomb.nrrd")
