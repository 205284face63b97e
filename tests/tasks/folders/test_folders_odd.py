"""Odd files in a folder give a mask or a row that says why not; nothing crashes, hangs or fills the memory."""

from __future__ import annotations

import csv
import errno
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from unet_desktop.errors import ImageError
from unet_desktop.images.opencv import cv2
from unet_desktop.images.read import MAX_PIXELS
from unet_desktop.tasks.events import FramesLeftOut
from unet_desktop.tasks.folders.inputs import read_list


def rows(path):
    return list(csv.DictReader(path.read_text().splitlines())) if path.exists() else []


def png_header(path, width, height):
    """A PNG that claims to be so large and holds next to nothing."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b""))


def test_decompression_bombs_are_refused_by_the_stated_limit(segment, photographs, tmp_path):
    png_header(photographs / "bomb.png", 50_000, 50_000)
    png_header(photographs / "edge.png", MAX_PIXELS // 1000 + 1, 1000)
    segment(recursive=False)
    problems = {row["image"]: row["problem"] for row in rows(tmp_path / "out" / "errors.csv")}
    assert "50000 x 50000 pixels; at most 100 million are allowed" in problems["bomb.png"]
    assert "at most 100 million are allowed" in problems["edge.png"]
    assert len(rows(tmp_path / "out" / "measurements.csv")) == 3


def test_pictures_of_other_kinds_are_said_and_other_files_are_not(segment, photographs, tmp_path):
    for name in ("a.gif", "b.heic", "noext", "c.xyz", "notes.txt", "Thumbs.db"):
        (photographs / name).write_bytes(b"GIF89a")
    segment(recursive=False)
    problems = {row["image"]: row["problem"] for row in rows(tmp_path / "out" / "errors.csv")}
    assert problems.keys() == {"a.gif", "b.heic", "noext", "c.xyz"}
    assert "is not an image that this program can read (JPEG, PNG" in problems["b.heic"]


def test_an_animation_is_segmented_in_part_and_that_is_said(segment, photographs, tmp_path):
    frames = [Image.new("RGB", (96, 96), (90 * frame, 0, 0)) for frame in range(3)]
    frames[0].save(photographs / "a.gif", save_all=True, append_images=frames[1:])
    (left,) = [event for event in segment(recursive=False) if isinstance(event, FramesLeftOut)]
    assert left.sentence.startswith("Only the first frame is segmented of a.gif (3 frames).")


def test_a_picture_is_found_whatever_its_suffix(segment, photographs, tmp_path):
    (photographs / "noext").write_bytes((photographs / "a.png").read_bytes())
    segment(recursive=False)
    assert (tmp_path / "out" / "masks" / "noext.png").exists()


def test_a_photograph_of_8_and_of_16_bits_has_the_same_masks_and_ratios(segment, photographs, tmp_path):
    """Pixels differ by nothing, so neither do masks, with whatever model."""
    pixels = np.asarray(Image.open(photographs / "a.png"))
    for path in photographs.iterdir():
        if path.is_file() and path.name != "a.png":
            path.unlink()
    wide = pixels.astype(np.uint16) * 257
    kinds = {
        "contiguous": (wide, {}),
        "planar": (np.moveaxis(wide, 2, 0), {"planarconfig": "separate"}),
        "tiled": (wide, {"tile": (32, 32), "compression": "deflate", "predictor": True}),
        "big_endian": (wide, {"byteorder": ">"}),
        "twelve": (pixels.astype(np.uint16) << 4, {"compression": "lzw"}),
        "floating": ((pixels / 255).astype(np.float32), {}),
    }
    for name, (values, options) in kinds.items():
        tifffile.imwrite(photographs / f"{name}.tif", np.ascontiguousarray(values), photometric="rgb", **options)
    cv2.imwrite(str(photographs / "wide.png"), wide[:, :, ::-1])
    segment(recursive=False)
    found = {row["image"]: row for row in rows(tmp_path / "out" / "measurements.csv")}
    assert len(found) == len(kinds) + 2
    one = found["a.png"]
    ratios = [name for name in one if "vcdr" in name.lower() or "ratio" in name.lower()]
    assert ratios
    mask = np.asarray(Image.open(tmp_path / "out" / "masks" / "a.png"))
    for image, row in found.items():
        for name in ratios:
            assert row[name] == one[name] or abs(float(row[name]) - float(one[name])) <= 0.005, (image, name)
        np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "out" / row["mask"])), mask, image)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files there")
def test_what_is_no_file_is_a_row_and_is_never_waited_for(segment, photographs, tmp_path):
    for name in ("pipe.png", "pipe.dcm", "pipe"):
        os.mkfifo(photographs / name)
    (photographs / "folder.png").mkdir()
    (photographs / "dangling.png").symlink_to(photographs / "gone.png")
    (photographs / "circle.png").symlink_to(photographs / "circle.png")
    (photographs / "device.png").symlink_to("/dev/zero")
    segment(recursive=False)
    assert len(rows(tmp_path / "out" / "measurements.csv")) == 3
    problems = {row["image"]: row["problem"] for row in rows(tmp_path / "out" / "errors.csv")}
    assert problems.keys() == {"pipe.png", "pipe.dcm", "dangling.png", "circle.png", "device.png"}
    assert "is a pipe, a device or a socket" in problems["pipe.png"]
    assert "is a link to something that does not exist" in problems["dangling.png"]
    assert "is a link that leads in a circle" in problems["circle.png"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files there")
def test_a_list_that_never_ends_is_refused():
    with pytest.raises(ImageError, match="/dev/zero is longer than 64 MB"):
        read_list(Path("/dev/zero"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files there")
def test_a_bad_line_of_a_list_is_a_row(segment, photographs, tmp_path):
    os.mkfifo(photographs / "pipe.png")
    listed = tmp_path / "list.txt"
    lines = ["in/a.png", "x" * 300, "d/" * 3000 + "a.png", "in/pipe.png", "in/10:22:33.jpg", "\N{SNOWMAN}" * 90]
    listed.write_text("\n".join(lines), "utf-8")
    segment(sources=(), list_file=listed)
    assert len(rows(tmp_path / "out" / "measurements.csv")) == 1
    assert len(rows(tmp_path / "out" / "errors.csv")) == len(lines) - 1


def test_a_name_that_the_file_system_refuses_to_read_is_a_row(segment, photographs, tmp_path, monkeypatch):
    """As NTFS answers to a colon."""
    real = os.open

    def refuses(path, *rest, **more):
        if "b.png" in os.fspath(path):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path))
        return real(path, *rest, **more)

    monkeypatch.setattr(os, "open", refuses)
    segment(recursive=False)
    assert [row["image"] for row in rows(tmp_path / "out" / "errors.csv")] == ["b.png"]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has other rights")
def test_a_subfolder_that_cannot_be_read_is_a_row(segment, photographs, tmp_path, monkeypatch):
    real = os.scandir

    def refuses(path="."):
        if os.fspath(path).endswith("sub"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", refuses)
    segment()
    assert [row["image"] for row in rows(tmp_path / "out" / "errors.csv")] == ["sub"]
    assert len(rows(tmp_path / "out" / "measurements.csv")) == 3


@pytest.mark.real_data
@pytest.mark.skipif(sys.platform != "linux", reason="what a process took at most is asked of /proc")
def test_every_odd_file_becomes_a_mask_or_a_row(odd_images, small_model, tmp_path):
    # Not by getrusage: its figure begins with what the process had that started this one.
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from unet_desktop.__main__ import main\n"
        f"code = main(['segment', {str(odd_images)!r}, '--model', {str(small_model)!r}, '--out', {str(tmp_path)!r}])\n"
        "print('peak', Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0])\n"
        "sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 1, done.stderr
    good, bad = rows(tmp_path / "measurements.csv"), rows(tmp_path / "errors.csv")
    named = {row["image"].partition("#")[0] for row in (*good, *bad)}
    assert named == {path.name for path in odd_images.iterdir()}
    assert all((tmp_path / row["mask"]).is_file() for row in good)
    assert all(str(odd_images / row["image"].partition("#")[0]) in row["problem"] for row in bad)
    assert len({row["mask"] for row in good}) == len(good)
    assert not [row for row in bad if "The log has the details" in row["problem"]]
    peak = int(done.stdout.rpartition("peak ")[2])
    assert peak < 2_000_000  # kilobytes
