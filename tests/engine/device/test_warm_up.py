from __future__ import annotations

import subprocess
import sys

_CHECK = """
import gc, sys
from unet_desktop.engine.device.warm_up import warm_up
assert "torch" not in sys.modules
warm_up()
assert "torch._dynamo" in sys.modules
assert gc.isenabled()
assert gc.get_freeze_count() > 100_000
"""


def test_after_warming_up_a_first_optimiser_loads_nothing_and_the_collector_has_little_to_do():
    subprocess.run([sys.executable, "-c", _CHECK], check=True, timeout=120)
