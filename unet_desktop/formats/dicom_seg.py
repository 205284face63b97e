"""Write a DICOM segmentation of a DICOM photograph: one binary segment per region, with a reference to the picture.

Everything written depends only on picture, mask, model and versions: unique identifiers are hashes, and dates are the
source's or none. So resumed and repeated runs give the same bytes.
"""

from __future__ import annotations

import copy
import hashlib
import importlib
import io
import json
import re
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from unet_desktop import __version__
from unet_desktop.errors import ImageError, UserError
from unet_desktop.images.dicom_header import INSTALL, explain_errors, is_dicom, quiet_pydicom, read_attributes
from unet_desktop.labels import Label, LabelSet
from unet_desktop.links import open_to_read
from unet_desktop.masks.measure import cup_and_disc
from unet_desktop.masks.regions import Mask, regions

NO_DICOM = "DICOM segmentations are written only for DICOM files; the other pictures get none."
SUFFIX = ".dcm"

_NAMESPACE = uuid.UUID("6e0c6a0d-7c0e-5d0b-9c6e-2f6b1f3f6d51")
"""Namespace of the unique identifiers made here; it was drawn once and must never change."""
_REFERENCE = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID")
_PLAIN_IMAGE = "1.2.840.10008.5.1.4.1.1.7"
"""Secondary capture: declared as the source's class, so that highdicom requires no patient coordinates."""
_WHO = (
    "PatientID",
    "PatientName",
    "PatientBirthDate",
    "PatientSex",
    "AccessionNumber",
    "StudyID",
    "StudyDate",
    "StudyTime",
    "ReferringPhysicianName",
)
_WHEN = ("ContentDate", "ContentTime")
_UNKNOWN_TIME = ("19000101", "000000")  # the standard requires a date even if the source's must not be disclosed
_SERIES = 9001  # in its study; high, so that it clashes with none of the camera's
_OWN_CODES = "99UNETDESKTOP"
"""Coding scheme for structures missing from SNOMED CT (PS3.16 8.2: private schemes begin with 99)."""
_CODE_LENGTH = 16
_HASH_LENGTH = 6
_Codes = tuple[tuple[str, str, str], tuple[str, str, str]]
"""Category and type of a segment, each (value, scheme, meaning)."""


@dataclass(frozen=True, slots=True)
class SourceModel:
    """The model that made a mask, or proposed it to a person.

    Attributes:
        name: of the model; empty if there was none.
        fingerprint: of its weights.
        by: who made the mask: a program alone, a person on a program's proposal, or a person.
    """

    name: str = ""
    fingerprint: str = ""
    by: Literal["AUTOMATIC", "SEMIAUTOMATIC", "MANUAL"] = "AUTOMATIC"


def require_highdicom() -> None:
    """Check that DICOM segmentations can be written.

    Raises:
        UserError: highdicom is not installed.
    """
    try:
        quiet_pydicom()
        importlib.import_module("highdicom")
    except ModuleNotFoundError as error:
        raise UserError(f"DICOM segmentations cannot be written here. {INSTALL}") from error


def dicom_segmentation(
    path: Path, mask: Mask, labels: LabelSet, origin: SourceModel, *, who: bool, page: int = 0
) -> bytes | None:
    """The segmentation as the bytes of a file; None for pictures that are no DICOM.

    Args:
        path: of the picture that was segmented.
        mask: (H, W) uint8, of the picture's size.
        labels: of the mask.
        origin: the model.
        who: copy the attributes that name the patient, as an archive needs them; otherwise they are empty. Study,
            series and picture are referenced either way.
        page: of the file, from 0.

    Raises:
        ImageError: the picture has no unique identifiers, so nothing can refer to it.
    """
    if not is_dicom(path):
        return None
    with explain_errors(path):
        source = _read_source(path, page, mask, who=who)
        segmentation = _segmentation(source, mask, labels, origin, who=who)
        file = io.BytesIO()
        segmentation.save_as(file, enforce_file_format=True)
    return file.getvalue()


@dataclass(frozen=True, slots=True)
class _Source:
    """What a segmentation was made of.

    Attributes:
        dataset: the picture's for highdicom: one frame, without pixels and without what must not be disclosed. It also
            lacks the pixel size, which highdicom reads only together with a slice thickness; photographs have none.
        sop_class: of the picture.
        page: in the file, from 0.
        frame: number from 1 of the picture in its file; None if the file has no other.
        orientation: where the picture's rows and columns lead, such as ["L", "F"]; None if unknown.
    """

    dataset: Any
    sop_class: str
    page: int
    frame: int | None
    orientation: list[str] | None


