"""Fixtures of all tests: a home of the test's own, tiny synthetic photographs, and the real data where it is."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_API", "pyside6")
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")
# One thread a process: pytest-xdist fills the cores, and the tests' tiny networks train twice as fast without sharing
# their batches between threads. What needs several threads asks for them.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from PIL import Image

from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.synthetic import SyntheticFundus, synthetic_fundus
from unet_desktop.project.project import Project

REPOSITORY = Path(__file__).resolve().parent.parent
DATA = REPOSITORY.parent / "shared" / "data"

# Two shared cores: a slow example is no fault, and the same examples everywhere make a red run repeatable.
settings.register_profile(
    "project",
    deadline=None,
    max_examples=60,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("project")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own: no test reads or writes the settings and logs of whoever runs it."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))
    monkeypatch.setenv("UNET_DESKTOP_NAME", "")  # nobody is asked
    for name in ("CONFIG", "STATE", "CACHE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(folder / name.lower()))
    return folder


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    """Take back what `start_logging` does to the process."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    logging.captureWarnings(False)
    for handler in [handler for handler in root.handlers if isinstance(handler, logging.FileHandler)]:
        if handler not in handlers:
            root.removeHandler(handler)
            handler.close()
    root.setLevel(level)


@pytest.fixture(scope="session")
def fundus() -> Callable[[int], SyntheticFundus]:
    """Function of a seed and a size to a tiny synthetic photograph with its mask."""
    drawn: dict[tuple[int, int], SyntheticFundus] = {}

    def draw(seed: int = 1, size: int = 128) -> SyntheticFundus:
        if (seed, size) not in drawn:
            drawn[seed, size] = synthetic_fundus(seed, size)
        return drawn[seed, size]

    return draw


@pytest.fixture
def write_picture(fundus) -> Callable[..., Path]:
    """Function that writes a synthetic photograph to a path and returns the path."""

    def write(path: Path, seed: int = 1, size: int = 96) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(fundus(seed, size).pixels).save(path)
        return path

    return write


@pytest.fixture
def picture(tmp_path, write_picture) -> Path:
    """One synthetic photograph, 96 x 96, outside any project."""
    return write_picture(tmp_path / "pictures" / "photo.png")


@pytest.fixture
def project(tmp_path) -> Project:
    """An empty project with optic disc and cup."""
    return Project.create(tmp_path / "project", DISC_AND_CUP)


@pytest.fixture
def disc_mask() -> np.ndarray:
    """(96, 96) uint8: a square disc of 40 pixels with a square cup of 20 in it."""
    mask = np.zeros((96, 96), np.uint8)
    mask[20:60, 30:70] = 1
    mask[30:50, 40:60] = 2
    return mask


def _real(name: str) -> Path:
    folder = DATA / name
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there: real pictures are not part of the repository")
    return folder


@pytest.fixture(scope="session")
def drishti() -> Path:
    """Drishti-GS1's folder, laid out as published."""
    return _real("drishti_gs1")


@pytest.fixture(scope="session")
def idrid() -> Path:
    """IDRiD's optic disc part: images and palette TIFF masks."""
    return _real("idrid_optic_disc")


@pytest.fixture(scope="session")
def refuge_whole_field() -> Path:
    """18 photographs of REFUGE's training part: images, and masks of 0, 1, 2."""
    return _real("refuge_whole_field")


@pytest.fixture(scope="session")
def odd_images() -> Path:
    """Broken and unusual files of Pillow's test suite."""
    return _real("odd_images")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Escape what is not UTF-8 in captured output: workers cannot send it, and the whole run would end."""
    report = yield
    report.sections = [(name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections]
    return report
