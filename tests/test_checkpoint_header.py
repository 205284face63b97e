from __future__ import annotations

import json
import struct
from dataclasses import replace

import pytest

from unet_desktop.checkpoint_header import FORMAT, CheckpointHeader, read_header
from unet_desktop.errors import CheckpointError
from unet_desktop.labels import DISC_AND_CUP

HEADER = CheckpointHeader(
    labels=DISC_AND_CUP,
    networks={"segment": {"kind": "unet", "widths": [8, 16]}},
    preset="fast",
    training={"epochs": 3},
    metrics={"dice/optic disc": 0.96},
    data={"train": ["a", "b"], "fingerprint": "00ff"},
    versions={"torch": "2.13.0"},
    created="2026-01-02T03:04:05+00:00",
    weights_sha256="ab" * 32,
)


def write_file(path, metadata, rest=b"weights"):
    text = json.dumps({"__metadata__": metadata}).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + rest)
    return path


def changed(**changes):
    data = json.loads(HEADER.to_metadata()["unet-desktop"])
    return {"unet-desktop": json.dumps(data | changes)}


def test_a_header_comes_back_as_it_was(tmp_path):
    path = write_file(tmp_path / "model.safetensors", HEADER.to_metadata())
    assert read_header(path) == HEADER


def test_a_parent_comes_back(tmp_path):
    header = replace(HEADER, parent="cd" * 32)
    assert read_header(write_file(tmp_path / "m", header.to_metadata())) == header


def test_not_a_number_is_refused_when_written():
    with pytest.raises(ValueError, match="not JSON compliant"):
        replace(HEADER, metrics={"dice": float("nan")}).to_metadata()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00",
        b"1234567",
        struct.pack("<Q", 1 << 62),
        struct.pack("<Q", 10) + b"{",
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 2) + b"{}",
        struct.pack("<Q", 4) + b"null",
        struct.pack("<Q", 3) + b"\xff\xfe\xfd",
        b"PK\x03\x04 a pickled model of somebody else",
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 40,
    ],
)
def test_other_files_are_one_sentence(tmp_path, content):
    path = tmp_path / "other.safetensors"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=r"is not a U-Net Desktop model.*Choose a \.safetensors file"):
        read_header(path)


@pytest.mark.parametrize("metadata", [None, {}, {"format": "pt"}, [], "text"])
def test_weights_of_other_programs_are_one_sentence(tmp_path, metadata):
    with pytest.raises(CheckpointError, match=r"is not a U-Net Desktop model.*Choose a \.safetensors file"):
        read_header(write_file(tmp_path / "m", metadata))


def test_a_missing_file_and_a_folder_are_one_sentence(tmp_path):
    for path in (tmp_path / "none.safetensors", tmp_path):
        with pytest.raises(CheckpointError, match=r"cannot be opened.*Check the path"):
            read_header(path)


def test_a_newer_format_asks_for_an_update(tmp_path):
    with pytest.raises(CheckpointError, match="newer U-Net Desktop"):
        read_header(write_file(tmp_path / "m", changed(format=FORMAT + 1)))


@pytest.mark.parametrize(
    "metadata",
    [
        {"unet-desktop": ""},
        {"unet-desktop": "{"},
        {"unet-desktop": "[]"},
        {"unet-desktop": "{}"},
        {"unet-desktop": 5},
        {"unet-desktop": json.dumps({"format": FORMAT})},
        changed(labels=[]),
        changed(labels=[{"value": 300, "name": "a", "colour": "#000000"}]),
        changed(unknown_field=1),
        changed(format="1"),
        changed(format=None),
    ],
)
def test_a_damaged_description_is_one_sentence(tmp_path, metadata):
    with pytest.raises(CheckpointError):
        read_header(write_file(tmp_path / "m", metadata))


@pytest.mark.parametrize(
    "changes",
    [
        {"metrics": None},
        {"metrics": {"dice": "high"}},
        {"created": 5},
        {"weights_sha256": None},
        {"networks": []},
        {"networks": {"segment": 3}},
        {"preset": ["fast"]},
        {"training": "long"},
        {"data": 1},
        {"versions": []},
        {"parent": 4},
    ],
)
def test_a_field_of_another_kind_is_one_sentence(tmp_path, changes):
    with pytest.raises(CheckpointError, match="damaged"):
        read_header(write_file(tmp_path / "m", changed(**changes)))
