"""docs/onnx.md names every entry of the metadata."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from checkpoint_headers import HEADER

from unet_desktop.engine.config import PRESETS
from unet_desktop.engine.inference.onnx_metadata import onnx_metadata
from unet_desktop.engine.inference.search import SURE
from unet_desktop.engine.networks.specs import specs_for
from unet_desktop.images.crop import DARK
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


def test_the_entries_of_version_2_are_still_there():
    found = onnx_metadata("segment", SPECS, HEADER)
    assert found["metadata_version"] == "3"
    assert {"outside", "mirror", "resampling", "tiles", "tidying", "location", "prototype", "features_side"} <= set(
        found
    )


def test_the_search_and_the_surround_belong_to_models_that_locate():
    located = onnx_metadata("segment", SPECS, HEADER)
    whole = onnx_metadata("segment", {"segment": replace(SPECS["segment"], framing="whole")}, HEADER)
    assert json.loads(located["search"])["sure"] == SURE
    assert json.loads(located["surround"])["dark"] == DARK
    assert json.loads(whole["search"]) is None
    assert json.loads(whole["surround"]) is None


def test_outlines_name_disc_and_cup_and_are_not_for_patches():
    outlines = json.loads(onnx_metadata("segment", SPECS, HEADER)["outlines"])
    assert (outlines["disc"]["name"], outlines["cup"]["name"]) == ("optic disc", "optic cup")
    patches = {"segment": replace(SPECS["segment"], framing="patches")}
    assert json.loads(onnx_metadata("segment", patches, HEADER)["outlines"]) is None


@pytest.mark.parametrize("fundus", [True, False])
def test_it_says_whether_other_pictures_are_refused(fundus):
    header = replace(HEADER, trust={"appearances": {"fundus": fundus}})
    assert json.loads(onnx_metadata("segment", SPECS, header)["only_fundus"]) is fundus
    assert json.loads(onnx_metadata("segment", SPECS, HEADER)["only_fundus"]) is False


def test_each_number_of_the_new_entries_is_in_the_text():
    found = onnx_metadata("segment", SPECS, HEADER)
    for entry in ("surround", "search", "outlines"):
        assert all(f"`{name}`" in TEXT for name in json.loads(found[entry]))
