"""Files are told by their content: pictures whatever their names are, and kinds that are not read by their names."""

from __future__ import annotations

import gzip
import io
import json
import zipfile

import numpy as np
import pytest
import tifffile
from PIL import Image as Pillow

from unet_desktop.errors import ImageError, MaskError
from unet_desktop.images.file_kinds import is_picture, name_kind
from unet_desktop.images.listing import find_images, list_others
from unet_desktop.images.read import read_image
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.mask_content import read_content
from unet_desktop.masks.pairs import find_pairs

NIFTI = (348).to_bytes(4, "little") + bytes(340) + b"n+1\0"
BOX = {"points": [[1, 2], [3, 4]]}


def archive(*names: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as opened:
        for name in names:
            opened.writestr(name, b"")
    return data.getvalue()


def text(data: object) -> bytes:
    return json.dumps(data).encode()


KINDS = [
    ("COCO annotations", text({"images": [], "annotations": [], "categories": []})),
    ("COCO annotations", b'{"info": {}, "images": [' + b'{"id": 1, "file_name": "a.jpg"}, ' * 9000 + b"{}],"
     b' "annotations": [{"segmentation": []}]}'),
    ("COCO annotations", text([{"image_id": 1, "category_id": 1, "segmentation": {"size": [2, 3], "counts": "a"}}])),
    ("labelme annotations", text({"version": "5", "shapes": [BOX], "imagePath": "a.jpg", "imageData": None})),
    ("GeoJSON", text({"type": "FeatureCollection", "features": []})),
    ("GeoJSON", text([{"type": "Feature", "geometry": None, "properties": {}}])),
    ("a Label Studio export", text([{"id": 1, "data": {"image": "a.jpg"}, "annotations": []}])),
    ("ISAT annotations", text({"info": {"description": "ISAT"}, "objects": []})),
    ("VGG Image Annotator annotations", text({"a.jpg12": {"filename": "a.jpg", "regions": []}})),
    ("Supervisely annotations", text({"size": {"height": 2}, "objects": []})),
    ("CVAT annotations", b'<?xml version="1.0"?>\n<annotations><image id="0" name="a.jpg"/></annotations>'),
    ("CVAT annotations of a video", b"<annotations><meta/><track id='0'></track></annotations>"),
    ("Pascal VOC annotations", b"<annotation><filename>a.jpg</filename><object/></annotation>"),
    ("SVG", b"<!-- a drawing --><svg xmlns='http://www.w3.org/2000/svg'/>"),
    ("YOLO annotations", b"0 0.5 0.5 0.25 0.25\n1 0.1 0.1 0.2 0.1 0.2 0.2\n"),
    ("the points of a contour, as text", b"10 20\n11.5 21\n12 22e0\n"),
    ("a table of run lengths (CSV)", b"ImageId,EncodedPixels\na.jpg,1 3\n"),
    ("NIfTI", NIFTI),
    ("NIfTI (compressed)", gzip.compress(NIFTI + bytes(5000), mtime=0)),
    ("a compressed file (gzip)", gzip.compress(b"text", mtime=0)),
    ("NRRD", b"NRRD0005\ntype: uint8\n"),
    ("MetaImage", b"ObjectType = Image\nNDims = 2\n"),
    ("a NumPy array (npy)", b"\x93NUMPY\x01\x00"),
    ("NumPy arrays (npz)", archive("a.npy", "b.npy")),
    ("ImageJ regions (ROI archive)", archive("0001.roi")),
    ("a ZIP archive", archive("a.png")),
    ("HDF5", b"\x89HDF\r\n\x1a\n"),
    (None, b"notes on the pictures\n"),
    (None, b"1;2;3\n4;5;6\n"),
    (None, b""),
    (None, b"{broken"),
    (None, b"[1, 2, 3]"),
    (None, b"\xff\xfe\x00"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "content"), KINDS)
def test_kinds_are_named_by_content_and_never_taken_for_pictures(tmp_path, kind, content):
    path = tmp_path / "a.mask"
    path.write_bytes(content)
    assert name_kind(path) == kind
    assert not is_picture(path)
    if kind is not None:
        with pytest.raises(MaskError, match=r"which this program does not read\. Save it as PNG") as caught:
            read_content(path)
        assert f"a.mask is {kind}, " in str(caught.value)
        with pytest.raises(ImageError, match="not an image that this program can read"):
            read_image(path)


@pytest.mark.parametrize("name", ["a", "a.jpeg_large", "a.png~", "a.svs"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "WEBP", "PPM", "JPEG2000", "TIFF", "AVIF"])
def test_pictures_are_found_whatever_their_suffix(tmp_path, name, kind):
    Pillow.new("RGB", (20, 20), "red").save(tmp_path / name, kind)
    (tmp_path / "other.xyz").write_bytes(b"no picture")
    assert find_images(tmp_path) == [tmp_path / name]
    assert list_others(tmp_path) == ([tmp_path / "other.xyz"], [])


def test_the_thumbnail_of_a_raw_file_is_not_the_picture(tmp_path):
    tifffile.imwrite(tmp_path / "a.nef", np.zeros((12, 16, 3), np.uint8), photometric="rgb", subfiletype=1)
    with pytest.raises(ImageError, match="only a smaller copy of its picture, as cameras' raw files have"):
        read_image(tmp_path / "a.nef")


def test_a_folder_of_annotations_is_refused_by_their_names(tmp_path, write_picture):
    write_picture(tmp_path / "in" / "a.jpg")
    (tmp_path / "masks").mkdir()
    (tmp_path / "masks" / "x.json").write_bytes(KINDS[0][1])
    with pytest.raises(ImageError, match=r"x\.json is COCO annotations\. This program does not read that yet"):
        find_pairs(tmp_path / "in", tmp_path / "masks", DISC_AND_CUP)


def test_dicom_is_no_mask(tmp_path):
    (tmp_path / "a.dcm").write_bytes(bytes(128) + b"DICM")
    with pytest.raises(MaskError, match="is DICOM, which this program does not read as a mask"):
        read_content(tmp_path / "a.dcm")
