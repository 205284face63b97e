"""OpenVINO is used only where it is there, faster, and of the same opinion; the real one only where it is installed."""

from __future__ import annotations

import logging
import sys

import pytest
import torch

from unet_desktop.engine.inference import openvino
from unet_desktop.engine.inference.predictor import Predictor
from unet_desktop.engine.networks.layers import fold_batch_norms, fuse_upsampling
from unet_desktop.engine.networks.specs import NetworkSpec, build

SPEC = NetworkSpec("unet", 4, 2, "patches", 64, 1.9, 1024)


@pytest.fixture
def network():
    torch.manual_seed(3)
    return fuse_upsampling(fold_batch_norms(build(SPEC)))


@pytest.fixture
def pretended(monkeypatch, network):
    """Function that makes OpenVINO look installed, as a forward pass, and faster or slower."""

    def pretend(forward=None, *, faster=True):
        forward = forward or (lambda planes: network(planes))
        monkeypatch.setattr(openvino, "_version", lambda: "1.2.3")
        monkeypatch.setattr(openvino, "compile_openvino", lambda *_: forward)
        plain = network
        seconds = {True: 0.1, False: 1.0}
        monkeypatch.setattr(openvino, "_seconds", lambda used, _: seconds[faster] if used is forward else 0.5)
        return openvino.compile_if_faster(network, lambda planes: plain(planes.float()), SPEC, device)

    from unet_desktop.engine.device.device import choose

    device = choose("cpu")
    return pretend


def test_where_it_is_not_installed_torch_is_used(monkeypatch, network, device):
    monkeypatch.setattr(openvino, "_version", lambda: None)
    monkeypatch.setattr(openvino, "compile_openvino", lambda *_: pytest.fail("not installed"))
    assert openvino.compile_if_faster(network, network, SPEC, device) is None


def test_it_is_used_when_it_is_faster_and_agrees(pretended):
    assert pretended() is not None
    assert pretended(faster=False) is not None  # what was found first is remembered


def test_it_is_not_used_when_it_is_slower(pretended, network):
    assert pretended(lambda planes: network(planes), faster=False) is None


def test_it_is_not_used_when_the_masks_differ_and_the_log_says_so(pretended, network, caplog):
    with caplog.at_level(logging.WARNING):
        assert pretended(lambda planes: network(planes) + 0.05) is None
    assert "disagrees" in caplog.text


def test_when_it_fails_torch_is_used_and_the_log_says_so(pretended, caplog):
    def broken(planes):
        raise RuntimeError("no such instruction")

    assert pretended(broken) is None
    assert "no such instruction" in caplog.text


def test_a_lasting_predictor_uses_it(monkeypatch, device, photograph):
    monkeypatch.setattr(
        "unet_desktop.engine.inference.predictor.compile_if_faster", lambda *_: lambda planes: planes[:, :2] * 0 + 9
    )
    predictor = Predictor(build(SPEC), SPEC, device, mirror=True, long_lived=True)
    assert predictor.square(photograph(1, 64, 64)[0]).min() > 0.99


@pytest.mark.parametrize("kind", ["unet", "lite0"])
def test_the_real_one_agrees_for_any_size_and_count_and_loads_no_telemetry(kind, device):
    if openvino._version() is None:
        pytest.skip("the optional OpenVINO is not installed")
    torch.manual_seed(3)
    spec = NetworkSpec(kind, 8, 2, "whole", 64, 1.9, 1024)
    network = fuse_upsampling(fold_batch_norms(build(spec)))
    forward = openvino.compile_openvino(network, torch.zeros(1, 3, 64, 64), type(device)("cpu", None, 1))
    for shape in ((1, 3, 64, 64), (2, 3, 96, 64), (1, 3, 32, 128)):
        planes = torch.randn(shape)
        with torch.inference_mode():
            assert torch.allclose(forward(planes), network(planes), atol=1e-3)
    assert sys.modules["openvino_telemetry"] is None
