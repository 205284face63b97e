"""A barely trained model and a few photographs to segment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.tasks.events import ModelSaved
from unet_desktop.tasks.folders.request import Request
from unet_desktop.tasks.folders.run import segment_folder
from unet_desktop.tasks.sample import SamplePlan, make_sample_project
from unet_desktop.tasks.train import train_project


@pytest.fixture(scope="session")
def small_model(tmp_path_factory, tiny) -> Path:
    """A complete checkpoint for disc and cup."""
    root = tmp_path_factory.mktemp("small") / "project"
    list(make_sample_project(root, SamplePlan(photographs=3, corrected=3, size=128)))
    (saved,) = [event for event in train_project(root, tiny) if isinstance(event, ModelSaved)]
    return saved.path


@pytest.fixture
def photographs(tmp_path, write_picture) -> Path:
    """A folder of five synthetic photographs, two of them in a subfolder."""
    folder = tmp_path / "in"
    for seed, name in enumerate(("a.png", "b.png", "c.png", "sub/a.png", "sub/d.png"), 1):
        write_picture(folder / name, seed)
    return folder


@pytest.fixture
def ask(photographs, small_model, tmp_path) -> Callable[..., Request]:
    """Function of what differs from the usual request: all photographs, masks and overlays, to `out`."""

    def request(**changes: object) -> Request:
        out = tmp_path / "out"
        # One worker, so that pictures are done in their order.
        usual = Request(sources=(photographs,), output=out, model=small_model, recursive=True, workers=1)
        return replace(usual, **changes)  # type: ignore[arg-type]

    return request


_OPENED: dict[tuple[Path, str], Segmenter] = {}


@pytest.fixture
def segment(ask, monkeypatch) -> Callable[..., list[object]]:
    """Function that runs such a request and returns its events; a model is loaded once for all runs."""
    load = Segmenter.open

    def opened(path: Path, device: str = "auto") -> Segmenter:
        if (path, device) not in _OPENED:
            _OPENED[path, device] = load(path, device)
        return _OPENED[path, device]

    monkeypatch.setattr(Segmenter, "open", opened)
    return lambda **changes: list(segment_folder(ask(**changes)))
