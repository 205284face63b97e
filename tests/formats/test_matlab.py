"""MATLAB files of level 5: one matrix, and what is no such file."""

from __future__ import annotations

import numpy as np
import pytest
from public_sets import save_matlab

from unet_desktop.errors import MaskError
from unet_desktop.formats.matlab import read_matrix

VALUES = np.arange(12, dtype=np.uint8).reshape(3, 4)


@pytest.mark.parametrize("compress", [True, False])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("name", ["mask", "labels"])
def test_a_matrix_comes_back(tmp_path, compress, order, name):
    save_matlab(tmp_path / "a.mat", name, VALUES, compress=compress, order=order)
    assert np.array_equal(read_matrix(tmp_path / "a.mat", "mask"), VALUES)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"MATLAB 7.3 MAT-file, HDF5", "version 7.3; save it with -v7"),
        (b"no such file at all", "not a MATLAB file of level 5"),
        (b"", "not a MATLAB file of level 5"),
        (None, "damaged, or cut short"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path, content, said):
    path = tmp_path / "a.mat"
    save_matlab(path, "mask", VALUES)
    path.write_bytes(path.read_bytes()[:-6] if content is None else content)
    with pytest.raises(MaskError, match=said):
        read_matrix(path, "mask")


def test_any_cut_is_an_error_or_whole(tmp_path):
    path = tmp_path / "a.mat"
    save_matlab(path, "mask", VALUES, compress=False)
    whole = path.read_bytes()
    for end in range(len(whole)):
        path.write_bytes(whole[:end])
        with pytest.raises(MaskError):
            read_matrix(path, "mask")