def _read_source(path: Path, page: int, mask: Mask, *, who: bool) -> _Source:
    asked = (*_REFERENCE, "InstanceNumber", *((*_WHO, *_WHEN) if who else ()))
    with open_to_read(path) as file:
        found = read_attributes(file, path, (*asked, "SpecificCharacterSet", "NumberOfFrames", "PatientOrientation"))
    missing = [name for name in _REFERENCE if not found.get(name)]
    if missing:
        raise ImageError(f"{path} has no {missing[0]}, so no DICOM segmentation can point at it.")
    source = quiet_pydicom().Dataset()
    for name in asked:
        if name in found:
            setattr(source, name, found[name].value)
    for name in _WHO:
        if name not in source:
            setattr(source, name, "")
    source.Rows, source.Columns = mask.shape
    source.SOPClassUID = _PLAIN_IMAGE
    frame = page + 1 if int(found.get("NumberOfFrames") or 1) > 1 else None
    return _Source(source, found.SOPClassUID, page, frame, _orientation(found))


def _orientation(found: Any) -> list[str] | None:
    """Where rows and columns of a picture lead, if the file says so as the standard asks (PS3.3 C.7.6.1.1.1)."""
    value = found.get("PatientOrientation")
    ends = [] if value is None else [str(value)] if isinstance(value, str) else [str(end) for end in value]
    return ends if len(ends) == 2 and all(re.fullmatch("[LRAPHF]{1,3}", end) for end in ends) else None


def _segmentation(image: _Source, mask: Mask, labels: LabelSet, origin: SourceModel, *, who: bool) -> Any:
    highdicom = importlib.import_module("highdicom")
    source, page = image.dataset, image.page
    planes = regions(mask, labels)
    # One identifier for one content: of the mask, and of what is said about it.
    said = [labels.to_json(), who, __version__, *([] if origin.by == "AUTOMATIC" else [origin.by])]
    content = hashlib.sha256(planes.tobytes() + json.dumps(said).encode()).hexdigest()
    instance = _uid(source.SOPInstanceUID, page, origin.fingerprint, content)
    codes = segment_codes(labels)
    date, time = source.get("ContentDate"), source.get("ContentTime")
    if not date:
        date, time = _UNKNOWN_TIME
    found = highdicom.seg.Segmentation(
        source_images=[source],
        pixel_array=planes.transpose(1, 2, 0)[None],
        segmentation_type="BINARY",
        segment_descriptions=[
            _describe_segment(number, label, codes[label.name], origin, instance)
            for number, label in enumerate(labels, 1)
        ],
        series_instance_uid=_uid(source.SeriesInstanceUID, origin.fingerprint or origin.by),
        series_number=_SERIES,
        sop_instance_uid=instance,
        instance_number=max(int(source.get("InstanceNumber") or 1), 1) + page,
        manufacturer="U-Net Desktop",
        manufacturer_model_name="U-Net Desktop",
        software_versions=__version__,
        device_serial_number=origin.fingerprint[:16] or "none",
        content_description=_describe_content(origin),
        content_label="REGIONS",
        content_date=date,
        content_time=time or _UNKNOWN_TIME[1],
        series_description="U-Net Desktop",
        specific_character_set="ISO_IR 192",
        omit_empty_frames=False,
    )
    found.PatientOrientation = image.orientation
    _make_reproducible(found, instance)
    _refer_to(found, image)
    return found


def _describe_content(origin: SourceModel) -> str:
    if origin.by == "AUTOMATIC":
        return f"Regions found by {_short(origin.name, 40)}"
    return "Regions corrected by a person" if origin.by == "SEMIAUTOMATIC" else "Regions drawn by a person"


