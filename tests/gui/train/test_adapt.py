"""Adapt to a folder in the real window: the folder is asked for, the new model is used, and what changed is said."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from models import write_header
from PySide6.QtWidgets import QFileDialog, QLabel
from window_parts import part

from unet_desktop.checkpoint_header import CheckpointHeader
from unet_desktop.engine.config import PRESETS
from unet_desktop.engine.device.cpu_priority import Cores
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.tasks.events import AdaptationDone, ItemDone, ModelSaved

HEADER = CheckpointHeader(
    DISC_AND_CUP, {}, "fast", PRESETS["fast"].to_json(), {"dice/optic disc": 0.9}, {"train": 8}, {}, "", "ab" * 32
)


def write_model(path: Path, number: int) -> Path:
    header = replace(HEADER, created=f"2026-11-0{number}T12:00:00+00:00", weights_sha256=f"{number:02d}" * 32)
    write_header(path, header)
    return path


@pytest.fixture
def models(opened: MainWindow) -> MainWindow:
    """The window with two models, of which the older is in use."""
    layout = opened.app.session.project.layout
    older = write_model(layout.model("model-001"), 1)
    write_model(layout.model("model-002"), 2)
    opened.app.session.refresh_models(older)
    return opened


def adapting(monkeypatch: pytest.MonkeyPatch, *, worse: bool = False) -> list[tuple[Path, str]]:
    """Stand-in for `tasks.adapt.run`, which loads torch; returns the folders and models that it was given."""
    given: list[tuple[Path, str]] = []

    def adapt_project(root: Path, folder: Path, *, model: str, cores: Cores) -> Iterator[object]:
        given.append((folder, model))
        yield ItemDone("eye-1.png", 1, 2, problem="eye-1.png is left out: no optic disc was found in it.")
        yield ItemDone("eye-2.png", 2, 2)
        name = "" if worse else "model-003"
        yield AdaptationDone(model, name, folder.name, 17, 18, {"optic disc": 0.97}, (0.7, 0.6), (0.94, 0.93))
        if name:
            path = write_model(root / "models" / f"{name}.safetensors", 3)
            yield ModelSaved(name, path)

    module = types.ModuleType("unet_desktop.tasks.adapt.run")
    module.adapt_project = adapt_project  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "unet_desktop.tasks.adapt.run", module)
    return given


def choosing(monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", staticmethod(lambda *_: folder))


def adapt(window: MainWindow, qtbot) -> str:
    """Adapt by the command; return what the banner says."""
    window.app.session.open_case("d")  # a human worked on it, so nothing is predicted afterwards
    with qtbot.waitSignal(window.app.project_jobs.notice):
        window.actions_by_id["learn.adapt"].trigger()
    qtbot.waitUntil(lambda: not window.app.runner.busy)
    return part(window.panels.banner, QLabel, "sentence").text()


def test_the_model_in_use_is_adapted_and_the_new_one_used(models: MainWindow, monkeypatch, qtbot, tmp_path) -> None:
    given = adapting(monkeypatch)
    choosing(monkeypatch, str(tmp_path / "clinic b"))
    told = adapt(models, qtbot)
    assert given == [(tmp_path / "clinic b", "model-001")]
    assert models.app.session.model_in_use.stem == "model-003"
    assert "model-001 was adapted to clinic b, with 17 of the 18 pictures examined: model-003." in told
    assert "eye-1.png is left out: no optic disc was found in it." in told


def test_a_worse_model_is_not_used_and_the_banner_says_why(models: MainWindow, monkeypatch, qtbot, tmp_path) -> None:
    adapting(monkeypatch, worse=True)
    choosing(monkeypatch, str(tmp_path / "clinic b"))
    told = adapt(models, qtbot)
    assert models.app.session.model_in_use.stem == "model-001"
    assert "model-001 was not adapted to clinic b: on the project's validation cases Dice would fall from 0.940" in told


def test_nothing_happens_without_a_folder(models: MainWindow, monkeypatch) -> None:
    given = adapting(monkeypatch)
    choosing(monkeypatch, "")
    models.actions_by_id["learn.adapt"].trigger()
    assert not models.app.runner.busy
    assert given == []


def test_without_a_model_there_is_nothing_to_adapt(opened: MainWindow) -> None:
    assert opened.app.session.model_in_use is None
    assert not opened.actions_by_id["learn.adapt"].isEnabled()
