"""Networks: training and inference with torch. Importing this package alone loads no torch."""

from __future__ import annotations

import os

# libgomp's threads spin while they wait for each other. As soon as anything else wants a core, that turns a step of
# 0.4 s into 11 s (measured beside another busy program on 2 cores); sleeping instead makes it 0.7 s. Sleeping leaves
# cores idle where operations are short; there a thread runs the whole network on its share, see `training/replicas.py`
# and folder runs. It is read once, when torch is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
