from __future__ import annotations

import json
import os
import struct
from dataclasses import replace

import pytest
import safetensors.torch
import torch

from unet_desktop.checkpoint_header import read_header
from unet_desktop.engine.files import checkpoint
from unet_desktop.errors import CheckpointError


def test_round_trip(model, tmp_path):
    loaded = checkpoint.load(model)
    again = tmp_path / "again.safetensors"
    header = checkpoint.save(again, loaded.header, loaded.networks)
    assert header == loaded.header
    second = checkpoint.load(again)
    assert second.specs == loaded.specs
    for name, network in loaded.networks.items():
        for key, tensor in network.state_dict().items():
            assert torch.equal(tensor, second.networks[name].state_dict()[key])


def test_the_header_explains_the_model(model):
    header = read_header(model)
    assert set(header.networks) == {"locate", "segment"}
    assert header.networks["segment"]["regions"] == 2
    assert header.data["train_cases"] == ["case0", "case1", "case2"]
    assert header.training["image_size"] == 64
    assert len(header.weights_sha256) == 64
    assert {"dice", "iou", "bce", "dice/optic disc", "dice/optic cup"} <= set(header.metrics)


def test_every_kind_of_damage_is_a_sentence(model, tmp_path):
    data = model.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    flips = {"weight": len(data) - 1, "middle": len(data) // 2, "table": 8 + length // 2, "length": 1}
    damaged = {name: data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :] for name, at in flips.items()}
    figure = data.index(b"crop_factor")
    digit = data.index(b"9", figure)
    damaged["description"] = data[:digit] + b"8" + data[digit + 1 :]
    damaged |= {"truncated": data[: len(data) // 2], "stub": data[:5], "empty": b"", "text": b"hello" * 100}
    for name, content in damaged.items():
        path = tmp_path / f"{name}.safetensors"
        path.write_bytes(content)
        with pytest.raises(CheckpointError, match=name):  # the file's name is in the sentence
            checkpoint.load(path)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_pickle_is_not_opened(tmp_path, zipped):
    path = tmp_path / "weights.pt"
    torch.save({"weight": torch.zeros(1)}, path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(CheckpointError, match=r"pickle.*weights_only=True.*safetensors"):
        checkpoint.load(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path):
    path = tmp_path / "pipe.safetensors"
    os.mkfifo(path)
    with pytest.raises(CheckpointError, match=r"pipe\.safetensors cannot be opened"):
        checkpoint.load(path)


@pytest.mark.parametrize("at", [0.3, -1.0])
def test_no_weight_is_read_of_a_model_that_was_tampered_with(model, tmp_path, monkeypatch, at):
    data = bytearray(model.read_bytes())
    data[int(at * len(data)) if at > 0 else -1] ^= 1
    path = tmp_path / "tampered.safetensors"
    path.write_bytes(data)

    def read(_data):
        raise AssertionError("weights were read")

    monkeypatch.setattr(checkpoint.safetensors.torch, "load", read)
    with pytest.raises(CheckpointError, match="not what was saved"):
        checkpoint.load(path)


def test_another_programs_weights_are_refused(tmp_path):
    path = tmp_path / "other.safetensors"
    path.write_bytes(safetensors.torch.save({"weight": torch.zeros(1)}))
    with pytest.raises(CheckpointError, match="no description of them"):
        checkpoint.load(path)


def test_a_missing_file(tmp_path):
    with pytest.raises(CheckpointError, match="cannot be opened"):
        checkpoint.load(tmp_path / "nothing.safetensors")


def test_weights_of_other_shapes_are_refused(model, tmp_path):
    loaded = checkpoint.load(model)
    networks = {name: dict(spec) for name, spec in loaded.header.networks.items()}
    networks["segment"]["regions"] = 3
    path = tmp_path / "three.safetensors"
    checkpoint.save(path, replace(loaded.header, networks=networks), loaded.networks)
    with pytest.raises(CheckpointError, match="do not fit"):
        checkpoint.load(path)


def test_weights_that_are_not_numbers_are_not_saved(model, tmp_path):
    loaded = checkpoint.load(model)
    next(loaded.networks["segment"].parameters()).data.fill_(float("nan"))
    path = tmp_path / "broken.safetensors"
    with pytest.raises(CheckpointError, match="not finite"):
        checkpoint.save(path, loaded.header, loaded.networks)
    assert not list(tmp_path.iterdir())


def test_a_newer_format_is_refused(model, tmp_path):
    data = model.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    table = json.loads(data[8 : 8 + length])
    text = json.loads(table["__metadata__"]["unet-desktop"])
    table["__metadata__"]["unet-desktop"] = json.dumps(text | {"format": 99})
    head = json.dumps(table).encode()
    path = tmp_path / "newer.safetensors"
    path.write_bytes(struct.pack("<Q", len(head)) + head + data[8 + length :])
    with pytest.raises(CheckpointError, match="newer"):
        checkpoint.load(path)