def _describe_segment(number: int, label: Label, codes: _Codes, origin: SourceModel, instance: str) -> Any:
    highdicom = importlib.import_module("highdicom")
    code = highdicom.sr.CodedConcept
    category, kind = codes
    algorithm = highdicom.AlgorithmIdentificationSequence(
        name=_short(origin.name, 64),
        family=code("123110", "DCM", "Artificial Intelligence"),
        version=origin.fingerprint[:16] or "none",
        source="U-Net Desktop",
    )
    return highdicom.seg.SegmentDescription(
        segment_number=number,
        segment_label=_short(label.name, 64),
        segmented_property_category=code(*category),
        segmented_property_type=code(*kind),
        algorithm_type=origin.by,
        algorithm_identification=None if origin.by == "MANUAL" else algorithm,
        tracking_uid=_uid(instance, number),
        tracking_id=_short(f"{label.name} {number}", 64),
        display_color=highdicom.color.CIELabColor.from_rgb(*bytes.fromhex(label.colour[1:])),
    )


def segment_codes(labels: LabelSet) -> dict[str, _Codes]:
    """Category and type of each label, by name.

    The disc is "Optic nerve head" of CID 4209. SNOMED CT has the optic cup as a finding and as a measurement but not as
    a body structure, and DICOM codes only its sizes (CID 4281); so the cup and other labels get codes of this program.
    No two labels of a set have the same code.
    """
    anatomy = ("91723000", "SCT", "Anatomical Structure")
    cup, disc = cup_and_disc(labels) or (None, None)
    codes: dict[str, _Codes] = {}
    if disc is not None:
        codes[disc.name] = anatomy, ("81016008", "SCT", "Optic nerve head")
    if cup is not None:
        codes[cup.name] = anatomy, ("optic-cup", _OWN_CODES, "Optic cup")
    for label in labels:
        if label.name not in codes:
            taken = {kind[0] for _, kind in codes.values()}
            value = _code_value(label.name)
            value = _hashed_code(label.name) if value in taken else value
            kind = (value, _OWN_CODES, _short(label.name, 64))
            codes[label.name] = ("309825002", "SCT", "Spatial and Relational Concept"), kind
    return codes


def _code_value(name: str) -> str:
    """A label's code, the same in all label sets: its name if that is short and plain, otherwise with a hash."""
    plain = name.casefold().replace("_", " ").strip()
    fits = len(plain) <= _CODE_LENGTH and re.fullmatch("[a-z0-9]+( [a-z0-9]+)*", plain)
    return plain.replace(" ", "-") if fits else _hashed_code(name)


def _hashed_code(name: str) -> str:
    readable = re.sub("[^a-z0-9]+", "-", name.casefold())[: _CODE_LENGTH - _HASH_LENGTH - 1].strip("-") or "label"
    return f"{readable}-{_hash(name)}"


def _refer_to(found: Any, source: _Source) -> None:
    """Name the source's own class, and its frame where there are several; highdicom was given a plain image."""
    for series in found.ReferencedSeriesSequence:
        # highdicom uses one object here and there, but a frame number may only be there.
        series.ReferencedInstanceSequence = copy.deepcopy(series.ReferencedInstanceSequence)

    def fix(_dataset: Any, element: Any) -> None:
        if element.keyword == "ReferencedSOPClassUID":
            element.value = source.sop_class
        elif element.keyword == "SourceImageSequence" and source.frame is not None:
            for item in element.value:
                item.ReferencedFrameNumber = source.frame

    found.walk(fix)


def _make_reproducible(found: Any, instance: str) -> None:
    """Replace times and random identifiers that highdicom wrote."""
    found.InstanceCreationDate, found.InstanceCreationTime = found.ContentDate, found.ContentTime
    for equipment in found.get("ContributingEquipmentSequence") or ():
        del equipment.ContributionDateTime
    organization = _uid(instance, "dimensions")

    def fix(_dataset: Any, element: Any) -> None:
        if element.keyword == "DimensionOrganizationUID":
            element.value = organization

    found.walk(fix)


def _uid(*parts: object) -> str:
    """A unique identifier derived from these parts (PS3.5 B.2: 2.25 and the number of a UUID)."""
    return f"2.25.{uuid.uuid5(_NAMESPACE, '|'.join(str(part) for part in parts)).int}"


def _short(text: str, most: int) -> str:
    """Text as DICOM's LO and LT allow it: no backslash, no control character; if it was cut, it ends in a hash."""
    plain = "".join(character for character in text if character.isprintable() and character != "\\") or "model"
    return plain if len(plain) <= most else f"{plain[: most - _HASH_LENGTH - 1]}~{_hash(text)}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_LENGTH]
