"""Started by torchrun in test_ranks.py: the first process trains and writes down what it saw, the others assist.

Arguments: a pickle of what `fit` takes, made by the test itself; where to write; and what to break in which process.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
from collections import deque
from pathlib import Path

from unet_desktop.engine.device import distributed
from unet_desktop.engine.events import BatchDone, EpochDone, Finished, Message
from unet_desktop.engine.training import gradients
from unet_desktop.engine.training.distributed_run import fit_distributed, run_worker
from unet_desktop.errors import UserError


def broken(fault: str) -> None:
    """Break something in the last process alone."""
    if distributed.rank() != distributed.world_size() - 1:
        return
    if fault == "memory":
        real = gradients.segmentation_loss

        def short(logits, *rest):
            if len(logits) > 1:
                raise MemoryError
            return real(logits, *rest)

        gradients.segmentation_loss = short
    elif fault == "not a number":
        real = gradients.segmentation_loss
        gradients.segmentation_loss = lambda *given: real(*given) * float("nan")
    elif fault == "killed":
        real = gradients.segmentation_loss
        steps = iter(range(6))
        gradients.segmentation_loss = lambda *given: (
            real(*given) if next(steps, None) is not None else os.kill(os.getpid(), 9)
        )


def main() -> None:
    given, seen, fault = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    distributed.join("cpu")
    broken(fault)
    story = []
    try:
        if distributed.is_first():
            for event in fit_distributed(**pickle.loads(given.read_bytes())):
                if isinstance(event, BatchDone) and event.stage in ("locate", "segment"):
                    story.append([event.stage, event.epoch, event.step, event.loss])
                elif isinstance(event, EpochDone):
                    story.append([event.stage, event.epoch, "done", event.train_loss, dict(event.metrics)])
                elif isinstance(event, Finished):
                    story.append(["finished", dict(event.metrics)])
                elif isinstance(event, Message):
                    story.append(["message", event.text])
        else:
            deque(run_worker("cpu"), maxlen=0)
            story.append("assisted")
    except UserError as error:
        story.append(["error", str(error)])
    seen.with_suffix(f".{distributed.rank()}").write_text(json.dumps(story), "utf-8")
    distributed.leave()
    distributed.exit_process()


if __name__ == "__main__":
    main()
