"""A model as one safetensors file: its networks' weights and everything needed to use them; nothing pickled."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from unet_desktop import files, json_data
from unet_desktop.checkpoint_header import CheckpointHeader, read_header
from unet_desktop.engine.files.checksummed_file import serialise
from unet_desktop.engine.networks.layers import is_finite
from unet_desktop.engine.networks.specs import NetworkSpec, build
from unet_desktop.errors import CheckpointError
from unet_desktop.links import open_to_read

_NETWORKS = ("locate", "segment")
_LARGEST_HEAD = 32 << 20
_PICKLES = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model in memory.

    Attributes:
        header: its description.
        specs: network name to what it is.
        networks: network name to the network, on the CPU.
    """

    header: CheckpointHeader
    specs: dict[str, NetworkSpec]
    networks: dict[str, nn.Module]


def save(path: Path, header: CheckpointHeader, networks: Mapping[str, nn.Module]) -> CheckpointHeader:
    """Replace the file atomically, or leave it as it was.

    Args:
        path: of the file.
        header: its `weights_sha256` is filled in here.
        networks: by the names in the header.

    Returns:
        The header as written.

    Raises:
        WriteError: disk full or no permission.
        CheckpointError: a weight is not a finite number.
    """
    if not all(is_finite(network) for network in networks.values()):
        raise CheckpointError("The model was not saved: some of its weights are not finite numbers.")
    tensors = {
        f"{name}.{key}": tensor for name, network in networks.items() for key, tensor in network.state_dict().items()
    }
    digest = _digest(serialise(tensors), header)
    header = replace(header, weights_sha256=digest)
    files.write_bytes(path, serialise(tensors, header.to_metadata()))
    return header


def load(path: Path) -> Checkpoint:
    """Read a model; its checksum is verified before any weight is used.

    Raises:
        CheckpointError: missing, a pickle, of another program, truncated, or changed since it was written.
    """
    _reject_pickle(path)
    header = read_header(path)
    try:
        specs = {name: NetworkSpec.from_json(spec) for name, spec in header.networks.items() if name in _NETWORKS}
        if path.stat().st_size > _LARGEST_HEAD + 2 * _bytes_of(specs):
            raise ValueError("it is larger than its networks")
        with open_to_read(path) as file:
            data = file.read()
        if _digest(data, header) != header.weights_sha256:
            raise CheckpointError(f"{path} is damaged: its content is not what was saved. Copy it again.")
        tensors = safetensors.torch.load(data)
        networks = {name: _restore(name, spec, tensors) for name, spec in specs.items()}
    except OSError as error:
        raise CheckpointError(f"The model {path} cannot be read ({error.strerror}).") from error
    except (SafetensorError, struct.error, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise CheckpointError(f"{path} is damaged: its weights do not fit its description. Copy it again.") from error
    if "segment" not in networks:
        raise CheckpointError(f"{path} holds no segmenting network.")
    return Checkpoint(header, specs, networks)


def _bytes_of(specs: Mapping[str, NetworkSpec]) -> int:
    """Bytes of the weights, from shapes alone."""
    with torch.device("meta"):
        weights = [tensor for spec in specs.values() for tensor in build(spec).state_dict().values()]
    return sum(tensor.numel() * tensor.element_size() for tensor in weights)


def _restore(name: str, spec: NetworkSpec, tensors: Mapping[str, Tensor]) -> nn.Module:
    prefix = f"{name}."
    weights = {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
    with torch.device("meta"):  # a description of huge networks must not get the memory for them
        shapes = {key: tensor.shape for key, tensor in build(spec).state_dict().items()}
    if shapes != {key: tensor.shape for key, tensor in weights.items()}:
        raise ValueError("the weights have other shapes")
    network = build(spec)
    network.load_state_dict(weights)
    if not is_finite(network):
        raise ValueError("not finite")
    return network.eval()


def _digest(data: bytes | memoryview, header: CheckpointHeader) -> str:
    """SHA-256 over the description, the table of tensors and the weights."""
    (length,) = struct.unpack_from("<Q", data)
    table = json_data.parse(bytes(data[8 : 8 + length]), dict[str, Any])
    table.pop("__metadata__", None)
    digest = hashlib.sha256()
    digest.update(json.dumps(replace(header, weights_sha256="").to_metadata(), sort_keys=True).encode())
    digest.update(json.dumps(table, sort_keys=True).encode())
    digest.update(memoryview(data)[8 + length :])
    return digest.hexdigest()


def _reject_pickle(path: Path) -> None:
    """Refuse a pickle without opening it, since it can run any program."""
    try:
        with open_to_read(path) as file:
            start = file.read(4)
    except OSError as error:
        raise CheckpointError(f"The model {path} cannot be opened ({error.strerror}). Check the path.") from error
    if start.startswith(_PICKLES):
        raise CheckpointError(
            f"{path} is a PyTorch pickle, which could run any program, so it is not opened. Load it where you trust it "
            "with torch.load(..., weights_only=True) and save the weights with safetensors."
        )
