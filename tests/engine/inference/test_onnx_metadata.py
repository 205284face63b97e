"""docs/onnx.md names every entry of the metadata."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from checkpoint_headers import HEADER

from unet_desktop.engine.config import PRESETS
from unet_desktop.engine.inference.onnx_metadata import onnx_metadata
from unet_desktop.engine.networks.specs import specs_for
from unet_desktop.labels import DISC_AND_CUP

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "onnx.md").read_text("utf-8")
SPECS = specs_for(DISC_AND_CUP, PRESETS["fast"])


@pytest.mark.parametrize("name", ["segment", "locate", "features"])
def test_each_entry_is_documented(name):
    found = onnx_metadata(name, SPECS, HEADER)
    rows = {entry for line in TEXT.splitlines() if line.startswith("| `") for entry in re.findall(r"`(\w+)`", line)}
    assert set(found) <= rows
    assert all(isinstance(value, str) for value in found.values())


def test_the_entries_of_version_1_are_still_there():
    found = onnx_metadata("segment", SPECS, HEADER)
    assert json.loads(found["labels"]) == DISC_AND_CUP.to_json()
    assert found["made_by"] == "U-Net Desktop"
    old = {"network", "framing", "crop_factor", "working_side", "fingerprint", "input", "output"}
    assert old <= set(found)


def test_what_the_locating_network_finds_is_named():
    assert json.loads(onnx_metadata("locate", SPECS, HEADER)["planes"]) == ["optic disc"]
    assert json.loads(onnx_metadata("segment", SPECS, HEADER)["planes"]) == ["optic disc", "optic cup"]
    assert json.loads(onnx_metadata("segment", SPECS, HEADER)["location_label"]) == "optic disc"
