"""Text of files and people does not reach a terminal, the log or a table raw, and the log names no patient."""

from __future__ import annotations

import io
import logging
import os
import stat

import pytest

from unet_desktop.cli.console import SafeConsole
from unet_desktop.errors import LabelError, ProjectError
from unet_desktop.labels import Label, LabelSet
from unet_desktop.log import hide_names, log_path, start_logging, without_names
from unet_desktop.project.manifest import Manifest, write_manifest
from unet_desktop.project.models import read_notes, write_notes
from unet_desktop.project.project import Project
from unet_desktop.safe_text import escape_controls
from unet_desktop.tasks.folders.csv_dialect import parse_dialect


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("eye_1.jpg", "eye_1.jpg"),
        ("Müller 眼.jpg", "Müller 眼.jpg"),
        ("\x1b]0;title\x07a", r"\x1b]0;title\x07a"),
        ("\x9b31m\x7f", r"\x9b31m\x7f"),
        ("a\u202egpj.exe", r"a\u202egpj.exe"),
        ("a\u2028b\u200b", r"a\u2028b\u200b"),
        ("a\nerror: b\r\t", r"a\nerror: b\r\t"),
        ("auge\udcff\ud800", r"auge\xff\ud800"),
    ],
)
def test_what_a_terminal_would_obey_is_escaped(text, safe):
    assert escape_controls(text) == safe
    assert escape_controls(safe) == safe


def test_the_terminal_gets_names_as_text():
    out = io.StringIO()
    SafeConsole(file=out, force_terminal=True, soft_wrap=True, highlight=False).print(
        "a\x1b[31mb\udcff\nc", markup=False
    )
    assert out.getvalue() == "a\\x1b[31mb\\xff\nc\n"


def test_errors_get_no_line_of_their_own_by_a_name(capsys):
    from unet_desktop.cli import console

    console.show_error("/x/a\nerror: all is lost\x1b[2J.jpg cannot be read.")
    assert "\\nerror: all is lost\\x1b[2J" in capsys.readouterr().err


@pytest.fixture
def log(home):
    path = start_logging()
    assert path == log_path()
    return path


def test_the_log_is_private_and_holds_no_names(log):
    hide_names(["Mueller_Anna_1961", "ab"])
    logger = logging.getLogger("unet.test")
    logger.warning("%s cannot be read. Restore it.", "/data/Anna Mueller/visit 1/Mueller Anna.jpg")
    logger.warning("The mask for Mueller_Anna_1961 has 3 x 4 pixels\nERROR forged\x1b[2J")
    logger.warning("p1/Mueller_Anna.png is missing, ab is not")
    sentence = r"C:\Daten\Mueller Anna\auge.tif is damaged"
    try:
        raise ValueError(sentence)
    except ValueError:
        logger.exception("unexpected %s", "/home/x/" + "Mueller"[:])
    text = log.read_text("utf-8")
    assert "ueller" not in text
    assert "Anna" not in text
    assert "\x1b" not in text
    assert r"\nERROR forged\x1b[2J" in text
    assert "cannot be read. Restore it." in text
    assert "ab is not" in text
    assert "test_safe_text.py" in text  # where in the program it happened
    assert text.count("\n") >= 7
    if os.name != "nt":
        assert stat.S_IMODE(log.stat().st_mode) == 0o600
        assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700


def test_the_same_name_has_the_same_digest():
    one = without_names("/a/b.jpg is not /a/c.jpg")
    assert without_names("/a/b.jpg") in one or one.count("[") == 1
    assert without_names("at 14:05, 3/4 done, U-Net 0.1.0") == "at 14:05, 3/4 done, U-Net 0.1.0"


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_a_log_that_others_could_read_is_closed_to_them(home):
    log_path().parent.mkdir(parents=True, mode=0o755)
    log_path().write_text("old\n")
    log_path().chmod(0o644)
    start_logging()
    logging.getLogger("unet.test").warning("new")
    assert stat.S_IMODE(log_path().stat().st_mode) == 0o600
    assert log_path().read_text().startswith("old\n")


def test_the_log_hides_cases_that_were_added_since_the_project_was_opened(project, write_picture, tmp_path):
    project.add_image(write_picture(tmp_path / "Mueller_Bertha.png", 1))
    with project.adding_many():
        project.add_image(write_picture(tmp_path / "Mueller_Clara.png", 2))
        assert "Clara" not in without_names("Mueller_Clara is saved")
    assert "Bertha" not in without_names("Mueller_Bertha is saved")


def test_half_of_a_character_never_makes_a_file_that_cannot_be_read_again(project, tmp_path, write_picture):
    """Text that was cut in the middle of an emoji and pasted."""
    half = "x\ud83d"
    project.add_image(write_picture(tmp_path / "a.png"), patient=half)
    with project.adding_many():
        project.add_image(write_picture(tmp_path / "b.png", 2), patient=half)
    project.mark("a", notes=half)
    cases = Project.open(project.root).cases()
    assert [(case.damage, case.patient) for case in cases] == [("", "x\ufffd")] * 2
    assert cases[0].notes == "x\ufffd"
    write_notes(project.layout, "model-001", half)
    assert read_notes(project.layout, "model-001") == "x\ufffd"
    with pytest.raises(LabelError, match="half of a character"):
        LabelSet((Label(1, half, "#ff0000"),))
    with pytest.raises(ProjectError, match="are not saved"):
        write_manifest(project.layout.manifest, Manifest(half, project.labels))
    assert Project.open(project.root).name == project.name


def test_cells_of_every_dialect_steer_no_terminal():
    for name in ("plain", "excel", "excel-eu"):
        assert parse_dialect(name).encode_cell("a\x1b]0;t\x07\u202eb") == r"a\x1b]0;t\x07\u202eb"
