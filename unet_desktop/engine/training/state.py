"""Where a training is, as a file: written after each epoch, so that a program that was killed can go on from it.

See `docs/adr/0010-training-state.md` for the layout.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from unet_desktop import __version__
from unet_desktop.engine.device import distributed
from unet_desktop.engine.device.device import Device
from unet_desktop.engine.files import checksummed_file
from unet_desktop.engine.networks.lite_unet import LiteUNet
from unet_desktop.engine.training import state_header
from unet_desktop.engine.training.optimisation import TrainState, Weights
from unet_desktop.engine.training.state_header import TrainingHeader, damage_error
from unet_desktop.errors import TrainingError

_RANDOM = "random.torch"
_RANDOM_CUDA = "random.cuda"
_PROGRESS_KEYS = {
    "epoch": "epoch",
    "best_score": "best",
    "best_epoch": "rose",
    "kept_epoch": "kept",
    "pieces": "parts",
}
"""Attribute of `Progress` to its key in the file."""


@dataclass(frozen=True, slots=True)
class LoadedTrainState:
    """A state that was read and checked.

    Attributes:
        path: its file.
        header: its description.
        tensors: name to tensor, on the CPU: "network.<name>.<key>", "average.<key>", "kept.<key>",
            "optimiser.<parameter>.<key>"
            and the random state.
    """

    path: Path
    header: TrainingHeader
    tensors: Mapping[str, Tensor]

    def restore_networks(self, networks: Mapping[str, nn.Module]) -> None:
        """Load the weights of all networks, before they are moved to their device.

        Raises:
            TrainingError: they do not fit.
        """
        try:
            for name, network in networks.items():
                network.load_state_dict(self._under(f"network.{name}."))
                if isinstance(network, LiteUNet):
                    network.keep_statistics = bool(self.header.internals["keep_statistics"])
        except (RuntimeError, KeyError) as error:
            raise damage_error(self.path, "its weights do not fit its settings") from error

    def restore(self, state: TrainState) -> None:
        """Put the course, which has just begun, where the state was taken. Sets torch's random state.

        Raises:
            TrainingError: it does not fit.
        """
        internals = self.header.internals
        self._refuse_other_steps(state)
        try:
            self._restore_optimiser(state)
            averaged = state.ema.network is not state.network
            if averaged:
                state.ema.network.load_state_dict(self._under("average."))
            state.schedule.load_state_dict(internals["schedule"])
            state.scaler.load_state_dict(internals["scaler"])
            state.generator.bit_generator.state = internals["generator"]
            progress = state.progress
            for name, key in _PROGRESS_KEYS.items():
                setattr(progress, name, internals["progress"][key])
            if progress.kept_epoch == progress.epoch:
                progress.kept_weights = self._under("average." if averaged else f"network.{state.stage.name}.")
            else:
                progress.kept_weights = self._under("kept.")
            torch.set_rng_state(self.tensors[_RANDOM])
            if state.device.kind == "cuda" and _RANDOM_CUDA in self.tensors:
                torch.cuda.set_rng_state(self.tensors[_RANDOM_CUDA])
        except (RuntimeError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise damage_error(self.path, "it does not fit its settings") from error

    def _refuse_other_steps(self, state: TrainState) -> None:
        """A mask that was emptied or filled since is looked at less or more often, and the schedule counts steps."""
        before, now = self.header.internals.get("schedule"), state.schedule.state_dict()
        counts = [name for name in ("total_steps", "step_size") if name in now]
        if isinstance(before, dict) and any(before.get(name) != now[name] for name in counts):
            raise TrainingError(
                "The interrupted training cannot go on: by changes of its masks an epoch has another number of steps "
                "now. Start a new training."
            )

    def _restore_optimiser(self, state: TrainState) -> None:
        optimiser = state.optimiser
        values_of: dict[int, dict[str, Tensor]] = {}
        for name, tensor in self._under("optimiser.").items():
            number, _, key = name.partition(".")
            values_of.setdefault(int(number), {})[key] = tensor
        groups = [group | {"betas": tuple(group["betas"])} for group in self.header.internals["optimiser"]]
        optimiser.load_state_dict({"state": values_of, "param_groups": groups})
        # In the parameter's own memory format, as the optimiser made it: another one may round otherwise.
        for parameter, values in optimiser.state.items():
            for key, value in values.items():
                if isinstance(value, Tensor) and value.shape == parameter.shape:
                    values[key] = torch.empty_like(parameter, dtype=value.dtype).copy_(value)

    def _under(self, prefix: str) -> Weights:
        return {name.removeprefix(prefix): value for name, value in self.tensors.items() if name.startswith(prefix)}


def describe_environment(device: Device) -> dict[str, str]:
    """Where a training runs, as far as it bears on the last digits."""
    return {
        "U-Net Desktop": __version__,
        "torch": str(torch.__version__),
        "numpy": np.__version__,
        "device": device.kind,
        "threads": str(device.threads),
        "processes": str(distributed.world_size()),
        "precision": str(device.half or torch.float32).removeprefix("torch."),
    }


def collect_internals(state: TrainState) -> dict[str, Any]:
    """What is no tensor of the course, as plain data."""
    progress = state.progress
    network = state.network
    return {
        "optimiser": state.optimiser.state_dict()["param_groups"],
        "schedule": state.schedule.state_dict(),
        "scaler": state.scaler.state_dict(),
        "generator": state.generator.bit_generator.state,
        "keep_statistics": isinstance(network, LiteUNet) and network.keep_statistics,
        "progress": {key: getattr(progress, name) for name, key in _PROGRESS_KEYS.items()},
    }


def save(path: Path, header: TrainingHeader, state: TrainState, networks: Mapping[str, nn.Module]) -> Iterator[None]:
    """Replace the state at once at the end, or leave it as it was; yields where it can be given up.

    Raises:
        WriteError: no room or no right; the state before still stands.
    """
    yield from checksummed_file.write(path, dict(_tensors(state, networks)), header.to_metadata())


def load(path: Path) -> LoadedTrainState:
    """Read a state, checked to the last bit before any of it is used.

    Raises:
        TrainingError: missing, cut short, changed, or of a newer program.
    """
    header = state_header.read(path)
    try:
        return LoadedTrainState(path, header, checksummed_file.read(path))
    except OSError as error:
        raise damage_error(path, error.strerror) from error
    except checksummed_file.ChecksumError as error:
        raise damage_error(path, error) from error


def now() -> str:
    """The time as headers state it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _tensors(state: TrainState, networks: Mapping[str, nn.Module]) -> Iterator[tuple[str, Tensor]]:
    for name, network in networks.items():
        for key, tensor in network.state_dict().items():
            yield f"network.{name}.{key}", tensor
    if state.ema.network is not state.network:
        for key, tensor in state.ema.network.state_dict().items():
            yield f"average.{key}", tensor
    progress = state.progress
    if progress.kept_weights is not None and progress.kept_epoch != progress.epoch:
        for key, tensor in progress.kept_weights.items():
            yield f"kept.{key}", tensor
    for number, values in state.optimiser.state_dict()["state"].items():
        for key, value in values.items():
            yield f"optimiser.{number}.{key}", value
    yield _RANDOM, torch.get_rng_state()
    if state.device.kind == "cuda":
        yield _RANDOM_CUDA, torch.cuda.get_rng_state()
