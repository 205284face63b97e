"""Masks, journals, models and pages have the limits that pictures have: small files that unpack to gigabytes."""

from __future__ import annotations

import json
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from unet_desktop.checkpoint_header import CheckpointHeader
from unet_desktop.engine.networks.specs import NetworkSpec
from unet_desktop.errors import CheckpointError, MaskError, ProjectError
from unet_desktop.images import tiff_header
from unet_desktop.images.read import count_pages, read_image
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.file import read_mask, read_plane
from unet_desktop.masks.mask_content import read_content
from unet_desktop.project.journal import FRAME, MAGIC, read_journal

SPEC = {"kind": "lite0", "width": 64, "regions": 2, "framing": "whole", "size": 256, "crop_factor": 1.5}


def write_huge_png(path, *, colours: int) -> None:
    """A PNG that claims 60,000 x 60,000 pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, colours, 0, 0, 0)
    rows = zlib.compress(bytes(1 << 20))
    chunks = chunk(b"IHDR", header), chunk(b"PLTE", bytes(768)), chunk(b"IDAT", rows), chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))


def test_a_huge_mask_is_refused_before_it_is_decoded(tmp_path):
    write_huge_png(tmp_path / "a.png", colours=3)
    with pytest.raises(MaskError, match="60000 x 60000"):
        read_mask(tmp_path / "a.png", DISC_AND_CUP)
    with pytest.raises(MaskError, match="60000 x 60000"):
        read_content(tmp_path / "a.png")
    write_huge_png(tmp_path / "b.png", colours=0)
    with pytest.raises(MaskError, match="60000 x 60000"):
        read_plane(tmp_path / "b.png")


def journal_of(path, *records: tuple[dict, bytes], height: int = 96, width: int = 96):
    start = {"is": "start", "height": height, "width": width, "state": None, "began_empty": True, "model": ""}
    data = MAGIC
    for head, pixels in [(start, b""), *records]:
        record = json.dumps(head).encode() + b"\n" + pixels
        data += FRAME.pack(len(record), zlib.crc32(record)) + record
    path.write_bytes(data)
    return path


def step(**changes) -> dict:
    return {"is": "done", "name": "Brush", "top": 0, "left": 0, "height": 96, "width": 96} | changes


@pytest.mark.parametrize("side", [1 << 20, 10**400, 0, -1, True, "96"])
def test_a_journal_of_a_mask_that_cannot_be_is_refused(tmp_path, side):
    with pytest.raises(ProjectError, match=r"a\.journal cannot be read"):
        read_journal(journal_of(tmp_path / "a.journal", height=side, width=side))


@pytest.mark.parametrize(
    ("head", "length"),
    [
        (step(), 200 << 20),
        (step(), 96 * 96 - 1),
        (step(height=97), 2 * 96 * 97),
        (step(top=10**400), 2 * 96 * 96),
        (step(top=-1), 2 * 96 * 96),
        (step(height=True), 2 * 96),
        (step(name=["x"]), 2 * 96 * 96),
        (step(**{"is": "never"}), 2 * 96 * 96),
        (step(model=7), 2 * 96 * 96),
    ],
)
def test_a_step_that_unpacks_to_more_than_its_box_is_refused(tmp_path, head, length):
    with pytest.raises(ProjectError, match=r"a\.journal cannot be read"):
        read_journal(journal_of(tmp_path / "a.journal", (head, zlib.compress(bytes(length))))).replay(
            np.zeros((96, 96), np.uint8)
        )


def test_a_good_step_is_replayed(tmp_path):
    mask = np.zeros((96, 96), np.uint8)
    planes = bytes(96 * 96) + b"\1" * (96 * 96)
    read_journal(journal_of(tmp_path / "a.journal", (step(), zlib.compress(planes)))).replay(mask)
    assert mask.all()


@pytest.mark.parametrize(
    "change", [{"size": 65536}, {"size": 4096}, {"width": 65536}, {"regions": 65536}, {"size": True}]
)
def test_a_network_larger_than_any_training_makes_is_refused(change):
    good = SPEC | {"working_side": 1024}
    assert NetworkSpec.from_json(good).size == 256
    with pytest.raises(ValueError, match=r"impossible|expected"):
        NetworkSpec.from_json(good | change)


def test_a_file_of_many_pages_is_walked_through_once(tmp_path, monkeypatch):
    pages = [Image.fromarray(np.full((8, 8), number, np.uint8)) for number in range(50)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    walks = []
    walk = tiff_header._walk
    monkeypatch.setattr(tiff_header, "_walk", lambda file: walks.append(1) or walk(file))
    assert count_pages(tmp_path / "a.tif") == 50
    assert [read_image(tmp_path / "a.tif", page).pixels[0, 0, 0] for page in (0, 7, 49)] == [0, 7, 49]
    assert len(walks) == 1
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:3])
    assert count_pages(tmp_path / "a.tif") == 3


def test_tags_that_fill_the_memory_are_refused(tmp_path):
    """Pages that all point to the same million numbers."""
    count, numbers = 200, 1 << 20
    start = 8 + 4 * numbers
    data = bytearray(b"II*\0" + struct.pack("<I", start) + bytes(4 * numbers))
    for page in range(count):
        entry = struct.pack("<HHII", tiff_header.STRIP_OFFSETS, 4, numbers, 8)
        following = 0 if page + 1 == count else len(data) + 2 + 12 + 4
        data += struct.pack("<H", 1) + entry + struct.pack("<I", following)
    (tmp_path / "a.tif").write_bytes(data)
    with (tmp_path / "a.tif").open("rb") as file, pytest.raises(ValueError, match="larger than any picture"):
        tiff_header.read_pages(file)


@pytest.mark.parametrize("name", ["labels", "networks", "metrics", "weights_sha256"])
def test_a_model_without_a_part_of_its_description_is_one_sentence(tmp_path, name):
    from models import model

    description = json.loads(model(1).header.to_metadata()["unet-desktop"])
    del description[name]
    with pytest.raises(CheckpointError, match=name):
        CheckpointHeader.from_metadata({"unet-desktop": json.dumps(description)}, tmp_path / "a.safetensors")
