"""Export a model's networks as ONNX files; each is compared with the checkpoint before it is written."""

from __future__ import annotations

import importlib.util
import json
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
from unet_desktop.checkpoint_header import CheckpointHeader
from unet_desktop.engine.data.preprocess import normalise
from unet_desktop.engine.files import checkpoint
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
        network: "locate" or "segment".
        path: its file.
        difference: largest absolute difference of a probability between file and checkpoint.
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


def export(model: Path, target: Path, pictures: NDArray[np.uint8] | None = None) -> Iterator[ExportedNetwork]:
    """Write the segmenting network to `target` and the locating one, where there is one, beside it.

    Input "picture": (N, 3, s, s) float32 RGB 0..255, s fixed. Output "probabilities": (N, R, s, s), one plane per
    label's region. How this program uses the network (crop, labels) is in the file's metadata.

    Args:
        model: checkpoint file.
        target: file to write or replace, "NAME.onnx"; the locating network's is "NAME.locate.onnx".
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
    for name, network in loaded.networks.items():
        spec = loaded.specs[name]
        whole = _PixelsToProbabilities(fold_batch_norms(network), spec).eval()
        data = _convert(whole, spec, _metadata(name, spec, loaded.header))
        difference = _difference(data, whole, _inputs(spec.size, pictures))
        if not difference <= TOLERANCE:
            raise CheckpointError(
                f"The ONNX file would not agree with {model}: a probability differs by {difference:.2g}. Nothing was "
                "written; please report this."
            )
        path = target if name == "segment" else target.with_name(f"{target.stem}.{name}{target.suffix}")
        files.write_bytes(path, data)
        yield ExportedNetwork(name, path, difference)


def _convert(whole: nn.Module, spec: NetworkSpec, metadata: dict[str, str]) -> bytes:
    example = torch.zeros(2, 3, spec.size, spec.size)  # of one picture, its number would become a constant
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
                output_names=["probabilities"],
                dynamic_shapes=({0: torch.export.Dim("pictures")},),
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
    (theirs,) = session.run(["probabilities"], {"picture": inputs})
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


def _metadata(name: str, spec: NetworkSpec, header: CheckpointHeader) -> dict[str, str]:
    return {
        "made_by": "U-Net Desktop",
        "network": name,
        "framing": spec.framing,
        "crop_factor": str(spec.crop_factor),
        "working_side": str(spec.working_side),
        "labels": json.dumps(header.labels.to_json()),
        "fingerprint": header.weights_sha256,
        "input": "RGB 0..255, float32",
        "output": "one probability plane a label's region (the label and everything inside it), threshold 0.5",
    }
