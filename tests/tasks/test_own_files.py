"""Commands that write single files overwrite only what they wrote themselves."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from models import model, write_header
from PIL import Image

from unet_desktop.__main__ import main
from unet_desktop.masks.overlay import encode_jpeg
from unet_desktop.tasks.own_files import is_own, is_torn, mark_jpeg

MINE = b"hours of somebody's work"


@pytest.fixture
def masks(tmp_path: Path) -> Path:
    folder = tmp_path / "masks"
    folder.mkdir()
    for number in range(4):
        mask = np.zeros((64, 64), np.uint8)
        mask[10 : 40 + number, 10:50] = 128
        mask[20 : 30 + number, 20:40] = 255
        Image.fromarray(mask).save(folder / f"{number}.png")
    return folder


@pytest.mark.parametrize(
    ("flag", "name"),
    [
        ("--table", "t.csv"),
        ("--table", "t.xlsx"),
        ("--table", "t.parquet"),
        ("--summary", "s.json"),
        ("--html", "r.html"),
        ("--pdf", "r.pdf"),
    ],
)
def test_a_comparison_replaces_its_own_files_and_no_others(masks, tmp_path, capsys, flag, name):
    words = ["evaluate", str(masks), str(masks), "--bootstrap", "0", flag, str(tmp_path / name)]
    (tmp_path / name).write_bytes(MINE)
    assert main(words) == 2
    assert "exists and was not written by this command" in capsys.readouterr().err.replace("\n", " ")
    assert (tmp_path / name).read_bytes() == MINE
    assert main([*words, "--replace"]) == 0
    assert is_own(tmp_path / name)
    assert main(words) == 0


def test_a_folder_or_pipe_in_the_place_is_refused(masks, tmp_path, capsys):
    (tmp_path / "t.csv").mkdir()
    assert main(["evaluate", str(masks), str(masks), "--bootstrap", "0", "--table", str(tmp_path / "t.csv")]) == 2
    assert "is not a file" in capsys.readouterr().err


def test_a_model_card_replaces_cards_only(tmp_path, capsys):
    write_header(tmp_path / "m.safetensors", model(1).header)
    notes = tmp_path / "notes.md"
    notes.write_text("# Notes on U-Net Desktop\n")
    words = ["card", str(tmp_path / "m.safetensors"), "--to", str(notes)]
    assert main(words) == 2
    assert notes.read_text() == "# Notes on U-Net Desktop\n"
    assert main([*words, "--replace"]) == 0
    assert main(words) == 0


@pytest.mark.parametrize("name", ["m.onnx", "m.locate.onnx", "m.features.onnx"])
def test_onnx_refuses_before_it_converts(tmp_path, capsys, name):
    write_header(tmp_path / "m.safetensors", model(1).header)
    (tmp_path / name).write_bytes(MINE)
    assert main(["onnx", str(tmp_path / "m.safetensors"), "--to", str(tmp_path / "m.onnx")]) == 2
    assert f"{name} exists and was not written by this command" in capsys.readouterr().err.replace("\n", " ")


def test_a_marked_jpeg_is_known_again_and_shows_the_same(tmp_path):
    pixels = np.random.default_rng(1).integers(0, 256, (32, 48, 3), np.uint8)
    plain, marked = tmp_path / "plain.jpg", tmp_path / "marked.jpg"
    plain.write_bytes(encode_jpeg(pixels))
    marked.write_bytes(mark_jpeg(encode_jpeg(pixels)))
    assert (is_own(plain), is_own(marked)) == (False, True)
    assert np.array_equal(np.asarray(Image.open(plain)), np.asarray(Image.open(marked)))
    assert not is_torn(marked)
    marked.write_bytes(marked.read_bytes()[:-100])
    assert is_torn(marked)


def test_a_workbook_that_is_damaged_inside_is_not_ours(tmp_path):
    path = tmp_path / "measurements.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", b"<sheets/>" * 50)
    content = bytearray(path.read_bytes())
    content[45:55] = b"\xff" * 10  # where the packed content begins
    path.write_bytes(content)
    assert not is_own(path)
