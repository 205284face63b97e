from __future__ import annotations

import os
import threading

import pytest
import torch

from unet_desktop.engine.device.cpu_priority import lower_priority
from unet_desktop.engine.device.device import AsyncScalar, choose, describe, prepare
from unet_desktop.engine.inference.predictor import forward_seconds
from unet_desktop.errors import TrainingError


def test_the_cpu_is_always_there():
    device = choose("cpu")
    assert device.torch_device == torch.device("cpu")
    assert describe(device).startswith("Computing on the CPU")
    prepare(device)
    assert torch.get_num_threads() == device.threads


def test_an_unknown_device_is_refused():
    with pytest.raises(TrainingError, match='"abacus" is not available'):
        choose("abacus")


def test_only_the_calling_thread_becomes_polite():
    if not hasattr(os, "setpriority"):
        pytest.skip("the system has no priorities to set")
    seen: list[int] = []

    def work() -> None:
        lower_priority(5)
        seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen[0] >= before
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before


def test_the_doctor_gets_a_time_for_each_preset():
    assert set(forward_seconds(choose("cpu"))) == {"Fast", "Article U-Net"}


def test_a_processors_number_is_there_at_once_to_the_last_bit():
    number = torch.rand((), generator=torch.Generator().manual_seed(1), requires_grad=True)
    later = AsyncScalar(number * 3)
    assert [later.read(), later.read()] == [(number * 3).item()] * 2
