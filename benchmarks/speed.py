"""Compare the speed of our networks with plain PyTorch, side by side in one run.

    python benchmarks/speed.py            # about 3 minutes on 2 idle cores; --quick: half a minute, less precise

Inference: the article's network on photographs of 256 and 512 pixels in eager float32, as in PyTorch's tutorials,
against ours (folded, channels-last, bfloat16 where it is faster, OpenVINO where it is installed, faster and agrees),
with the Dice of the two masks. Training: a step (forward, backward, Adam) of both presets' networks. Both sides of a
ratio take turns, so that other programs slow both. Then a real training of each preset on drawn photographs, with the
share of time spent outside the network: augmentation, batches, events. Run it on an idle machine.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.optimizer import register_optimizer_step_post_hook

from unet_desktop.engine.config import PRESETS
from unet_desktop.engine.data.dataset import Sample
from unet_desktop.engine.data.preprocess import to_input
from unet_desktop.engine.device.device import Device, choose, describe, move_network, prepare
from unet_desktop.engine.events import EpochDone
from unet_desktop.engine.inference import openvino
from unet_desktop.engine.inference.predictor import Predictor
from unet_desktop.engine.networks.fused_upsampling import UpsampleConv2d
from unet_desktop.engine.networks.layers import ConvNorm
from unet_desktop.engine.networks.specs import NetworkSpec, build, specs_for
from unet_desktop.engine.training.fit import fit
from unet_desktop.engine.training.loss import segmentation_loss
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.file import write_mask
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.masks.synthetic import synthetic_fundus

Moment = Any
"""Seconds, or an event on CUDA."""

OUTSIDE = 0.15
"""Largest share of training time that may be spent outside the network."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few repeats, short trainings")
    parser.add_argument("--sizes", type=int, nargs="*", default=[256, 512], help="picture sizes for inference")
    parser.add_argument("--device", default="cpu", help="cpu or cuda; the targets are for a CPU")
    arguments = parser.parse_args()
    device = choose(arguments.device)
    prepare(device)
    print(describe(device), f"torch {torch.__version__}, OpenVINO {openvino._version() or 'not installed'}")
    repeats = 3 if arguments.quick else 12
    goal = 2.8 if device.half else 1.3
    with tempfile.TemporaryDirectory() as folder:
        network = trained(Path(folder), device, steps=10 if arguments.quick else 40)
        for size in arguments.sizes:
            inference(network, size, device, repeats, goal)
    for preset, goal_of_step in (("article", 2.2 if device.half else None), ("fast", None)):
        step(preset, device, max(2, repeats // 2), goal_of_step)
    for preset in ("fast", "article"):
        share_outside(preset, device, quick=arguments.quick)


def trained(folder: Path, device: Device, steps: int) -> nn.Module:
    """The article's network at full width after some steps; untrained, its masks are noise that cannot agree."""
    torch.manual_seed(0)
    network = move_network(build(specs_for(DISC_AND_CUP, PRESETS["article"])["segment"]), device).train()
    optimiser = torch.optim.Adam(network.parameters(), 1e-3)
    spec = specs_for(DISC_AND_CUP, PRESETS["article"])["segment"]
    for number in range(steps):
        planes, wanted = batch(replace(spec, size=128), device, number)
        optimiser.zero_grad()
        with device.autocast():
            logits = network(planes)
        torch.autograd.backward(segmentation_loss(logits, wanted, torch.ones_like(wanted[:, :1])))
        optimiser.step()
    return network.eval()


def batch(spec: NetworkSpec, device: Device, number: int = 0) -> tuple[Tensor, Tensor]:
    """Two drawn photographs and their targets."""
    drawn = [synthetic_fundus(2 * number + each, spec.size) for each in range(2)]
    planes = to_input(np.stack([one.pixels for one in drawn]), spec, device)
    masks = np.stack([one.mask for one in drawn])
    wanted = torch.from_numpy(np.stack([masks > 0, masks > 1], axis=1).astype(np.float32))
    return planes, wanted.to(device.torch_device)


def inference(network: nn.Module, size: int, device: Device, repeats: int, goal: float) -> None:
    """Measure one photograph: plain eager float32, ours with torch in float32, and ours as used."""
    spec = replace(specs_for(DISC_AND_CUP, PRESETS["article"])["segment"], size=size)
    plain = build(spec)
    plain.load_state_dict({name: value.contiguous() for name, value in network.state_dict().items()})
    plain.eval().to(device.torch_device)
    picture = synthetic_fundus(99, size).pixels
    planes = to_input(picture[None], spec, device).contiguous()
    in_float32 = Predictor(network, spec, replace(device, half=None), mirror=False)
    torch_alone = Predictor(network, spec, device, mirror=False)
    ours = Predictor(network, spec, device, mirror=False, long_lived=True)
    used = "torch" if ours._forward is ours._network else "OpenVINO"

    def eager() -> Tensor:
        with torch.no_grad():
            return plain(planes)

    ways: dict[str, Callable[[], object]] = {
        "plain PyTorch, float32": eager,
        "ours, float32": lambda: in_float32.square(picture),
        "ours, torch alone": lambda: torch_alone.square(picture),
        f"ours, as used ({used})": lambda: ours.square(picture),
    }
    seconds = taking_turns(ways, repeats)
    wanted = eager().sigmoid().cpu().numpy()[0] >= 0.5
    print(f"Inference, article's network, {size} px, one picture:")
    base = seconds["plain PyTorch, float32"]
    for name, value in seconds.items():
        print(f"  {name:28s} {1000 * value:8.1f} ms   {base / value:5.2f} times")
    target = f"target {goal} times"
    agreement = dice(ours.square(picture) >= 0.5, wanted)
    print(
        f"  {target}; masks agree to Dice {agreement:.5f} (target 0.999), mask covers {wanted.mean():.1%}", flush=True
    )


def step(preset: str, device: Device, repeats: int, goal: float | None) -> None:
    """Measure a training step of two pictures: plain float32, contiguous; ours with autocast and channels-last."""
    spec = replace(specs_for(DISC_AND_CUP, PRESETS[preset])["segment"], size=256)
    plain_device = replace(device, half=None)

    def stepper(network: nn.Module, planes: Tensor, wanted: Tensor, where: Device) -> Callable[[], object]:
        network.train()
        optimiser = torch.optim.Adam(network.parameters(), 1e-4)

        def one() -> None:
            optimiser.zero_grad()
            with where.autocast():
                logits = network(planes)
            torch.autograd.backward(segmentation_loss(logits, wanted, torch.ones_like(wanted[:, :1])))
            optimiser.step()

        return one

    planes, wanted = batch(spec, device)
    ways = {
        "plain PyTorch, float32": stepper(
            in_two_steps(build(spec)).to(device.torch_device), planes.contiguous(), wanted, plain_device
        ),
        "ours": stepper(move_network(build(spec), device), planes, wanted, device),
    }
    seconds = taking_turns(ways, repeats)
    base = seconds["plain PyTorch, float32"]
    print(f"Training step, {PRESETS[preset].title}'s network, 256 px, 2 pictures:")
    for name, value in seconds.items():
        print(f"  {name:28s} {1000 * value:8.1f} ms   {base / value:5.2f} times")
    if goal is not None:
        print(f"  target {goal} times", flush=True)


def in_two_steps(network: nn.Module) -> nn.Module:
    """Change the network to upsample first and then convolve, as networks are commonly written."""
    for module in network.modules():
        if isinstance(module, ConvNorm) and isinstance(module.conv, UpsampleConv2d):
            plain = nn.Conv2d(module.conv.in_channels, module.conv.out_channels, 3, padding=1)
            plain.load_state_dict(module.conv.state_dict())
            module.conv = nn.Sequential(nn.Upsample(scale_factor=2, mode="nearest"), plain)
    return network


def share_outside(preset: str, device: Device, *, quick: bool) -> None:
    """Train for real; time the network (forward, loss, backward, optimiser) and whole epochs."""
    config = replace(PRESETS[preset], epochs=1 if quick else 2, locate_epochs=1 if quick else 2)
    with tempfile.TemporaryDirectory() as folder:
        samples = list(draw(Path(folder), 8 if quick else 16))
        inside = InNetwork(device)
        whole = 0.0
        for event in fit(samples, [], DISC_AND_CUP, config, save_to=Path(folder) / "m.safetensors", device=device):
            if isinstance(event, EpochDone):
                whole += event.seconds
        inside.end()
    share = 1 - inside.seconds / whole
    print(
        f"Training, {config.title}: {share:.1%} of an epoch's time outside the network (target under {OUTSIDE:.0%}); "
        f"{1000 * whole / len(inside):.1f} ms a step in all"
    )


def draw(folder: Path, count: int) -> Iterator[Sample]:
    """Draw photographs of 1024 pixels with masks."""
    for number in range(count):
        drawn = synthetic_fundus(number, 1024)
        image, mask = folder / f"{number}.jpg", folder / f"{number}.png"
        write_jpeg(image, drawn.pixels)
        write_mask(mask, drawn.mask, DISC_AND_CUP)
        yield Sample(str(number), image, mask)


class InNetwork:
    """Adds up the time from a ready batch to the end of the optimiser's step, in the training loop itself.

    On CUDA it is the time that the GPU has between the two.
    """

    def __init__(self, device: Device) -> None:
        from unet_desktop.engine.training import epoch_loop

        self._cuda = device.kind == "cuda"
        self._spans: list[tuple[Moment, Moment]] = []
        self._module, self._batch = epoch_loop, epoch_loop._to_device
        self._began: Moment = 0.0
        epoch_loop._to_device = self._ready
        self._hook = register_optimizer_step_post_hook(self._stepped)

    def end(self) -> None:
        """Restore the loop."""
        self._module._to_device = self._batch
        self._hook.remove()

    def __len__(self) -> int:
        """Number of steps so far."""
        return len(self._spans)

    @property
    def seconds(self) -> float:
        """Seconds in the network so far."""
        if not self._cuda:
            return sum(end - begin for begin, end in self._spans)
        torch.cuda.synchronize()
        return sum(begin.elapsed_time(end) for begin, end in self._spans) / 1000

    def _ready(self, *arguments: object) -> object:
        made = self._batch(*arguments)
        self._began = self._now()
        return made

    def _stepped(self, *_: object) -> None:
        self._spans.append((self._began, self._now()))

    def _now(self) -> Moment:
        if not self._cuda:
            return time.perf_counter()
        event = torch.cuda.Event(enable_timing=True)
        event.record()
        return event


def taking_turns(ways: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Best seconds of each over this many turns; the first turn only warms up."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(repeats + 1):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            if torch.cuda.is_available():
                torch.cuda.synchronize()
            if turn:
                times[name].append(time.perf_counter() - began)
    return {name: min(values) for name, values in times.items()}


def dice(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Dice of all regions together."""
    total = int(ours.sum()) + int(theirs.sum())
    return 2 * int((ours & theirs).sum()) / total if total else 1.0


if __name__ == "__main__":
    main()
