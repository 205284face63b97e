"""Our layout of a safetensors file is read by safetensors, and holds what was put in."""

from __future__ import annotations

import safetensors
import safetensors.torch
import torch
from hypothesis import given
from hypothesis import strategies as st

from unet_desktop.engine.files.checksummed_file import _DTYPE_NAMES, serialise

SHAPES = st.lists(st.integers(0, 4), max_size=4).map(tuple)


@given(
    shapes=st.dictionaries(
        st.text(min_size=1, max_size=8), st.tuples(SHAPES, st.sampled_from(sorted(_DTYPE_NAMES, key=str)))
    ),
    description=st.dictionaries(st.text(max_size=8), st.text(max_size=12)),
)
def test_what_was_put_in_comes_out(shapes, description):
    shapes.pop("__metadata__", None)
    tensors = {name: torch.randint(0, 2, shape).to(dtype) for name, (shape, dtype) in shapes.items()}
    content = bytes(serialise(tensors, description))
    loaded = safetensors.torch.load(content)
    assert loaded.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert loaded[name].dtype == tensor.dtype
        assert torch.equal(loaded[name], tensor)


def test_description_and_memory_format(tmp_path):
    weights = torch.randn(3, 4, 5, 6).contiguous(memory_format=torch.channels_last).requires_grad_()
    path = tmp_path / "x.safetensors"
    path.write_bytes(serialise({"w": weights, "n": torch.tensor(7)}, {"größe": 'a "b"'}))
    with safetensors.safe_open(path, "pt") as file:
        assert file.metadata() == {"größe": 'a "b"'}
        assert torch.equal(file.get_tensor("w"), weights)
        assert file.get_tensor("n") == 7


def test_it_is_as_large_as_what_safetensors_writes():
    tensors = {"a": torch.zeros(3), "b": torch.zeros(5, dtype=torch.bool), "c": torch.zeros((), dtype=torch.int64)}
    assert len(serialise(tensors)) == len(safetensors.torch.save(tensors))
