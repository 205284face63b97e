"""Process time of keeping the measurements in step with a mask that is being painted.

    python benchmarks/measure.py

A 4288x2848 mask with a disc of 1,200 pixels, painted with a brush of 120. Prints what one brush event costs (noting
the box), what one update costs after 1 and after 4 brush events and after a shape of the disc's size was redrawn, what
is added between gestures, and what opening a case costs. Process time, so that other programs hardly count; the median
and the 95th percentile.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np

from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.box import Box
from unet_desktop.masks.regions import Mask
from unet_desktop.masks.stroke import Stroke, painting_table
from unet_desktop.masks.tally import Tally, measured

HEIGHT, WIDTH = 2848, 4288
DISC, CUP, BRUSH = 1200, 700, 120


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=100)
    times = parser.parse_args().times
    mask = disc_and_cup()
    tally = Tally(mask, DISC_AND_CUP)
    tally.measurement()
    disc = DISC_AND_CUP.labels[0]
    stroke = Stroke(mask, painting_table(DISC_AND_CUP, disc), BRUSH / 2, "")
    path = list(rim_path(5 * times))
    report("opening a case", [seconds(lambda: measured(mask, DISC_AND_CUP)) for _ in range(10)])
    notes = []
    for events in (1, 4):
        updates = []
        for at in range(times):
            for point in path[at * events : (at + 1) * events]:
                box = stroke.extend(*point)
                notes.append(seconds(lambda box=box: tally.note(box)))
            updates.append(seconds(tally.measurement))
        report(f"update after {events} brush event{'s' if events > 1 else ''}", updates)
    report("brush event (note the box)", notes)
    middle = Box(HEIGHT // 2 - 650, WIDTH // 2 - 650, HEIGHT // 2 + 650, WIDTH // 2 + 650)
    updates = []
    for _ in range(times):
        tally.note(middle)
        updates.append(seconds(tally.measurement))
    report("update after a shape of the disc's size", updates)
    report("between gestures: count the pieces", [seconds(tally.torn) for _ in range(times)])


def disc_and_cup() -> Mask:
    """(HEIGHT, WIDTH) uint8."""
    rows, columns = np.ogrid[:HEIGHT, :WIDTH]
    distance = (rows - HEIGHT / 2) ** 2 + (columns - WIDTH / 2) ** 2
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[distance < (DISC / 2) ** 2] = 1
    mask[distance < (CUP / 2) ** 2] = 2
    return mask


def rim_path(count: int) -> list[tuple[float, float]]:
    """Points along the disc's edge, 5 pixels apart."""
    angles = np.arange(count) * 10 / DISC
    return [(WIDTH / 2 + DISC / 2 * np.cos(angle), HEIGHT / 2 + DISC / 2 * np.sin(angle)) for angle in angles]


def seconds(call: Callable[[], object]) -> float:
    """Process time of a call."""
    began = time.process_time()
    call()
    return time.process_time() - began


def report(what: str, durations: list[float]) -> None:
    """Print one line."""
    median, most = 1000 * np.percentile(durations, [50, 95])
    print(f"{what:42s} median {median:7.3f} ms   95 % under {most:7.3f} ms   n {len(durations)}")


if __name__ == "__main__":
    main()
