"""Follow long work in the terminal: a bar, a line for each problem, and the results."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from unet_desktop.cli.console import DONE, SOME_FAILED, messages, output, show_error
from unet_desktop.cli.remedies import with_remedy
from unet_desktop.engine.events import BatchDone, EpochDone, Finished, Message, Resumed, StopPoint
from unet_desktop.errors import Remedy
from unet_desktop.plurals import quantity
from unet_desktop.tasks.changed_cases import CasesWritten
from unet_desktop.tasks.events import (
    AdaptationDone,
    FailedBefore,
    FileWritten,
    FinishedBefore,
    FoldsDone,
    FramesLeftOut,
    ItemDone,
    ModelSaved,
    TaskEvent,
)
from unet_desktop.tasks.import_events import AnnotationsLeftOut, LeftWithoutMask, MasksLeftOut, MasksRead

_STAGES = {
    "read": "Reading pictures",
    "locate": "Learning to locate",
    "segment": "Learning to segment",
    "measure": "Measuring",
}


@dataclass(slots=True)
class Followed:
    """The result of a piece of work.

    Attributes:
        failed: number of items that could not be done.
        stopped: Ctrl+C ended it.
        rest: events that need more than a line, in order.
        notes: each thing that had to be decided, and how often.
        readings: how masks of other programs were read, as sentences.
    """

    failed: int = 0
    stopped: bool = False
    rest: list[TaskEvent] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    readings: list[str] = field(default_factory=list)

    @property
    def code(self) -> int:
        """The exit code."""
        return SOME_FAILED if self.failed or self.stopped else DONE


def follow(events: Iterator[TaskEvent], title: str, *, if_stopped: str = "Everything done so far is kept.") -> Followed:
    """Run a generator of events to its end, showing how it goes; Ctrl+C closes it, and a sentence says what is kept."""
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
            known = progress.tasks[0].total is not None
            progress.update(bar, visible=known)  # no empty bar where there was nothing to do, or a sentence says why
            if isinstance(events, Generator):
                events.close()
    for note, count in followed.notes.items():
        messages.print(f"{quantity(count, 'item')}: {note}", markup=False)
    if followed.stopped:
        show_error(f"Stopped. {if_stopped}")
    return followed


def metrics_line(metrics: Mapping[str, float]) -> str:
    """Dice and IoU of each label and the vCDR error, in one line."""
    wanted = [name for name in metrics if "/" in name or name == "vcdr_error"]
    return ", ".join(f"{metric_title(name, ' ')} {metrics[name]:.3f}" for name in wanted)


def folds_line(event: FoldsDone) -> str:
    """The same metrics with their standard deviation over the folds."""
    wanted = [name for name in event.mean if "/" in name or name == "vcdr_error"]
    return ", ".join(f"{metric_title(name, ' ')} {event.mean[name]:.3f} ± {event.spread[name]:.3f}" for name in wanted)


def metric_title(name: str, between: str) -> str:
    """A metric's name for people: its kind, and the label as the user spelt it."""
    kind, _, label = name.partition("/")
    kind = kind.replace("_", " ")
    return f"{kind}{between}{label}" if label else kind


def _show(event: TaskEvent, progress: Progress, bar: TaskID, followed: Followed) -> None:
    match event:
        case ItemDone():
            progress.update(bar, completed=event.done, total=event.total)
            if event.problem:
                followed.failed += 1
                show_error(event.problem)
            elif event.note:
                followed.notes[event.note] += 1
        case BatchDone():
            description = _STAGES[event.stage] + (f", epoch {event.epoch} of {event.epochs}" if event.epoch else "")
            if not math.isnan(event.seconds_left):
                description += f", {_minutes(event.seconds_left)} left"
            progress.update(bar, description=description, completed=event.step, total=event.steps)
        case EpochDone():
            progress.console.print(_epoch_line(event), markup=False)
        case StopPoint() | CasesWritten():
            pass
        case Resumed():
            last = event.past[-1]
            for line in (f"{_STAGES[last.stage]} resumes after epoch {last.epoch} of {last.epochs}.", *event.changes):
                progress.console.print(line, markup=False)
        case Message():
            if isinstance(event, MasksRead):
                followed.readings.append(event.text)
            progress.console.print(event.text, markup=False)
        case FinishedBefore():
            progress.console.print(event.sentence, markup=False)
        case FailedBefore():
            progress.console.print(with_remedy(event.sentence, Remedy.RETRY_FAILED), markup=False)
        case Finished():
            metrics = metrics_line(event.metrics)
            measured = f" On the validation pictures: {metrics}" if metrics else ""
            output.print(f"Trained in {_minutes(event.seconds)}.{measured}", markup=False)
        case FoldsDone():
            output.print(f"Over {event.folds} folds: {folds_line(event)}", markup=False)
        case ModelSaved():
            output.print(f"Model: {event.path}", markup=False)
        case AdaptationDone():
            _show_adaptation(event, followed)
        case LeftWithoutMask():
            followed.failed += 1
            show_error(with_remedy(event.sentence, Remedy.LOOSE_NAMES if event.loose else None))
        case MasksLeftOut() | AnnotationsLeftOut() | FramesLeftOut():
            followed.failed += 1
            show_error(event.sentence)
        case FileWritten():
            output.print(f"{event.what[:1].upper()}{event.what[1:]}: {event.path}", markup=False)
        case _:
            followed.rest.append(event)


def _show_adaptation(event: AdaptationDone, followed: Followed) -> None:
    """What changed; a model that was not saved counts as something that could not be done."""
    if event.model:
        for sentence in event.sentences:
            output.print(sentence, markup=False)
        return
    followed.failed += 1
    for sentence in event.sentences:
        show_error(sentence)


def _epoch_line(event: EpochDone) -> str:
    metrics = [
        f"{metric_title(name, ' ')} {value:.3f}"
        for name, value in event.metrics.items()
        if name.startswith("dice/") or name in {"iou", "bce", "vcdr_error"}
    ]
    saved = ", kept" if event.saved else ""
    return (
        f"{_STAGES[event.stage]}, epoch {event.epoch} of {event.epochs}: "
        f"{', '.join([f'loss {event.train_loss:.4f}', *metrics])}; {event.seconds:.1f} s{saved}"
    )


def _minutes(seconds: float) -> str:
    whole = max(0, round(seconds))
    return f"{whole // 60} min {whole % 60:02d} s" if whole >= 60 else f"{whole} s"
