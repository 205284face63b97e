"""Following long work in the terminal: a bar, a line for each problem, and what came out of it."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from unet_desktop.cli.console import DONE, SOME_FAILED, messages, output, show_error
from unet_desktop.engine.events import BatchDone, EpochDone, Finished, Message
from unet_desktop.tasks.events import ItemDone, ModelSaved, Written

_STAGES = {
    "read": "Reading pictures",
    "locate": "Learning to locate",
    "segment": "Learning to segment",
    "measure": "Measuring",
}


@dataclass(slots=True)
class Followed:
    """What a piece of work came to.

    Attributes:
        failed: number of items that could not be done.
        stopped: Ctrl+C ended it.
        rest: events that need more than a line, in order.
    """

    failed: int = 0
    stopped: bool = False
    rest: list[object] = field(default_factory=list)

    @property
    def code(self) -> int:
        """The exit code it means."""
        return SOME_FAILED if self.failed or self.stopped else DONE


def follow(events: Iterator[object], title: str) -> Followed:
    """Run a generator of events to its end, showing how it goes; Ctrl+C closes it and keeps what is done."""
    followed = Followed()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=messages) as progress:
        bar = progress.add_task(title, total=None)
        try:
            for event in events:
                _show(event, progress, bar, followed)
        except KeyboardInterrupt:
            followed.stopped = True
        finally:
            if isinstance(events, Generator):
                events.close()
    if followed.stopped:
        show_error("Stopped. What was done until now is kept.")
    return followed


def figures_line(metrics: Mapping[str, float]) -> str:
    """Figures in one line, in the field's words: Dice and IoU per label, vCDR error."""
    wanted = [name for name in metrics if "/" in name or name == "vcdr_error"]
    return ", ".join(f"{name.replace('/', ' ').replace('_', ' ')} {metrics[name]:.3f}" for name in wanted)


def _show(event: object, progress: Progress, bar: object, followed: Followed) -> None:
    task = progress.tasks[0].id
    if isinstance(event, ItemDone):
        progress.update(task, completed=event.done, total=event.total)
        if event.problem:
            followed.failed += 1
            show_error(event.problem)
    elif isinstance(event, BatchDone):
        description = _STAGES[event.stage] + (f", epoch {event.epoch} of {event.epochs}" if event.epoch else "")
        if not math.isnan(event.seconds_left):
            description += f", {_minutes(event.seconds_left)} left"
        progress.update(task, description=description, completed=event.step, total=event.steps)
    elif isinstance(event, EpochDone):
        progress.console.print(_epoch_line(event), markup=False)
    elif isinstance(event, Message):
        progress.console.print(event.text, markup=False)
    elif isinstance(event, Finished):
        output.print(f"Trained in {_minutes(event.seconds)}. On the validation pictures: {figures_line(event.metrics)}")
    elif isinstance(event, ModelSaved):
        output.print(f"Model: {event.path}", markup=False)
    elif isinstance(event, Written):
        output.print(f"{event.what.capitalize()}: {event.path}", markup=False)
    else:
        followed.rest.append(event)


def _epoch_line(event: EpochDone) -> str:
    dices = ", ".join(
        f"{name.partition('/')[2]} {value:.3f}" for name, value in event.metrics.items() if name.startswith("dice/")
    )
    saved = ", saved" if event.saved else ""
    figures = f"; Dice {dices}" if dices else ""
    return (
        f"{_STAGES[event.stage]}, epoch {event.epoch} of {event.epochs}: loss {event.train_loss:.4f}"
        f"{figures}; {event.seconds:.1f} s{saved}"
    )


def _minutes(seconds: float) -> str:
    whole = max(0, round(seconds))
    return f"{whole // 60} min {whole % 60:02d} s" if whole >= 60 else f"{whole} s"
