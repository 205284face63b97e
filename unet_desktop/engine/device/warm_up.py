"""Loading at a quiet moment what the first training would load while somebody paints; importing this loads no torch."""

from __future__ import annotations

import gc
from functools import cache


@cache
def warm_up() -> None:
    """Load torch and what its first optimiser loads behind its back (`torch._dynamo`, 0.7 to 1.6 s).

    Importing leaves some 300,000 objects that stay for good. Python's collector would go through all of them again and
    again, for 0.1 s each time in which no window can paint; so it rests meanwhile and is then told to leave them alone.
    """
    resting = gc.isenabled()
    gc.disable()
    try:
        import torch
        from torch.optim import Adam

        Adam([torch.nn.Parameter(torch.zeros(1))])
        gc.freeze()
    finally:
        if resting:
            gc.enable()
