"""ONNX files and their metadata alone give this program's masks, see `onnx_program`."""

from __future__ import annotations

import importlib.util
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("cv2")  # as another program has it
NEEDED = ("onnx", "onnxscript", "onnxruntime")
pytestmark = [
    pytest.mark.skipif(
        any(importlib.util.find_spec(name) is None for name in NEEDED),
        reason='onnx, onnxscript and onnxruntime are not installed: pip install "unet-desktop[onnx]"',
    ),
    pytest.mark.filterwarnings("ignore"),
]

SURE_LOGIT = 4.0
"""Deviation of the logits: most probabilities are below 0.02 or above 0.98."""


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Synthetic photographs: square, wide, tall with odd sides, large, a disc alone, turned by EXIF."""
    from unet_desktop.masks.synthetic import synthetic_fundus

    folder = tmp_path_factory.mktemp("pictures")
    paths = []
    for seed, (height, width) in enumerate([(256, 256), (211, 347), (433, 219), (900, 1101)]):
        side = max(height, width)
        pixels = synthetic_fundus(seed, side).pixels
        top, left = (side - height) // 2, (side - width) // 2
        paths.append(folder / f"{seed}.png")
        Image.fromarray(pixels[top : top + height, left : left + width]).save(paths[-1])
    drawn = synthetic_fundus(4, 640)
    rows, columns = np.nonzero(drawn.mask)
    place = np.s_[rows.min() - 20 : rows.max() + 35, columns.min() - 30 : columns.max() + 25]
    paths.append(folder / "disc.png")  # no dark surround
    Image.fromarray(np.ascontiguousarray(drawn.pixels[place])).save(paths[-1])
    exif = Image.Exif()
    exif[274] = 6
    Image.open(paths[1]).save(folder / "turned.jpg", exif=exif, quality=95)
    return [*paths, folder / "turned.jpg"]


def train(folder, framing, network):
    """A small model, trained for a moment on drawings."""
    from unet_desktop.engine.config import PRESETS
    from unet_desktop.tasks.sample import SamplePlan, make_sample_project
    from unet_desktop.tasks.train import train_project

    list(make_sample_project(folder, SamplePlan(photographs=5, corrected=5, size=160)))
    config = replace(
        PRESETS["fast"],
        network=network,
        width=4,
        framing=framing,
        epochs=3,
        locate_epochs=3,
        least_steps=6,
        batch_size=2,
        image_size=96,
        locate_size=96,
        working_side=300,
    )
    list(train_project(folder, config))
    return folder / "models" / "model-001.safetensors"


def make_it_find(model, device, picture):
    """Scale and move the segmenting network's logits, so that a tenth of the picture is surely in each region.

    It has learnt nothing, so its probabilities are nearly equal everywhere, and nothing would count as found.
    """
    import torch

    from unet_desktop.engine.files.checkpoint import load, save
    from unet_desktop.engine.inference.segmenter import Segmenter
    from unet_desktop.images.crop import Square
    from unet_desktop.images.read import read_image

    loaded = load(model)
    pixels = read_image(picture).pixels
    planes = Segmenter(load(model), device).crop_probabilities(pixels, Square.around(*pixels.shape[:2]))
    logits = torch.logit(torch.from_numpy(planes).flatten(1).double(), 1e-6)
    gains = (SURE_LOGIT / logits.std(dim=1)).float()
    head = loaded.networks["segment"].head
    with torch.no_grad():
        head.weight *= gains[:, None, None, None]
        head.bias.copy_(gains * (head.bias - torch.quantile(logits, 0.9, dim=1).float()))
    save(model, loaded.header, loaded.networks)


@pytest.mark.parametrize("network", ["unet", "lite0"])
@pytest.mark.parametrize("framing", ["crop", "whole", "patches"])
def test_the_metadata_is_all_that_is_needed(framing, network, pictures, tmp_path, monkeypatch):
    from onnx_program import OnnxModel

    from unet_desktop.engine.device.device import choose
    from unet_desktop.engine.files.checkpoint import load
    from unet_desktop.engine.inference.onnx_export import export
    from unet_desktop.engine.inference.segmenter import Segmenter
    from unet_desktop.images.read import read_image

    # The look at the vessels is not described for other programs.
    monkeypatch.setattr(Segmenter, "_finds_discs_in_fundus", lambda _segmenter: False)
    model = train(tmp_path / "project", framing, network)
    device = replace(choose("cpu"), half=None)  # float32, as the ONNX file
    make_it_find(model, device, pictures[0])
    names = [done.network for done in export(model, tmp_path / "m.onnx")]
    assert sorted(names) == (["features", "locate", "segment"] if framing == "crop" else ["segment"])
    theirs = OnnxModel(tmp_path / "m.onnx")
    ours = Segmenter(load(model), device)
    found = 0
    for path in pictures:
        wanted, mask = ours.segment(read_image(path).pixels).mask, theirs.mask(path)
        assert mask.shape == wanted.shape
        for value in (1, 2):
            sizes = int((mask >= value).sum()) + int((wanted >= value).sum())
            common = int(((mask >= value) & (wanted >= value)).sum())
            found += sizes > 0
            assert sizes == 0 or 2 * common / sizes >= 0.999, (path.name, value)
    assert found >= 3  # a model that finds nothing would agree with anything
