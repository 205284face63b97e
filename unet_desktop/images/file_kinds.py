"""File kinds: what a file is by its content, whatever its name says; also of kinds that this program does not read."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from unet_desktop.images.tiff_header import is_tiff
from unet_desktop.json_data import DataError, parse
from unet_desktop.links import open_to_read

_START = 1 << 18
"""Bytes of a file that are looked at."""
_MAGIC = (
    (b"NRRD", "NRRD"),
    (b"\x93NUMPY", "a NumPy array (npy)"),
    (b"\x89HDF\r\n", "HDF5"),
    (b"MATLAB 5.0", "a MATLAB file"),
    (b"Iout", "ImageJ regions (ROI)"),
    (b"8BPS", "a Photoshop picture (PSD)"),
    (b"gimp xcf", "a GIMP picture (XCF)"),
    (b"SIMPLE  =", "FITS"),
    (b"# vtk DataFile", "VTK"),
    (b"\x76\x2f\x31\x01", "OpenEXR"),
    (b"%PDF", "PDF"),
    (b"PAR1", "a Parquet table"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x80\x04\x95", "a Python pickle"),
    (b"\x80\x05\x95", "a Python pickle"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\x00\x00\x00\x0cJXL ", "JPEG XL"),
)
_PICTURES = (
    b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"\x00\x00\x00\x0cjP  ", b"\xff\x4f\xff\x51",
)  # fmt: skip
_POINT = re.compile(r"\s*-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?:\s*[,;]\s*|\s+)-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?\s*")
LABEL_STUDIO = "a Label Studio export"
_NIFTI = (b"n+1\0", b"ni1\0", b"n+2\0")

ZIP_ERRORS = (BadZipFile, OSError, ValueError, NotImplementedError, EOFError, IndexError, struct.error)
"""What opening a damaged ZIP file raises."""


def is_picture(path: Path) -> bool:
    """Whether a file begins as a picture of the kinds that are read does."""
    start = _read_start(path, 64)
    if start.startswith(_PICTURES) or (start[:4] == b"RIFF" and start[8:12] == b"WEBP"):
        return True
    if start[:2] == b"BM":
        return start[6:10] == bytes(4)
    if start[4:8] == b"ftyp":
        return start[8:12] in {b"avif", b"avis"}
    return re.match(rb"P[1-6]\s", start) is not None or is_tiff(start[:4])


def name_kind(path: Path) -> str | None:
    """What a file that is no picture is: "COCO annotations", "NIfTI"; None if that is unknown."""
    start = _read_start(path, _START)
    for magic, name in _MAGIC:
        if start.startswith(magic):
            return name
    if start.startswith(b"\x1f\x8b"):
        return "NIfTI (compressed)" if _is_nifti(_inflate(start)) else "a compressed file (gzip)"
    if _is_nifti(start):
        return "NIfTI"
    if start.startswith(b"PK\x03\x04"):
        return _name_archive(path)
    if start[4:8] == b"ftyp" and start[8:12] in {b"heic", b"heix", b"mif1", b"msf1", b"hevc"}:
        return "HEIC"
    return _name_text(path, start)


def _read_start(path: Path, count: int) -> bytes:
    try:
        with open_to_read(path) as file:
            return file.read(count) or b""  # None of an empty pipe
    except OSError:
        return b""


def _is_nifti(start: bytes) -> bool:
    return start[344:348] in _NIFTI or start[4:8] in _NIFTI


def _inflate(start: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(start, 1024)
    except zlib.error:
        return b""


def _name_archive(path: Path) -> str:
    try:
        with ZipFile(path) as archive:
            names = archive.namelist()[:100]
    except ZIP_ERRORS:
        return "a ZIP archive"
    if names and all(name.endswith(".npy") for name in names):
        return "NumPy arrays (npz)"
    if names and all(name.endswith(".roi") for name in names):
        return "ImageJ regions (ROI archive)"
    if "mergedimage.png" in names or "stack.xml" in names:
        return "an OpenRaster or Krita picture"
    return "a ZIP archive"


def _name_text(path: Path, start: bytes) -> str | None:
    try:
        text = start.decode("utf-8-sig", "strict" if len(start) < _START else "ignore").strip()
    except UnicodeDecodeError:
        return None
    if text.startswith(("{", "[")):
        return _name_json(path, text)
    if text.startswith("<"):
        return _name_xml(text)
    if re.match(r"(?:ObjectType|NDims)\s*=", text):
        return "MetaImage"
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    if lines and re.match(r"(?i)image_?id\s*,\s*(?:class_?id\s*,\s*)?encoded_?pixels", lines[0]):
        return "a table of run lengths (CSV)"
    whole = lines if len(start) < _START and len(lines) < 50 else lines[:-1]
    if whole and all(_is_yolo(line) for line in whole):
        return "YOLO annotations"
    if len(whole) > 2 and all(_POINT.fullmatch(line) for line in whole):
        return "the points of a contour, as text"
    return None


def _is_yolo(line: str) -> bool:
    number, *places = line.split()
    if not number.isdecimal() or len(places) < 4:
        return False
    return all(re.fullmatch(r"(?:0|1|0?\.\d+|0\.\d+|1\.0+)(?:e-\d+)?", place) for place in places)


def _name_json(path: Path, text: str) -> str | None:
    try:
        data = parse(text)
    except DataError:  # the rest was not read, or there is an object in each line
        data = None
    if isinstance(data, dict):
        return _name_object(data)
    if isinstance(data, list):
        first = data[0] if data and isinstance(data[0], dict) else {}
        return _name_object(first, of_list=True)
    if path.stat().st_size < _START and not text.startswith("{"):
        return None
    return _name_object(dict.fromkeys(re.findall(r'"(\w+)"\s*:', text)), of_list=text.startswith("["))


def _name_object(data: Mapping[str, object], *, of_list: bool = False) -> str | None:
    """The format of a JSON file by the keys of its object, or of the first object of its list."""
    keys = data.keys()
    kind = data.get("type")
    info = data.get("info")
    if kind in {"FeatureCollection", "Feature"} or {"type", "features"} <= keys or {"geometry", "properties"} <= keys:
        return "GeoJSON"
    if of_list and {"annotations", "image"} <= keys:
        return "CreateML annotations"
    if of_list and {"segmentation", "category_id"} <= keys:
        return "COCO annotations"
    if of_list and keys & {"annotations", "completions", "result", "file_upload"} and "data" in keys:
        return LABEL_STUDIO
    if {"images", "annotations"} <= keys or {"images", "categories"} <= keys or {"images", "file_name"} <= keys:
        return "COCO annotations"
    if "annotations" in keys and keys & {"image_id", "category_id"} and not of_list:  # the images stand behind these
        return "COCO annotations"
    if "shapes" in keys and keys & {"imagePath", "imageData", "imageHeight", "shape_type"}:
        return "labelme annotations"
    if "objects" in keys and (info is None or isinstance(info, dict)) and "info" in keys:
        return "ISAT annotations"
    if keys & {"_via_img_metadata", "_via_settings"} or any(
        isinstance(value, dict) and {"filename", "regions"} <= value.keys() for value in data.values()
    ):
        return "VGG Image Annotator annotations"
    if {"objects", "size"} <= keys:
        return "Supervisely annotations"
    if "data_row" in keys:
        return "a Labelbox export"
    if {"items", "categories"} <= keys:
        return "Datumaro annotations"
    return None


def _name_xml(text: str) -> str | None:
    root = re.search(r"<([A-Za-z_][\w.:-]*)", re.sub(r"<[?!][^>]*>", "", text[:4096]))
    if root is None:
        return None
    name = root[1]
    if name == "annotation":
        return "Pascal VOC annotations"
    if name == "annotations":
        return "CVAT annotations of a video" if re.search(r"<track\b", text) else "CVAT annotations"
    named = {"ASAP_Annotations": "ASAP annotations", "Annotations": "Aperio annotations", "svg": "SVG", "html": "HTML"}
    return named.get(name)
