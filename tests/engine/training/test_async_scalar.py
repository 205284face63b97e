from __future__ import annotations

import torch

from unet_desktop.engine.training.async_scalar import AsyncScalar


def test_a_processors_number_is_there_at_once_to_the_last_bit():
    number = torch.rand((), generator=torch.Generator().manual_seed(1), requires_grad=True)
    later = AsyncScalar(number * 3)
    assert [later.read(), later.read()] == [(number * 3).item()] * 2
