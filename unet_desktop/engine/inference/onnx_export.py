"""Export a model's networks as ONNX files; each is compared with the checkpoint before it is written.

How another program gets masks from them: docs/onnx.md.
"""

from __future__ import annotations

import importlib.util
import logging
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from unet_desktop import files
from unet_desktop.engine.data.preprocess import normalise
from unet_desktop.engine.files import checkpoint
from unet_desktop.engine.files.checkpoint import Checkpoint
from unet_desktop.engine.inference.onnx_metadata import features_side, onnx_metadata
from unet_desktop.engine.networks.layers import fold_batch_norms
from unet_desktop.engine.networks.specs import NetworkSpec
from unet_desktop.errors import CheckpointError

TOLERANCE = 1e-4
"""Allowed difference of a probability, from float32 sums in another order; a real mistake differs by much more."""
NEEDED = ("onnx", "onnxscript", "onnxruntime")


@dataclass(frozen=True, slots=True)
class ExportedNetwork:
    """A network that was exported.

    Attributes:
        network: "locate", "segment" or "features".
        path: its file.
        difference: largest absolute difference between file and checkpoint, of a probability or a feature.
    """

    network: str
    path: Path
    difference: float


class _PixelsToProbabilities(nn.Module):
    """A network with normalisation and sigmoid, so that users of the file need to know neither."""

    def __init__(self, network: nn.Module, spec: NetworkSpec) -> None:
        super().__init__()
        self.network, self.spec = network, spec

    def forward(self, picture: Tensor) -> Tensor:
        """(N, 3, s, s) float32 RGB 0..255 to (N, R, s, s) probabilities."""
        return torch.sigmoid(self.network(normalise(picture, self.spec)))


class _PixelsToFeatures(nn.Module):
    """The features of a network, with normalisation, by which one of several locations is chosen."""

    def __init__(self, network: Any, spec: NetworkSpec) -> None:
        super().__init__()
        self.network, self.spec = network, spec

    def forward(self, picture: Tensor) -> Tensor:
        """(N, 3, s, s) float32 RGB 0..255 to (N, C) means of channels."""
        features: Tensor = self.network.features(normalise(picture, self.spec))
        return features


def export(model: Path, target: Path, pictures: NDArray[np.uint8] | None = None) -> Iterator[ExportedNetwork]:
    """Write the segmenting network to `target`; where a model locates first, two more files beside it.

    Input "picture": (N, 3, s, s) float32 RGB 0..255, s fixed (with framing "patches", any multiples of 32). Output
    "probabilities": (N, R, s, s), one plane per label's region. "features" has the output "features", (N, C), by which
    one of several locations is chosen. Everything else that a mask needs is in the metadata, see `onnx_metadata`.

    Args:
        model: checkpoint file.
        target: file to write or replace, "NAME.onnx"; the others are "NAME.locate.onnx" and "NAME.features.onnx".
        pictures: (N, h, w, 3) uint8 RGB, at least two, to compare on; None: random ones.

    Raises:
        CheckpointError: packages are missing, the model is damaged, or the file would not agree with it.
        WriteError: a file cannot be written.
    """
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise CheckpointError(
            f"ONNX export needs packages that are not installed ({', '.join(missing)}). Install them with: "
            'pip install "unet-desktop[onnx]"'
        )
    loaded = checkpoint.load(model)
    for name, whole, spec, size in _networks(loaded):
        metadata = onnx_metadata(name, loaded.specs, loaded.header)
        data = _convert(whole, size, metadata, any_size=spec.framing == "patches")
        difference = _difference(data, whole, _inputs(size, pictures))
        if not difference <= TOLERANCE:
            raise CheckpointError(
                f"The ONNX file would not agree with {model}: a probability differs by {difference:.2g}. Nothing was "
                "written; please report this."
            )
        path = target if name == "segment" else _beside(target, name)
        files.write_bytes(path, data)
        yield ExportedNetwork(name, path, difference)


def beside(target: Path) -> tuple[Path, ...]:
    """The files that may be written beside the target, which holds the segmenting network."""
    return tuple(_beside(target, name) for name in ("locate", "features"))


def _beside(target: Path, name: str) -> Path:
    return target.with_name(f"{target.stem}.{name}{target.suffix}")


def _networks(loaded: Checkpoint) -> Iterator[tuple[str, nn.Module, NetworkSpec, int]]:
    """Name, network with pre- and postprocessing, spec, and side of its input for each file."""
    for name, network in loaded.networks.items():
        spec = loaded.specs[name]
        yield name, _PixelsToProbabilities(fold_batch_norms(network), spec).eval(), spec, spec.size
    if "typical" in loaded.header.trust:
        spec = loaded.specs["segment"]
        folded = fold_batch_norms(loaded.networks["segment"])
        yield "features", _PixelsToFeatures(folded, spec).eval(), spec, features_side(spec)


def _convert(whole: nn.Module, size: int, metadata: dict[str, str], *, any_size: bool) -> bytes:
    example = torch.zeros(2, 3, size, size)  # of one picture, its number would become a constant
    shapes: dict[int, Any] = {0: torch.export.Dim("pictures")}
    if any_size:
        shapes |= {
            2: 32 * torch.export.Dim("rows", min=1, max=256),
            3: 32 * torch.export.Dim("columns", min=1, max=256),
        }
    quiet = logging.getLogger("torch.onnx")
    level = quiet.level
    quiet.setLevel(logging.ERROR)  # it complains about missing packages that are not needed
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch warns about its own internal calls
            program: Any = torch.onnx.export(
                whole,
                (example,),
                dynamo=True,
                input_names=["picture"],
                output_names=["features" if metadata["network"] == "features" else "probabilities"],
                dynamic_shapes=(shapes,),
                verbose=False,
            )
        model = program.model_proto
    finally:
        quiet.setLevel(level)
    for key, value in metadata.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    data: bytes = model.SerializeToString()
    return data


def _difference(data: bytes, whole: nn.Module, inputs: NDArray[np.float32]) -> float:
    import onnxruntime

    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    with torch.inference_mode():
        ours = whole(torch.from_numpy(inputs)).numpy()
    (theirs,) = session.run(None, {"picture": inputs})
    return float(np.abs(ours - theirs).max())


def _inputs(size: int, pictures: NDArray[np.uint8] | None) -> NDArray[np.float32]:
    """(N, 3, size, size) float32 0..255: the pictures cropped or repeated to size, or smooth random ones."""
    if pictures is None:
        coarse = np.random.default_rng(0).integers(0, 256, (3, 3, 8, 8)).astype(np.float32)
        return np.ascontiguousarray(np.kron(coarse, np.ones((1, 1, size // 8, size // 8), np.float32)))
    planes = np.moveaxis(pictures, 3, 1)
    height, width = (-(-size // side) for side in planes.shape[2:])
    tiled = np.tile(planes, (1, 1, height, width))[:, :, :size, :size]
    return np.ascontiguousarray(tiled, np.float32)
