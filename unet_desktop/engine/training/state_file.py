"""The training state file: written after each epoch, so that a run that was stopped or killed can be resumed.

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
from unet_desktop.engine.training.kept_epoch import Weights
from unet_desktop.engine.training.state_header import TrainingHeader, damage_error
from unet_desktop.engine.training.train_state import TrainState
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
    """A state that was read from its file, with a correct checksum.

    Attributes:
        path: of the file.
        header: its description.
        tensors: by name, on the CPU: "network.<name>.<key>", "average.<key>", "kept.<key>",
            "optimiser.<parameter>.<key>" and the random state.
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
                network.load_state_dict(self._with_prefix(f"network.{name}."))
                if isinstance(network, LiteUNet):
                    network.keep_statistics = bool(self.header.internals["keep_statistics"])
        except (RuntimeError, KeyError) as error:
            raise damage_error(self.path, "its weights do not fit its settings") from error

    def restore(self, state: TrainState) -> None:
        """Set a new state to what the file holds, and torch's random state too.

        Raises:
            TrainingError: it does not fit.
        """
        internals = self.header.internals
        self._check_steps(state)
        try:
            self._restore_optimiser(state)
            averaging = state.ema.network is not state.network
            if averaging:
                state.ema.network.load_state_dict(self._with_prefix("average."))
            state.schedule.load_state_dict(internals["schedule"])
            state.scaler.load_state_dict(internals["scaler"])
            state.generator.bit_generator.state = internals["generator"]
            progress = state.progress
            for name, key in _PROGRESS_KEYS.items():
                setattr(progress, name, internals["progress"][key])
            if progress.kept_epoch == progress.epoch:
                prefix = "average." if averaging else f"network.{state.stage.name}."
            else:
                prefix = "kept."
            progress.kept_weights = self._with_prefix(prefix)
            torch.set_rng_state(self.tensors[_RANDOM])
            if state.device.kind == "cuda" and _RANDOM_CUDA in self.tensors:
                torch.cuda.set_rng_state(self.tensors[_RANDOM_CUDA])
        except (RuntimeError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise damage_error(self.path, "it does not fit its settings") from error

    def _check_steps(self, state: TrainState) -> None:
        """Refuse if an epoch has another number of steps now, which the schedule counts.

        A mask that was emptied or filled in the meantime is drawn less or more often.
        """
        before, now = self.header.internals.get("schedule"), state.schedule.state_dict()
        counts = [name for name in ("total_steps", "step_size") if name in now]
        if isinstance(before, dict) and any(before.get(name) != now[name] for name in counts):
            raise TrainingError(
                "The interrupted training cannot be resumed: its masks have changed, so that an epoch has another "
                "number of steps. Start a new training."
            )

    def _restore_optimiser(self, state: TrainState) -> None:
        optimiser = state.optimiser
        parameters: dict[int, dict[str, Tensor]] = {}
        for name, tensor in self._with_prefix("optimiser.").items():
            number, _, key = name.partition(".")
            parameters.setdefault(int(number), {})[key] = tensor
        groups = [group | {"betas": tuple(group["betas"])} for group in self.header.internals["optimiser"]]
        optimiser.load_state_dict({"state": parameters, "param_groups": groups})
        # In the parameter's own memory format, as the optimiser made it: another one may round differently.
        for parameter, values in optimiser.state.items():
            for key, value in values.items():
                if isinstance(value, Tensor) and value.shape == parameter.shape:
                    values[key] = torch.empty_like(parameter, dtype=value.dtype).copy_(value)

    def _with_prefix(self, prefix: str) -> Weights:
        return {name.removeprefix(prefix): value for name, value in self.tensors.items() if name.startswith(prefix)}


def describe_environment(device: Device) -> dict[str, str]:
    """Everything about the computer and its libraries that may change a result's last digits."""
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
    """Everything in the state that is not a tensor, as plain data."""
    network = state.network
    return {
        "optimiser": state.optimiser.state_dict()["param_groups"],
        "schedule": state.schedule.state_dict(),
        "scaler": state.scaler.state_dict(),
        "generator": state.generator.bit_generator.state,
        "keep_statistics": isinstance(network, LiteUNet) and network.keep_statistics,
        "progress": {key: getattr(state.progress, name) for name, key in _PROGRESS_KEYS.items()},
    }


def save(path: Path, header: TrainingHeader, state: TrainState, networks: Mapping[str, nn.Module]) -> Iterator[None]:
    """Replace the file atomically at the end; yields where writing can be cancelled.

    Raises:
        WriteError: disk full or no permission; the previous file is intact.
    """
    yield from checksummed_file.write(path, dict(_named_tensors(state, networks)), header.to_metadata())


def load(path: Path) -> LoadedTrainState:
    """Read a state; its checksum is verified before anything in it is used.

    Raises:
        TrainingError: missing, truncated, changed, or of a newer program.
    """
    header = state_header.read(path)
    try:
        return LoadedTrainState(path, header, checksummed_file.read(path))
    except OSError as error:
        raise damage_error(path, error.strerror) from error
    except checksummed_file.ChecksumError as error:
        raise damage_error(path, error) from error


def now() -> str:
    """The current time as headers state it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _named_tensors(state: TrainState, networks: Mapping[str, nn.Module]) -> Iterator[tuple[str, Tensor]]:
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
