"""The settings' file: what cannot be read is said and does no harm, and nothing in it is ever run."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from unet_desktop import person
from unet_desktop.settings_file import SettingsFile, case_key, settings_path

ATTACKS = Path(__file__).parent / "data" / "settings"

PICKLE = r"@Variant(\0\0\0\x7f\0\0\0\x19PySide::PyObjectWrapper\0\0\0\0\x1b" + r"cos\nsystem\n(S'touch ran'\ntR.)"


@pytest.fixture
def folder(home) -> Path:
    made = settings_path().parent
    made.mkdir(parents=True)
    return made


def test_what_is_stored_is_read_again_by_its_owner_alone(home):
    SettingsFile().put({"theme": "dark", "recent": ["/a", "/b\udcff"]})
    again = SettingsFile()
    assert again.get("theme", str) == "dark"
    assert again.get("recent", list[str]) == ["/a", "/b\udcff"]
    assert again.problems == []
    if os.name != "nt":
        assert stat.S_IMODE(settings_path().stat().st_mode) == 0o600
        assert stat.S_IMODE(settings_path().parent.stat().st_mode) == 0o700


def test_two_windows_keep_each_others_choices(home):
    one, other = SettingsFile(), SettingsFile()
    one.put({"theme": "dark"})
    other.put({"cores": "all"})
    assert SettingsFile().get("theme", str) == "dark"
    one.put({"theme": None})
    assert SettingsFile().get("theme", str) is None
    assert SettingsFile().get("cores", str) == "all"


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"7", b'{"theme": NaN}', b"[" * 100_000, b"\xff\xfe", b"\0" * 100],
)
def test_a_damaged_file_is_put_aside_and_said(folder: Path, content: bytes):
    settings_path().write_bytes(content)
    settings = SettingsFile()
    assert settings.get("theme", str) is None
    (problem,) = settings.problems
    assert "settings.json.damaged-1" in problem
    assert (folder / "settings.json.damaged-1").read_bytes() == content
    settings.put({"theme": "light"})
    assert SettingsFile().get("theme", str) == "light"


def test_a_value_of_another_type_is_said_and_the_others_are_used(folder: Path):
    settings_path().write_text(json.dumps({"theme": 3, "cores": "all"}))
    settings = SettingsFile()
    assert settings.get("theme", str) is None
    assert settings.get("cores", str) == "all"
    (problem,) = settings.problems
    assert 'setting "theme"' in problem
    assert "expected text, got a whole number" in problem
    assert str(settings_path()) in problem


def test_a_folder_in_the_place_of_the_file_does_no_harm(folder: Path):
    settings_path().mkdir()
    settings = SettingsFile()
    settings.put({"theme": "dark"})
    assert settings.get("theme", str) == "dark"
    assert len(settings.problems) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
@pytest.mark.timeout(10)
def test_a_pipe_in_the_place_of_the_file_does_not_wait(folder: Path):
    os.mkfifo(settings_path())
    assert SettingsFile().get("theme", str) is None


@pytest.mark.parametrize("name", ["unet-desktop.conf", "unet-desktop.ini"])
def test_settings_of_earlier_versions_are_read_once(folder: Path, name: str):
    (folder / name).write_text(
        "[General]\nbrush_diameter=41.6\npen_pressure=false\ntheme=dark\nfolder_pace=1.5\n"
        'recent=/home/me/eyes, "/home/me/a, b", /home/me/M\\xfcller\n'
        'view="{\\"opacity\\": 0.7}"\n'
        'shortcuts="{\\"edit.undo\\": [\\"F12\\"]}"\n'
        'last_cases="{\\"/home/me/eyes\\": \\"Mueller_Anna\\"}"\n'
        "[window]\ngeometry=@ByteArray(\\x1\\xd9\\xd0)\n"
        'panels="{\\"left\\": 300}"\n'
    )
    settings = SettingsFile()
    assert settings.get("brush_diameter", int) == 42
    assert settings.get("pen_pressure", bool) is False
    assert settings.get("theme", str) == "dark"
    assert settings.get("folder_pace", float) == 1.5
    assert settings.get("recent", list[str]) == ["/home/me/eyes", "/home/me/a, b", "/home/me/Müller"]
    assert settings.get("view", dict) == {"opacity": 0.7}
    assert settings.get("shortcuts", dict) == {"edit.undo": ["F12"]}
    assert settings.get("panels", dict) == {"left": 300}
    assert settings.get("last_cases", dict) == {"/home/me/eyes": case_key(Path("/home/me/eyes"), "Mueller_Anna")}
    assert settings.get("geometry", str) is None
    assert settings.problems == []
    settings.put({"theme": "light"})
    assert b"Mueller" not in settings_path().read_bytes()
    (folder / name).write_text("[General]\ntheme=dark\ncores=all\n")
    assert SettingsFile().get("theme", str) == "light"
    assert SettingsFile().get("cores", str) is None


@pytest.mark.parametrize("key", ["theme", "recent", "view", "shortcuts", "brush_diameter", "last_cases"])
def test_objects_in_settings_of_earlier_versions_are_left_alone(folder: Path, key: str):
    (folder / "unet-desktop.conf").write_text(f'[General]\n{key}="{PICKLE}"\n[window]\ngeometry={PICKLE}\n')
    settings = SettingsFile()
    assert settings.get(key, object) is None
    (folder / "unet-desktop.conf").write_text(f"[General]\n{key}={PICKLE}\n")
    assert SettingsFile().get(key, object) is None


@pytest.mark.parametrize("number", range(1, 7))
def test_damaged_settings_of_earlier_versions_do_no_harm(folder: Path, number: int):
    (folder / "unet-desktop.conf").write_bytes((ATTACKS / f"{number}.ini").read_bytes())
    settings = SettingsFile()
    assert settings.get("theme", str) == "system"
    assert settings.get("view", dict)["style"] == "both"
    assert settings.get("recent", list[str]) == ["/home/reader/umkp"]


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_the_name_of_the_person_is_private_too(home):
    person.keep_name("Ada")
    assert stat.S_IMODE(person.name_path().stat().st_mode) == 0o600
    assert stat.S_IMODE(person.name_path().parent.stat().st_mode) == 0o700
