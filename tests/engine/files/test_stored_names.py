"""The names inside checkpoints and training states stay as they are, so that older files load and resume."""

from __future__ import annotations

import hashlib
import json

import pytest
import safetensors

from unet_desktop.checkpoint_header import read_metadata
from unet_desktop.engine.events import EpochDone
from unet_desktop.engine.networks.lite_unet import LiteUNet
from unet_desktop.engine.networks.unet import UNet
from unet_desktop.engine.training.fit import fit
from unet_desktop.labels import DISC_AND_CUP


@pytest.mark.parametrize(
    ("network", "count", "digest"),
    [(UNet(2, 4), 156, "9e3a3ce06fb53fab"), (LiteUNet(2), 338, "2fc25b30990f4970")],
)
def test_names_of_weights(network, count, digest):
    names = list(network.state_dict())
    assert len(names) == count
    assert hashlib.sha256("\n".join(names).encode()).hexdigest().startswith(digest)


def test_names_in_a_checkpoint(model):
    (name, text), *rest = read_metadata(model).items()
    assert (name, rest) == ("unet-desktop", [])
    header = json.loads(text)
    assert " ".join(sorted(header)) == (
        "created data format labels metrics networks parent preset training trust versions weights_sha256"
    )
    assert set(header["trust"]) <= {"appearances", "calibration", "familiar", "typical"}
    assert {"undrawn", "fingerprint", "measured_on", "train_cases"} <= set(header["data"])


def test_names_in_a_training_state(samples, tiny, device, tmp_path):
    path = tmp_path / "m.training"
    run = fit(samples[:2], [], DISC_AND_CUP, tiny, save_to=tmp_path / "m", device=device, state_at=path)
    next(event for event in run if isinstance(event, EpochDone))
    run.close()
    header = json.loads(read_metadata(path)["unet-desktop-training"])
    assert " ".join(sorted(header)) == (
        "config created format internals labels parent past place recent train unlike validation"
    )
    internals = header["internals"]
    assert sorted(internals) == ["generator", "keep_statistics", "optimiser", "progress", "scaler", "schedule"]
    assert sorted(internals["progress"]) == ["best", "epoch", "kept", "parts", "rose"]
    with safetensors.safe_open(path, "pt") as file:
        assert {name.split(".")[0] for name in file.keys()} == {"average", "network", "optimiser", "random"}  # noqa: SIM118
