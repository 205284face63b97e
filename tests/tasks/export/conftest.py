"""A small project of two patients: three cases with masks, one without."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.project.project import Project
from unet_desktop.tasks.export.request import ExportRequest
from unet_desktop.tasks.export.run import export_cases


def drawn(offset: int = 0) -> np.ndarray:
    """(60, 80) uint8: a disc of 30 x 28 pixels with a cup of 12 x 10 in it."""
    mask = np.zeros((60, 80), np.uint8)
    mask[12:42, 20 + offset : 48 + offset] = 1
    mask[20:32, 28 + offset : 38 + offset] = 2
    return mask


@pytest.fixture
def corrected(tmp_path) -> Project:
    """Cases a_OD and a_OS of one patient, b of another, all corrected, b approved; c without a mask."""
    project = Project.create(tmp_path / "project", DISC_AND_CUP)
    for number, (name, patient) in enumerate([("a_OD", "Doe"), ("a_OS", "Doe"), ("b", "Roe"), ("c", "")]):
        pixels = np.full((60, 80, 3), (150, 80, 40), np.uint8)
        pixels[:, :, 1] += np.arange(80, dtype=np.uint8) // 4 + number  # or all would be the same picture
        path = tmp_path / "photos" / f"{name}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(pixels).save(path)
        case = project.add_image(path, patient=patient)
        if name != "c":
            project.save_mask(case.id, drawn(number))
    project.mark("b", approved=True, notes="haemorrhage?")
    return project


@pytest.fixture
def ask(corrected, tmp_path) -> Callable[..., ExportRequest]:
    """Function of what differs from the usual request: all cases, to `out`."""
    return lambda **changes: replace(ExportRequest(root=corrected.root, output=tmp_path / "out"), **changes)


@pytest.fixture
def export(ask) -> Callable[..., list[object]]:
    """Function that carries out such a request and returns its events."""
    return lambda **changes: list(export_cases(ask(**changes)))


@pytest.fixture
def out(tmp_path) -> Path:
    """The folder that is exported to."""
    return tmp_path / "out"
