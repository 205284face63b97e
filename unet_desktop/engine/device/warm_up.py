"""Load torch at a quiet moment, before the first training needs it; importing this module loads no torch."""

from __future__ import annotations

import gc
from functools import cache


@cache
def warm_up() -> None:
    """Load torch and what its first optimiser loads implicitly (`torch._dynamo`, 0.7 to 1.6 s).

    The imports create some 300,000 permanent objects. Python's collector would scan them again and again, each time
    stopping the window for 0.1 s; so it is disabled meanwhile and then told to ignore them.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        import torch
        from torch.optim import Adam

        Adam([torch.nn.Parameter(torch.zeros(1))])
        gc.freeze()
    finally:
        if was_enabled:
            gc.enable()
